"""Starts the processes of a chaos run, and restarts those that died."""

import multiprocessing
import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess

from benchmarks.chaos.plan import Scene
from ganshare.cli import EXIT_WORLD

__all__ = ["Crew", "Seat", "prepare"]

_context = multiprocessing.get_context("forkserver")
_UNSEEN = re.compile("never retrieved|never awaited|Exception in callback|Fatal Python error")
_STRUCK = (-signal.SIGKILL, -signal.SIGTERM, EXIT_WORLD)  # or ended by themselves


def prepare() -> None:
    """Start the server that forks the processes, with torch and all imported once."""
    _context.set_forkserver_preload(["benchmarks.chaos.engine", "benchmarks.chaos.bot"])
    warm = _context.Process(target=_nothing)
    warm.start()
    warm.join()


def _nothing() -> None:
    pass


# Imported in the new process, where they are loaded already: this one needs no torch.
def _serve_engine(scene: Scene, index: int, start: int) -> None:
    from benchmarks.chaos.engine import serve

    serve(scene, index, start)


def _serve_bot(scene: Scene, index: int, start: int) -> None:
    from benchmarks.chaos.bot import serve

    serve(scene, index, start)


@dataclass(eq=False)
class Seat:
    """One engine or bot, which lives on in one process after another.

    Attributes:
        stopped: whether it was sent SIGSTOP, and no SIGCONT yet.
    """

    name: str
    serve: Callable[[Scene, int, int], None]
    index: int
    starts: int = 0
    stopped: bool = False
    process: ForkServerProcess | None = None

    def start(self, scene: Scene) -> None:
        """Start the next process."""
        self.starts += 1
        self.stopped = False
        arguments = (scene, self.index, self.starts)
        self.process = _context.Process(target=self.serve, args=arguments, name=self.name)
        self.process.start()

    @property
    def alive(self) -> bool:
        """Whether there is a process, stopped or not."""
        return self.process is not None and self.process.is_alive()

    def send(self, number: signal.Signals) -> bool:
        """Send a signal; False if nobody is there."""
        if not self.alive or self.process is None or self.process.pid is None:
            return False
        os.kill(self.process.pid, number)  # a zombie at worst: only we join it
        if number in (signal.SIGSTOP, signal.SIGCONT):
            self.stopped = number is signal.SIGSTOP
        return True

    def end(self) -> None:
        """Have it start anew: an engine after its drain."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)


@dataclass
class Crew:
    """All engines and bots of a run.

    Attributes:
        crashes: processes that ended by an error of their own.
    """

    scene: Scene
    engines: list[Seat]
    bots: list[Seat]
    crashes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, scene: Scene, engines: int, bots: int) -> "Crew":
        """Appoint so many of each."""
        return cls(
            scene,
            [Seat(f"engine-{index}", _serve_engine, index) for index in range(engines)],
            [Seat(f"bot-{index}", _serve_bot, index) for index in range(bots)],
        )

    @property
    def seats(self) -> list[Seat]:
        """Everybody."""
        return self.engines + self.bots

    def revive(self) -> None:
        """Start the processes that aren't running."""
        for seat in self.seats:
            if not seat.alive:
                self._bury(seat)
                seat.start(self.scene)

    def kill(self, seats: list[Seat]) -> None:
        """Kill -9, all at once, and see them dead."""
        for seat in seats:
            seat.send(signal.SIGKILL)
        for seat in seats:
            if seat.process is not None:
                seat.process.join()

    def drain(self, seconds: float) -> None:
        """Let the engines finish or hand back their jobs; taking longer counts as a crash."""
        for seat in self.seats:
            seat.send(signal.SIGCONT)
        for seat in self.engines:
            seat.send(signal.SIGTERM)
        for seat in self.engines:
            if seat.process is not None:
                seat.process.join(seconds)
            if seat.alive:
                self.crashes.append(f"{seat.name} did not end within {seconds:.0f} s of SIGTERM")
            self._bury(seat)

    def unseen_errors(self) -> list[str]:
        """What the logs hold of errors that nobody caught."""
        return [
            f"{seat.name}: {line[:300]}"
            for seat in self.seats
            if self.scene.log(seat.name).exists()
            for line in self.scene.log(seat.name).read_text().splitlines()
            if _UNSEEN.search(line)
        ]

    def _bury(self, seat: Seat) -> None:
        code = None if seat.process is None else seat.process.exitcode
        if code not in (None, 0, *_STRUCK):
            self.crashes.append(f"{seat.name} ended with exit code {code}; see its log")
