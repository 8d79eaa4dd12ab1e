"""Metrics of the queue, read from the store by any process.

So the figures don't vanish with the last engine, which is when they matter.
"""

import asyncio

from ganshare.domain.jobs import JobState
from ganshare.errors import StoreError
from ganshare.monitoring.log import get_logger
from ganshare.monitoring.metrics import Metrics
from ganshare.store import Store

__all__ = ["measure_queue", "watch_queue"]

COUNTED = JobState.QUEUED, JobState.RUNNING, JobState.DEAD  # the few, and not all that were done
WATCH_SECONDS = 10.0

_log = get_logger(__name__)


async def measure_queue(store: Store, metrics: Metrics) -> None:
    """Set the gauges of the queue; raises StoreError."""
    counts = await store.queue.counts(COUNTED)
    metrics.count_queue({str(state): jobs for state, jobs in counts.items()})
    metrics.queue_oldest_seconds.set(await store.queue.oldest_seconds())
    metrics.count_engines({each.id: each.version for each in await store.queue.engines()})


async def watch_queue(store: Store, metrics: Metrics) -> None:
    """Measure it again and again, until cancelled."""
    while True:
        try:
            await measure_queue(store, metrics)
        except StoreError as error:
            metrics.store_errors.labels("store").inc()
            _log.warning("the queue was not measured", reason=str(error))
        await asyncio.sleep(WATCH_SECONDS)
