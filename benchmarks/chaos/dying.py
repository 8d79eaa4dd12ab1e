"""Starts a process of a chaos run, which may kill itself in the middle of a write."""

import ctypes
import os
import random
import signal
import sys
from typing import Any

import sqlalchemy as sa

from benchmarks.chaos.journal import Event, Journal
from benchmarks.chaos.plan import Scene
from benchmarks.chaos.upgrade import become_newer, is_newer
from ganshare.monitoring.log import start_log
from ganshare.processes.die_with_parent import PR_SET_PDEATHSIG
from ganshare.settings import CoreSettings, load

__all__ = ["begin", "die_in_writes"]

CHANCE = 0.004  # of each statement that writes
CHANCE_AT_END = 0.04  # of both statements that publish an artwork: the worst moments


def begin(scene: Scene, name: str) -> None:
    """Die with the parent, and write all output to the log of this name."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    log = os.open(scene.log(name), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    start_log(name, load(CoreSettings))
    newer = is_newer(scene, name)
    if newer:
        become_newer()
    Journal(scene.journal(name)).note(Event.STARTED, state="newer" if newer else "")


def die_in_writes(chance: random.Random, journal: Journal) -> None:
    """From now on, kill -9 this process after some of its writes, before they are committed."""

    def perhaps(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if chance.random() < _chance(statement):
            journal.note(Event.DYING, state=statement[:80])
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "after_cursor_execute", perhaps)


def _chance(statement: str) -> float:
    if "UPDATE jobs" not in statement and "INSERT INTO" not in statement:
        return 0.0
    changes = statement.partition("WHERE")[0].partition("RETURNING")[0]
    return CHANCE_AT_END if "artwork" in changes else CHANCE
