"""The store notifies when there is something to do; nothing depends on it."""

import asyncio
import time
from typing import Any

import pytest

from ganshare.store import Topic
from ganshare.testing import TIMEOUT, PostgresServer, make_artwork, make_request

LISTENING = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"


async def settle(store: Any, topic: Topic | None = None) -> None:
    """Take earlier notifications; the first wait returns for what was before it."""
    while await store.wait(0.05, topic):
        pass


async def test_silence_lasts_until_the_timeout(store: Any) -> None:
    await settle(store)
    started = time.monotonic()
    assert not await store.wait(0.15)
    assert time.monotonic() - started > 0.1


async def test_a_submit_elsewhere_rings_for_work(another: Any) -> None:
    store, elsewhere = await another(), await another()
    await settle(store, Topic.WORK)
    waiting = asyncio.create_task(store.wait(TIMEOUT, Topic.WORK))
    await asyncio.sleep(0.05)
    await elsewhere.queue.submit("ann", "bot", make_request(), key="1")
    assert await waiting


async def test_news_of_a_painting_ring_for_bots(another: Any) -> None:
    store, engine = await another(), await another()
    await store.queue.submit("ann", "bot", make_request(), key="1")
    (job,) = await engine.queue.claim("engine", models=[make_request().model], max_area=512 * 512)
    for change in (engine.queue.beat(job, step=1), engine.queue.finish(job, make_artwork())):
        await settle(store, Topic.NEWS)
        waiting = asyncio.create_task(store.wait(TIMEOUT, Topic.NEWS))
        await asyncio.sleep(0.05)
        await change
        assert await waiting


async def test_what_rings_between_two_waits_is_heard(another: Any) -> None:
    store, elsewhere = await another(), await another()
    await settle(store)
    await elsewhere.queue.submit("ann", "bot", make_request(), key="1")
    assert await store.wait(TIMEOUT)
    assert not await store.wait(0.1)


async def test_everybody_who_waits_hears_it(another: Any) -> None:
    store, elsewhere = await another(), await another()
    await settle(store)

    ready = asyncio.Barrier(4)

    async def listen() -> bool:
        await store.wait(0.01)
        await ready.wait()
        return bool(await store.wait(TIMEOUT))

    listening = [asyncio.create_task(listen()) for _ in range(3)]
    await ready.wait()
    await asyncio.sleep(0.05)
    await elsewhere.queue.submit("ann", "bot", make_request(), key="1")
    assert await asyncio.gather(*listening) == [True] * 3


async def test_a_cancelled_wait_leaves_the_notifier_whole(another: Any) -> None:
    store, elsewhere = await another(), await another()
    await settle(store)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(store.wait(TIMEOUT), 0.05)
    await elsewhere.queue.submit("ann", "bot", make_request(), key="1")
    assert await store.wait(TIMEOUT)


async def test_waiting_does_not_hold_up_the_event_loop(store: Any) -> None:
    await settle(store)
    waiting, turns = asyncio.create_task(store.wait(0.5)), 0
    while not waiting.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 5  # two, were the loop held up


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has one notifier for all
async def test_work_without_news_does_not_wake_the_other_side(another: Any) -> None:
    store, elsewhere = await another(), await another()
    await settle(store, Topic.NEWS)
    await elsewhere.queue.submit("ann", "bot", make_request(), key="1")
    assert not await store.wait(0.2, Topic.NEWS)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has no server
async def test_a_notifier_that_lost_its_server_connects_again(
    postgres: PostgresServer, another: Any
) -> None:
    store, elsewhere = await another(), await another()
    await settle(store)
    postgres.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND query LIKE 'LISTEN%'"
    )
    await settle(store)
    await elsewhere.queue.submit("ann", "bot", make_request(), key="1")
    assert await store.wait(TIMEOUT)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has no server
async def test_whoever_is_at_work_does_not_listen(
    postgres: PostgresServer, another: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganshare.store.db.notify._REST_SECONDS", 0.05)
    store, elsewhere = await another(), await another()

    async def listening() -> int:
        return int(await asyncio.to_thread(postgres.sql, LISTENING))

    await settle(store)
    waiting = asyncio.create_task(store.wait(TIMEOUT))
    await asyncio.sleep(0.5)
    assert await listening() == 1  # a wait is no rest, however long it is
    waiting.cancel()
    async with asyncio.timeout(TIMEOUT):
        while await listening():  # noqa: ASYNC110 - nobody would set an event for us
            await asyncio.sleep(0.05)
    await elsewhere.queue.submit("ann", "bot", make_request(), key="1")
    assert await store.wait(TIMEOUT)  # for what came meanwhile
