"""How the threads of an engine wait for one another: a moment awake, then asleep.

Every thread that computes keeps a team of OpenMP threads for as long as it lives. Where the members
of all teams together outnumber the cores, GNU's OpenMP lets them sleep at once whenever they wait,
which makes room for another team, and costs a lone one a fifth of its time.
docs/decisions/0007-engine-worker.md has the figures.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

__all__ = ["SPINS", "in_brief_thread"]

P = ParamSpec("P")
T = TypeVar("T")

SPINS = {"GOMP_SPINCOUNT": "1000"}  # some ten microseconds; for the environment before torch loads


async def in_brief_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that computes in a thread of its own, which ends with it, and its team too.

    The function goes on when the caller is cancelled, as with `asyncio.to_thread`.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix="brief")
    # what is logged there is of the same job
    call = partial(contextvars.copy_context().run, function, *args, **kwargs)
    future = asyncio.wrap_future(thread.submit(call))
    thread.shutdown(wait=False)
    return await future
