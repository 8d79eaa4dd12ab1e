"""Whoever gives up waiting for the store harms neither it nor those that come after."""

import asyncio
import gc
import random

import pytest
import sqlalchemy as sa

from ganshare.errors import SchemaError, StoreError
from ganshare.store import Store
from ganshare.testing import TIMEOUT, make_report


async def test_cancelled_callers_leave_every_connection_whole(store: Store) -> None:
    generator = random.Random(1)
    before = asyncio.all_tasks()
    for number in range(100):
        report = make_report(id=f"engine-{number}")
        tasks = [asyncio.create_task(store.queue.report_engine(report)) for _ in range(3)]
        await asyncio.sleep(generator.uniform(0, 0.003))
        for task in tasks * 2:
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(TIMEOUT):
        assert await store.queue.engines()
        await store.__aexit__()
    # a driver that waits for a thread which has ended would do so beyond the test
    _, late = await asyncio.wait(
        asyncio.all_tasks() - before | {asyncio.create_task(_nothing())}, timeout=TIMEOUT
    )
    assert not late


async def _nothing() -> None:
    pass


async def test_what_a_cancelled_caller_said_is_heard(store: Store) -> None:
    task = asyncio.create_task(store.queue.report_engine(make_report(id="engine-7")))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(TIMEOUT):
        while not await store.queue.engines():  # noqa: ASYNC110 - nobody would set an event for us
            await asyncio.sleep(0.01)


async def test_a_failure_that_nobody_waits_for_is_no_unseen_error(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    in_vain = sa.text("DELETE FROM nowhere")
    with pytest.raises(SchemaError):
        await store.database.write(in_vain)
    given_up = asyncio.create_task(store.database.write(in_vain))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    del given_up  # which remembers where it was cancelled
    await store.__aexit__()  # after what is under way
    gc.collect()
    assert "never retrieved" not in caplog.text


async def test_a_store_that_closes_waits_for_what_is_under_way_and_takes_nothing_new(
    store: Store,
) -> None:
    """As the handlers of a bot that ends, which nobody waits for."""
    begun = [
        asyncio.create_task(store.queue.report_engine(make_report(id=f"e{n}"))) for n in range(20)
    ]
    await asyncio.sleep(0)
    closing = asyncio.create_task(store.__aexit__())
    await asyncio.gather(*begun)
    await closing
    with pytest.raises(StoreError, match="is closed"):
        await store.queue.engines()
    gc.collect()  # a connection that was left open would say so now
