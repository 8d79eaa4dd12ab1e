"""Supervision of real child processes: restarts, backoff, giving up, draining, dying together."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from ganshare.errors import AskerError, WorldError
from ganshare.processes.supervisor import Patience, Program, Supervisor, describe_exit
from ganshare.testing import TIMEOUT

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[3]
QUICK = Patience(grace=TIMEOUT, first_delay=0.05, deaths=3, within=900)


def python(name: str, code: str, **environment: str) -> Program:
    # Unbuffered: what a signal interrupts may be a print.
    return Program(name, (sys.executable, "-u", "-c", textwrap.dedent(code)), environment)


class Output:
    """What the children wrote, and a way to wait for it."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self._more = asyncio.Event()

    def __call__(self, name: str, line: bytes) -> None:
        self.lines.append((name, line.decode()))
        self._more.set()

    async def until(self, name: str, text: str, times: int = 1) -> None:
        """Wait for a line so often; any line of the program if `text` is empty."""
        async with asyncio.timeout(TIMEOUT):
            while sum(each == (name, text or each[1]) for each in self.lines) < times:
                self._more.clear()
                await self._more.wait()


WAITS = """
    import signal, sys, time
    def end(*_):
        print("draining", flush=True)
        time.sleep(0.2)
        print("drained", flush=True)
        sys.exit(0)
    signal.signal(signal.SIGTERM, end)
    print("up", flush=True)
    while True:
        time.sleep(0.01)
"""
STUBBORN = """
    import signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("up", flush=True)
    time.sleep(900)
"""


async def test_children_get_sigterm_and_the_time_to_drain() -> None:
    output = Output()
    supervisor = Supervisor([python("a", WAITS), python("b", WAITS)], output, QUICK)
    running = asyncio.create_task(supervisor.run())
    await output.until("a", "up")
    await output.until("b", "up")
    supervisor.stop()
    await asyncio.wait_for(running, TIMEOUT)
    assert ("a", "drained") in output.lines
    assert ("b", "drained") in output.lines


async def test_what_dies_is_started_again_and_the_others_go_on() -> None:
    output = Output()
    code = "print('born', flush=True); raise SystemExit(7)"
    patience = Patience(grace=TIMEOUT, first_delay=0.05, deaths=50)
    supervisor = Supervisor([python("mayfly", code), python("b", WAITS)], output, patience)
    running = asyncio.create_task(supervisor.run())
    await output.until("mayfly", "born", times=3)
    supervisor.stop()
    await asyncio.wait_for(running, TIMEOUT)
    assert output.lines.count(("b", "up")) == 1


async def test_a_killed_child_is_replaced() -> None:
    output = Output()
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(900)"
    supervisor = Supervisor([python("a", code)], output, QUICK)
    running = asyncio.create_task(supervisor.run())

    await output.until("a", "")
    os.kill(int(output.lines[0][1]), signal.SIGKILL)
    await output.until("a", "", times=2)
    assert output.lines[0][1] != output.lines[1][1]
    supervisor.stop()
    await asyncio.wait_for(running, TIMEOUT)


async def test_each_restart_waits_twice_as_long_as_the_one_before_up_to_a_limit() -> None:
    patience = Patience(grace=1, first_delay=0.05, longest_delay=0.2, deaths=5)
    program = python("a", "raise SystemExit(1)")
    began = time.monotonic()
    with capture_logs() as logs, pytest.raises(WorldError):
        await Supervisor([program], Output(), patience).run()
    delays = [entry["delay_seconds"] for entry in logs if "delay_seconds" in entry]
    assert delays == [0.05, 0.1, 0.2, 0.2]
    assert time.monotonic() - began > sum(delays)


async def test_where_all_keep_dying_everything_ends_loudly() -> None:
    programs = [python(name, "raise SystemExit(9)") for name in ("a", "b")]
    with pytest.raises(WorldError) as caught:
        await asyncio.wait_for(Supervisor(programs, Output(), QUICK).run(), TIMEOUT)
    assert str(caught.value)[1:] == (
        " died 3 times within 900 s, the last time by exit code 9; gave up and stopped everything."
    )


@pytest.mark.parametrize("fault", [3, 9])
async def test_what_keeps_dying_is_tried_on_while_others_go_on(fault: int) -> None:
    output = Output()
    code = f"print('taken', flush=True); raise SystemExit({fault})"
    supervisor = Supervisor([python("a", code), python("b", WAITS)], output, QUICK)
    running = asyncio.create_task(supervisor.run())
    await output.until("a", "taken", times=QUICK.deaths + 1)
    await output.until("b", "up")
    assert not running.done()
    supervisor.stop()
    await asyncio.wait_for(running, TIMEOUT)
    assert ("b", "drained") in output.lines


async def test_what_refuses_its_settings_is_not_tried_again() -> None:
    output = Output()
    program = python("a", "print('bad settings'); raise SystemExit(2)")
    with pytest.raises(AskerError, match="a refused to start"):
        await asyncio.wait_for(Supervisor([program], output, QUICK).run(), TIMEOUT)
    assert output.lines == [("a", "bad settings")]


async def test_the_others_go_on_without_what_refuses_its_settings() -> None:
    output = Output()
    programs = [python("bot", "raise SystemExit(2)"), python("engine", WAITS)]
    supervisor = Supervisor(programs, output, QUICK)
    with capture_logs() as logs:
        running = asyncio.create_task(supervisor.run())
        await output.until("engine", "up")
        async with asyncio.timeout(TIMEOUT):
            while not any(entry["log_level"] == "critical" for entry in logs):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert not running.done()
        supervisor.stop()
        await asyncio.wait_for(running, TIMEOUT)
    assert ("engine", "drained") in output.lines


BEATS = """
    import asyncio, os
    from ganshare.processes.pulse import beating
    async def run():
        async with beating():
            print(os.getpid(), flush=True)
            await asyncio.sleep(0.2)
            {then}
    asyncio.run(run())
"""


@pytest.mark.parametrize(
    "then", ["import time; time.sleep(900)", "os.kill(os.getpid(), 19)", "await asyncio.sleep(900)"]
)
async def test_what_gives_no_more_signs_of_life_is_killed_and_started_anew(then: str) -> None:
    """A blocked loop, and a process that was stopped; one whose loop goes round lives on."""
    output, patience = Output(), Patience(grace=1, first_delay=0.05, silence=3.0)
    program = replace(python("a", BEATS.format(then=then)), beats=True)
    supervisor = Supervisor([program], output, patience)
    running = asyncio.create_task(supervisor.run())
    if then.startswith("await"):
        await output.until("a", "")
        await asyncio.sleep(6)
    else:
        await output.until("a", "", times=2)
    lives = {line for _, line in output.lines}
    assert len(lives) == (1 if then.startswith("await") else 2)
    supervisor.stop()
    await asyncio.wait_for(running, TIMEOUT)


async def test_a_signal_that_comes_twice_at_once_is_one() -> None:
    output = Output()
    supervisor = Supervisor([python("a", WAITS)], output, QUICK)
    running = asyncio.create_task(supervisor.run())
    await output.until("a", "up")
    supervisor.stop()
    supervisor.stop()
    await asyncio.wait_for(running, TIMEOUT)
    assert ("a", "drained") in output.lines


async def test_what_ignores_sigterm_is_killed_after_the_grace() -> None:
    output = Output()
    supervisor = Supervisor([python("a", STUBBORN)], output, Patience(grace=0.3))
    running = asyncio.create_task(supervisor.run())
    await output.until("a", "up")
    began = time.monotonic()
    supervisor.stop()
    await asyncio.wait_for(running, TIMEOUT)
    assert time.monotonic() - began >= 0.3


async def test_asking_twice_does_not_wait_for_the_grace() -> None:
    output = Output()
    supervisor = Supervisor([python("a", STUBBORN)], output, Patience(grace=900))
    running = asyncio.create_task(supervisor.run())
    await output.until("a", "up")
    supervisor.stop()
    await asyncio.sleep(0.1)
    assert not running.done()
    supervisor.stop()
    await asyncio.wait_for(running, TIMEOUT)


async def test_grandchildren_of_a_stubborn_child_are_killed_with_it() -> None:
    output = Output()
    code = f"""
        import subprocess, sys
        subprocess.Popen([sys.executable, "-u", "-c", {textwrap.dedent(STUBBORN)!r}])
    """ + textwrap.indent(STUBBORN, "    ")
    supervisor = Supervisor([python("a", code)], output, Patience(grace=0.2))
    others = set(psutil.Process().children(recursive=True))
    running = asyncio.create_task(supervisor.run())
    await output.until("a", "up", times=2)
    family = set(psutil.Process().children(recursive=True)) - others
    supervisor.stop()
    await asyncio.wait_for(running, TIMEOUT)
    assert len(family) == 2
    # the kernel may still be ending them
    assert eventually(lambda: not any(alive(process.pid) for process in family))


async def test_output_is_passed_on_by_line_however_long_or_unfinished() -> None:
    output = Output()
    code = """
        import sys, time
        print("x" * 300_000)
        print("to stderr", file=sys.stderr)
        sys.stdout.write("no end")
        sys.stdout.flush()
        time.sleep(0.1)
        raise SystemExit(2)
    """
    with pytest.raises(AskerError):
        await Supervisor([python("a", code)], output, QUICK).run()
    assert sorted(output.lines) == [("a", "no end"), ("a", "to stderr"), ("a", "x" * 300_000)]


async def test_a_full_disk_loses_lines_and_no_work() -> None:
    output = Output()
    code = "for number in range(5): print(number, flush=True)\nraise SystemExit(2)"

    def write(name: str, line: bytes) -> None:
        if line == b"2":
            raise OSError(errno.ENOSPC, "No space left on device")
        output(name, line)

    with pytest.raises(AskerError, match="refused to start"):
        await Supervisor([python("a", code)], write, QUICK).run()
    assert [line for _, line in output.lines] == ["0", "1", "3", "4"]


async def test_a_program_sees_its_own_environment_and_ours() -> None:
    output = Output()
    code = "import os; print(os.environ['OURS'], 'PATH' in os.environ); raise SystemExit(2)"
    with pytest.raises(AskerError):
        await Supervisor([python("a", code, OURS="yes")], output, QUICK).run()
    assert output.lines == [("a", "yes True")]


@pytest.mark.parametrize(
    ("code", "words"), [(0, "exit code 0"), (-9, "SIGKILL"), (-200, "signal 200")]
)
def test_ends_are_described_in_words(code: int, words: str) -> None:
    assert describe_exit(code) == words


# --- the supervisor as a process of its own ----------------------------------------------------

SUPERVISOR = """
    import asyncio, sys
    from ganshare.monitoring.log import start_log
    from ganshare.settings import CoreSettings
    from ganshare.processes.supervisor import Patience, Program, Supervisor
    start_log("up", CoreSettings())
    def write(name, line):
        print(name, line.decode(), flush=True)
    program = Program("a", (sys.executable, "-u", "-c", sys.argv[1]))
    asyncio.run(Supervisor([program], write, Patience(grace=120)).run())
"""
SAYS_ITS_ID = "import os; print(os.getpid(), flush=True)\n"


Start = Callable[[str], tuple["subprocess.Popen[str]", int]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a supervisor with one child; gives the process and the child's id."""
    started = []

    def start_supervisor(code: str) -> tuple["subprocess.Popen[str]", int]:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                textwrap.dedent(SUPERVISOR),
                SAYS_ITS_ID + textwrap.dedent(code),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        child = int(process.stdout.readline().split()[1])
        assert process.stdout.readline() == "a up\n"
        return process, child

    yield start_supervisor
    for process in started:
        with process:
            process.kill()


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end and not condition():
        time.sleep(0.01)
    return condition()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_drains_the_children_and_ends_the_supervisor(
    number: signal.Signals, start: Start
) -> None:
    process, child = start(WAITS)
    process.send_signal(number)
    said, _ = process.communicate(timeout=TIMEOUT)
    assert said == "a draining\na drained\n"
    assert process.returncode == 0
    assert eventually(lambda: not alive(child))


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
@pytest.mark.parametrize("stopped", [False, True])
def test_children_die_when_the_supervisor_is_killed(stopped: bool, start: Start) -> None:
    """Even one that ignores SIGTERM, or that is stopped."""
    process, child = start(STUBBORN)
    if stopped:
        os.kill(child, signal.SIGSTOP)
    process.kill()
    process.communicate(timeout=TIMEOUT)
    assert eventually(lambda: not alive(child))


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_child_whose_parent_has_gone_before_it_began_does_not_begin() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "ganshare.processes.die_with_parent",
            "1",
            sys.executable,
            "-c",
            "print('began')",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "the parent 1 has gone\n")
