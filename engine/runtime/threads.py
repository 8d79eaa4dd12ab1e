"""Threads that suit a busy machine: while they wait for one another, they soon sleep.

Two paintings at once on two cores otherwise spend most of their time waiting awake for threads that
the other one keeps from running.
"""

import os

from engine.runtime.openmp import SPINS

__all__ = ["MAX_THREADS", "let_threads_sleep"]

MAX_THREADS = 512


def let_threads_sleep() -> None:
    """Say so to OpenMP, unless the environment already says how threads wait.

    OpenMP reads it once, when torch is loaded; call this before.
    """
    if "OMP_WAIT_POLICY" in os.environ:
        return
    for name, value in SPINS.items():
        os.environ.setdefault(name, value)
