"""Supervises child programs: restarts them with backoff, and ends them in order.

`ganshare up` is this with a store, engines and bots. A child gets SIGTERM and time to drain before
it is killed, and never outlives this process (see `ganshare.processes.die_with_parent`). One that
gives no more signs of life is killed and started again. Where all children keep dying, everything
ends, loudly, so that the supervisor's own supervisor notices.
"""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ganshare.errors import AskerError, GanshareError, WorldError
from ganshare.monitoring.awake_clock import AwakeClock
from ganshare.monitoring.log import get_logger
from ganshare.processes.exec import module_command
from ganshare.processes.pulse import PULSE_VARIABLE

__all__ = ["Patience", "Program", "Supervisor", "describe_exit"]

EXIT_ASKER = 2  # as `ganshare.cli` has it: wrong settings don't get better by another try
LONGEST_LINE = 1 << 20
SAME_SECONDS = 0.05  # within which two signals are one
LOOK_SECONDS = 1.0

_log = get_logger(__name__)


@dataclass(frozen=True)
class Program:
    """One child: its name in the output, its command line, and what its environment adds.

    Args:
        beats: whether it gives signs of life (see `ganshare.processes.pulse`), and is killed and
            started again if they end.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    beats: bool = False


@dataclass(frozen=True)
class Patience:
    """How long things may take, in seconds.

    Args:
        grace: from SIGTERM to SIGKILL.
        first_delay: before the first restart; it doubles with every death in a row.
        longest_delay: before any restart.
        deaths: so many of one program `within` this time, and everything ends, unless other
            programs go on; a life longer than `within` ends a row of deaths.
        silence: without a sign of life, after which a program that gave some is killed.
        start: before its first sign of life.
    """

    grace: float = 30.0
    first_delay: float = 0.5
    longest_delay: float = 30.0
    deaths: int = 5
    within: float = 60.0
    silence: float = 30.0
    start: float = 300.0


class Supervisor:
    """Keeps programs running until it is told to stop.

    Args:
        programs: to run, each as one child.
        write: gets the name of a program and one line of its output, without the line's end.
        patience: see there.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        write: Callable[[str, bytes], None],
        patience: Patience | None = None,
    ) -> None:
        self._programs = tuple(programs)
        self._write = write
        self._patience = patience or Patience()
        self._stopping = asyncio.Event()
        self._hurrying = asyncio.Event()
        self._failure: GanshareError | None = None
        self._born = {program.name: 0.0 for program in self._programs}
        self._in_a_row = {program.name: 0 for program in self._programs}  # deaths
        self._given_up: set[str] = set()
        self._asked = 0.0  # when it was asked to stop

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, and until every child has ended.

        Raises:
            WorldError: a program died too often.
            AskerError: every program refused its settings.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop)
        try:
            async with asyncio.TaskGroup() as tasks:
                for program in self._programs:
                    tasks.create_task(self._keep(program), name=program.name)
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """End every child and then `run`; said twice, without waiting for them to drain.

        Twice at once is once: a signal may come to this process, and again to its group.
        """
        now = asyncio.get_running_loop().time()
        if not self._stopping.is_set():
            self._asked = now
            self._stopping.set()
            _log.info("stopping", grace_seconds=self._patience.grace)
        elif now - self._asked > SAME_SECONDS and not self._hurrying.is_set():
            self._hurrying.set()
            _log.warning("asked twice to stop: killing what still runs")

    async def _keep(self, program: Program) -> None:
        loop = asyncio.get_running_loop()
        deaths: deque[float] = deque(maxlen=self._patience.deaths)
        while not self._stopping.is_set():
            self._born[program.name] = began = loop.time()
            code = await self._live(program)
            if self._stopping.is_set():
                return
            ended = loop.time()
            deaths.append(ended)
            if ended - began > self._patience.within:
                self._in_a_row[program.name] = 0
            self._in_a_row[program.name] += 1
            if failure := self._verdict(program, code, deaths):
                self._give_up(program, failure)
                return
            doublings = min(self._in_a_row[program.name] - 1, 32)
            delay = min(self._patience.first_delay * 2**doublings, self._patience.longest_delay)
            _log.error(
                "died, will be restarted",
                program=program.name,
                how=describe_exit(code),
                lived_seconds=round(ended - began, 1),
                delay_seconds=delay,
            )
            await _first_of(delay, self._stopping)

    def _verdict(self, program: Program, code: int, deaths: "deque[float]") -> GanshareError | None:
        """Tell why there should be no further try, if so."""
        how = describe_exit(code)
        if code == EXIT_ASKER:
            return AskerError(f"{program.name} refused to start; its own words are above.")
        often = len(deaths) == self._patience.deaths
        if not often or self._others_go_on(program, deaths[-1]):
            return None
        if deaths[-1] - deaths[0] <= self._patience.within:
            return WorldError(
                f"{program.name} died {len(deaths)} times within {self._patience.within:g} s, "
                f"the last time by {how}; gave up and stopped everything."
            )
        return None

    def _give_up(self, program: Program, failure: GanshareError) -> None:
        """Go on without a program that refused its settings, but not without all of them."""
        self._given_up.add(program.name)
        if isinstance(failure, AskerError) and len(self._given_up) < len(self._programs):
            _log.critical("given up; the others go on", program=program.name, reason=str(failure))
            return
        self._failure = failure
        self.stop()

    def _others_go_on(self, program: Program, now: float) -> bool:
        return any(
            self._in_a_row[name] < self._patience.deaths or now - born > self._patience.within
            for name, born in self._born.items()
            if name != program.name and name not in self._given_up
        )

    async def _live(self, program: Program) -> int:
        """Run one child from birth to death; give its exit code, as `subprocess` has them."""
        signs, pipe = os.pipe()
        process = await asyncio.create_subprocess_exec(
            *module_command(
                "ganshare.processes.die_with_parent", str(os.getpid()), *program.command
            ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **program.environment, PULSE_VARIABLE: str(pipe)},
            pass_fds=(pipe,),
            # Ctrl-C reaches this process alone, which then ends its children in order.
            process_group=0,
        )
        _log.info("started", program=program.name, pid=process.pid)
        os.close(pipe)
        pump = asyncio.create_task(self._pump(program.name, process))
        watch = asyncio.create_task(self._watch(program, process, signs))
        try:
            waiting = asyncio.create_task(process.wait())
            await _first_of(None, self._stopping, waiting)
        finally:
            await self._end(program, process)
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            os.close(signs)
            # A process that inherited the pipe from the child may keep it open.
            await asyncio.wait({pump}, timeout=1)
            pump.cancel()
        return await process.wait()

    async def _watch(
        self, program: Program, process: asyncio.subprocess.Process, signs: int
    ) -> None:
        """Kill a child that should give signs of life and gives none."""
        if not program.beats:
            return
        os.set_blocking(signs, False)
        clock = AwakeClock(2 * LOOK_SECONDS)
        last, allowed = 0.0, self._patience.start
        while not self._stopping.is_set():
            await asyncio.sleep(LOOK_SECONDS)
            clock.tick()
            with contextlib.suppress(BlockingIOError):
                if os.read(signs, 1 << 16):
                    last, allowed = clock.now, self._patience.silence
            if clock.now - last > allowed:
                _log.error("gives no sign of life: killed", program=program.name, seconds=allowed)
                _kill_group(process)
                return

    async def _end(self, program: Program, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        process.terminate()
        waiting = asyncio.create_task(process.wait())
        await _first_of(self._patience.grace, self._hurrying, waiting)
        if process.returncode is None:
            _log.warning("did not end in time: killed", program=program.name, pid=process.pid)
            _kill_group(process)
        code = await waiting
        _log.info("ended", program=program.name, how=describe_exit(code))

    async def _pump(self, name: str, process: asyncio.subprocess.Process) -> None:
        """Pass a child's output on; keep reading in any case, or the child would hang."""
        if process.stdout is None:
            return
        async for line in _lines(process.stdout):
            try:
                self._write(name, line)
            except BrokenPipeError:
                if not self._stopping.is_set():
                    self._failure = WorldError(
                        "Nobody reads the output any more; stopped everything."
                    )
                    self.stop()
            except OSError:
                continue  # a full disk, say: the line is lost, the work goes on


def _kill_group(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def _first_of(
    seconds: float | None, event: asyncio.Event, task: "asyncio.Task[int] | None" = None
) -> None:
    """Wait for the event, the task, or the end of the time, whichever comes first."""
    waiting = asyncio.create_task(event.wait())
    try:
        tasks: set[asyncio.Task[int] | asyncio.Task[bool]] = {waiting}
        if task is not None:
            tasks.add(task)
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Split a child's output into lines; one without an end is cut at `LONGEST_LINE`."""
    rest = b""
    while block := await stream.read(1 << 16):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield line.rstrip(b"\r")
        if len(rest) > LONGEST_LINE:
            yield rest
            rest = b""
    if rest:
        yield rest


def describe_exit(code: int) -> str:
    """Say how a process ended: "exit code 1", "SIGKILL"."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
