"""Computing in threads that leave no OpenMP team behind.

Every thread that computes keeps a team of OpenMP threads for as long as it lives, and where the
members of all teams outnumber the cores, none of them spins (see `engine.runtime.threads`). That
makes room for another team, and costs a lone one a fifth of its time.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

__all__ = ["in_brief_thread"]

P = ParamSpec("P")
T = TypeVar("T")


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
