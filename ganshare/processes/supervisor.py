"""Supervises child programs: restarts them with backoff, and ends them in order.

`ganshare up` is this with a store, engines and bots. A child gets SIGTERM and time to drain before
it is killed; it never outlives this process (see `ganshare.processes.die_with_parent`); and a child
that keeps dying ends everything, loudly, so that the supervisor's own supervisor notices.
"""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ganshare.errors import AskerError, GanshareError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.processes.exec import module_command

__all__ = ["Patience", "Program", "Supervisor", "describe_exit"]

# As `ganshare.cli` has them: wrong settings don't get better by another try, the world may.
EXIT_ASKER, EXIT_WORLD = 2, 3
LONGEST_LINE = 1 << 20

_log = get_logger(__name__)


@dataclass(frozen=True)
class Program:
    """One child: its name in the output, its command line, and what its environment adds."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Patience:
    """How long things may take, in seconds.

    Args:
        grace: from SIGTERM to SIGKILL.
        first_delay: before the first restart; it doubles with every death in a row.
        longest_delay: before any restart.
        deaths: so many of one program `within` this time, and everything ends, unless they are
            the world's fault (a port that is taken, say) and other programs go on; a life longer
            than `within` ends a row of deaths.
    """

    grace: float = 30.0
    first_delay: float = 0.5
    longest_delay: float = 30.0
    deaths: int = 5
    within: float = 60.0


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

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, and until every child has ended.

        Raises:
            WorldError: a program died too often.
            AskerError: a program refused its settings.
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
        """End every child and then `run`; said twice, without waiting for them to drain."""
        if not self._stopping.is_set():
            self._stopping.set()
            _log.info("stopping", grace_seconds=self._patience.grace)
        elif not self._hurrying.is_set():
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
            self._failure = self._verdict(program, code, deaths)
            if self._failure is not None:
                self.stop()
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
        if often and code == EXIT_WORLD and self._others_go_on(program, deaths[-1]):
            return None
        if often and deaths[-1] - deaths[0] <= self._patience.within:
            return WorldError(
                f"{program.name} died {len(deaths)} times within {self._patience.within:g} s, "
                f"the last time by {how}; gave up and stopped everything."
            )
        return None

    def _others_go_on(self, program: Program, now: float) -> bool:
        return any(
            self._in_a_row[name] < self._patience.deaths or now - born > self._patience.within
            for name, born in self._born.items()
            if name != program.name
        )

    async def _live(self, program: Program) -> int:
        """Run one child from birth to death; give its exit code, as `subprocess` has them."""
        process = await asyncio.create_subprocess_exec(
            *module_command(
                "ganshare.processes.die_with_parent", str(os.getpid()), *program.command
            ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **program.environment},
            # Ctrl-C reaches this process alone, which then ends its children in order.
            process_group=0,
        )
        _log.info("started", program=program.name, pid=process.pid)
        pump = asyncio.create_task(self._pump(program.name, process))
        try:
            waiting = asyncio.create_task(process.wait())
            await _first_of(None, self._stopping, waiting)
        finally:
            await self._end(program, process)
            # A process that inherited the pipe from the child may keep it open.
            await asyncio.wait({pump}, timeout=1)
            pump.cancel()
        return await process.wait()

    async def _end(self, program: Program, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        process.terminate()
        waiting = asyncio.create_task(process.wait())
        await _first_of(self._patience.grace, self._hurrying, waiting)
        if process.returncode is None:
            _log.warning("did not end in time: killed", program=program.name, pid=process.pid)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
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
