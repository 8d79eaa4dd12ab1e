"""Periodic jobs of an engine: report, reap leases, count, delete old data."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection

from ganshare.blob_cleanup import sweep_forgotten, sweep_orphans
from ganshare.blobs import Blobs
from ganshare.domain.engines import EngineReport
from ganshare.errors import StoreError, WorldError
from ganshare.monitoring.awake_clock import AwakeClock
from ganshare.monitoring.log import get_logger
from ganshare.monitoring.metrics import Metrics
from ganshare.queue_metrics import measure_queue
from ganshare.store import Store

__all__ = ["keep_up"]

REPORT_SECONDS = 5.0
ROUND_SECONDS = 60.0
ROOM_LOOKS = 4  # after which as many engines make room as suspects wait
EXPIRE_SECONDS = 3600.0
PRUNE_SECONDS = 6 * 3600.0  # it looks at every picture there is
MONTH_SECONDS = 30 * 86_400.0  # from which on pictures are looked at each time
START_SECONDS, LOOK_SECONDS = 10.0, 300.0  # before the first turn, and between two looks for one
OLDEST_BLOB = 24 * 3600.0  # of previews, saved states, and pictures without an artwork

_log = get_logger(__name__)


async def keep_up(
    store: Store,
    blobs: Blobs,
    metrics: Metrics,
    report: Callable[[], EngineReport],
    keep_seconds: float,
    make_room: Callable[[], None] = lambda: None,
    drain: Callable[[Collection[str]], None] = lambda _: None,
) -> None:
    """Run all of them until cancelled; one that fails is retried at its next turn.

    Args:
        make_room: called when this engine should take no job until it has none, for a suspect.
        drain: called with what is drained, if anything is.
    """

    was_away = False
    clock = AwakeClock(1.2 * REPORT_SECONDS + store.queue.limits.lease_seconds / 4)

    async def reap() -> None:
        nonlocal was_away
        slept = clock.tick() > 0.0  # stopped or suspended, and nobody here could beat
        was_away = was_away or slept
        try:
            if was_away:
                # While nobody could beat, leases ran out: those who live get time to renew them.
                await store.now()
                was_away = False
                await asyncio.sleep(store.queue.limits.lease_seconds / 2)
            await reap_now()
        except StoreError:
            was_away = True
            raise
        finally:
            clock.tick()  # only what passes between two turns is sleep

    async def reap_now() -> None:
        reaped = await store.queue.reap()
        if reaped.requeued or reaped.dead or reaped.cancelled:
            _log.info(
                "silent engines lost their jobs",
                requeued=reaped.requeued,
                dead=reaped.dead,
                cancelled=reaped.cancelled,
            )
            metrics.dead_letters.inc(reaped.dead)
        if suspects := await store.queue.suspects():
            # Engines without work take them at once. Else a few at a time make room.
            alive = max(len(await store.queue.engines()), 1)
            if random.random() < suspects / (ROOM_LOOKS * alive):
                make_room()
        await measure_queue(store, metrics)

    async def prune() -> None:
        # Whose a picture is, its job tells: so the pictures first.
        whole = await store.queue.take_turn("all pictures", MONTH_SECONDS)
        since = None if whole else await store.now() - MONTH_SECONDS
        await sweep_orphans(store, blobs, OLDEST_BLOB, since)
        pruned = await store.queue.prune(keep_seconds)
        if pruned.frames or pruned.jobs:
            _log.info("old rows removed", frames=pruned.frames, jobs=pruned.jobs)

    async def look_for_drains() -> None:
        if report().running and (drained := await store.queue.drained()):
            drain(drained)

    await asyncio.gather(
        _every(REPORT_SECONDS, lambda: store.queue.report_engine(report())),
        _every(REPORT_SECONDS, look_for_drains),
        _every(REPORT_SECONDS, reap),
        _every(ROUND_SECONDS, lambda: store.rounds.close_abandoned("engine")),
        _in_turn(store, "queue", ROUND_SECONDS, store.queue.expire),
        _in_turn(store, "blobs", EXPIRE_SECONDS, lambda: blobs.expire(OLDEST_BLOB)),
        _in_turn(store, "forgotten", EXPIRE_SECONDS, lambda: sweep_forgotten(store, blobs)),
        _in_turn(store, "pictures", PRUNE_SECONDS, prune),
    )


async def _in_turn(
    store: Store, name: str, seconds: float, do: Callable[[], Awaitable[object]]
) -> None:
    """Do it, but only if no other engine has within that time."""

    async def do_in_turn() -> None:
        if not await store.queue.take_turn(name, seconds):
            return
        try:
            await do()
        except WorldError:
            await store.queue.give_turn_back(name)
            raise

    await asyncio.sleep(random.uniform(0.5, 1.5) * START_SECONDS)  # a new engine paints first
    await _every(min(seconds, LOOK_SECONDS), do_in_turn)


async def _every(seconds: float, do: Callable[[], Awaitable[object]]) -> None:
    while True:
        try:
            await do()
        except WorldError as error:
            _log.warning("upkeep failed", reason=str(error))
        await asyncio.sleep(seconds * random.uniform(0.8, 1.2))
