"""OpenMP's threads spin while they wait for one another, unless others want the cores.

Spinning is worth a fifth of a lone painting's time. Beside another busy process it costs more than
all the rest: each waits awake for threads that the other one keeps from running.

GNU's OpenMP reads how long to spin (3 ms) only once. But it nearly stops spinning (about 10 us)
while the teams of all living threads together outnumber the cores, so idle teams are kept for as
long as the machine is busy. docs/decisions/0007-engine-worker.md has the figures.
"""

import os
import threading
import time
from collections.abc import Set
from pathlib import Path

__all__ = ["MAX_THREADS", "IdleTeams", "seconds_of_others", "share_cores"]

MAX_THREADS = 512
SAMPLE = 0.5  # seconds
SPARE = 0.3  # cores that other processes may use before they count as busy

_STAT = Path("/proc/stat")
_watch: threading.Thread | None = None


class IdleTeams:
    """Threads that hold OpenMP teams and do nothing, so that all teams outnumber the cores."""

    def __init__(self, threads: int, cores: int) -> None:
        """`threads` of each team, two at least; what computes has a team of its own already."""
        self.count = (cores - 1) // (threads - 1)
        self._release: threading.Event | None = None
        self._holders: list[threading.Thread] = []

    def hold(self, *, busy: bool) -> None:
        """Keep the teams, or end them; nothing happens if that is so already."""
        if busy and self._release is None:
            self._release = threading.Event()
            ready = threading.Barrier(self.count + 1)
            self._holders = [
                threading.Thread(target=_hold_team, args=(ready, self._release), daemon=True)
                for _ in range(self.count)
            ]
            for holder in self._holders:
                holder.start()
            ready.wait()
        elif not busy and self._release is not None:
            self._release.set()
            for holder in self._holders:
                holder.join()
            self._release, self._holders = None, []


def _hold_team(ready: threading.Barrier, release: threading.Event) -> None:
    import torch

    torch.zeros(1 << 17).add_(1)  # large enough to be shared among all threads
    ready.wait()
    release.wait()


def share_cores(threads: int) -> None:
    """Let OpenMP's threads spin only while no other process wants their cores.

    A thread watches this, one for the process. Nothing happens where it cannot be known (outside
    Linux), and where the environment says how threads wait.

    Args:
        threads: of each operation, as `torch.get_num_threads()` has it.
    """
    global _watch
    told = "OMP_WAIT_POLICY" in os.environ or "GOMP_SPINCOUNT" in os.environ
    if _watch is not None or told or threads < 2 or not _STAT.exists():
        return
    cores = os.sched_getaffinity(0)
    spare = max(len(cores) - threads, 0) + SPARE
    teams = IdleTeams(threads, len(cores))
    _watch = threading.Thread(target=_watch_load, args=(cores, spare, teams), daemon=True)
    _watch.start()


def _watch_load(cores: Set[int], spare: float, teams: IdleTeams) -> None:
    seconds, since = seconds_of_others(cores), time.monotonic()
    while True:
        time.sleep(SAMPLE)
        seconds_now, now = seconds_of_others(cores), time.monotonic()
        teams.hold(busy=(seconds_now - seconds) / (now - since) > spare)
        seconds, since = seconds_now, now


def seconds_of_others(cores: Set[int], stat: str | None = None) -> float:
    """CPU time on these cores so far that was not this process's, in seconds.

    Args:
        stat: what to read; by default /proc/stat (proc_stat(5)).
    """
    lines = (stat or _STAT.read_text()).splitlines()
    rows = [line.split() for line in lines]
    wanted = {f"cpu{core}" for core in cores}
    ticks = 0
    for name, *columns in filter(None, rows):
        if name in wanted:
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, columns[:8])
            ticks += user + nice + system + irq + softirq + steal
    own = os.times()
    return ticks / os.sysconf("SC_CLK_TCK") - own.user - own.system
