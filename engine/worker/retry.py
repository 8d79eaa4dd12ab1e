"""Retries with exponential backoff."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ganshare.errors import BlobExists, StoreError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.monitoring.metrics import Metrics

__all__ = ["retry_while"]

T = TypeVar("T")

LONGEST_RETRY = 5.0

_log = get_logger(__name__)


async def retry_while(
    what: str,
    call: Callable[[], Awaitable[T]],
    *,
    still: Callable[[], bool],
    seconds: float,
    metrics: Metrics,
) -> T:
    """Call until it works, with growing pauses; raises the last WorldError once it is pointless.

    A key that is taken stays taken: BlobExists is raised at once.

    Args:
        what: is tried, for the log.
        still: asked before each further try.
        seconds: after which there is none.
    """
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + seconds, 0.25
    while True:
        try:
            return await call()
        except BlobExists:
            raise
        except WorldError as error:
            part = "store" if isinstance(error, StoreError) else "blobs"
            metrics.store_errors.labels(part).inc()
            if not still() or loop.time() + pause > deadline:
                raise
            _log.warning(f"{what} failed, trying again", reason=str(error), in_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_RETRY)
