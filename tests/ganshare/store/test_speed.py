"""With ten thousand jobs queued, every verb still goes by an index, and none takes long."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa

from ganshare.store import Store
from ganshare.testing import MODEL, fill_queue, make_artwork, make_report, make_request

QUEUED = 10_000


async def fill(store: Store) -> None:
    await fill_queue(store, QUEUED, people=600)
    await store.report(make_report(rate=0.1))


async def fastest(verb: Callable[[int], Awaitable[object]]) -> float:
    """Seconds of the fastest of some calls: what it costs, whatever else the machine does."""
    times = []
    for number in range(10):
        started = time.perf_counter()
        await verb(number)
        times.append(time.perf_counter() - started)
    return min(times)


async def test_every_verb_is_fast_with_ten_thousand_queued(store: Store) -> None:
    await fill(store)
    last = (await store.queue(QUEUED))[-1]
    claimed: list[Any] = []

    async def claim(_: int) -> None:
        claimed.extend(await store.claim("engine", models=[MODEL], max_area=512 * 512))

    took = {
        "claim": await fastest(claim),
        "claim for another model": await fastest(
            lambda _: store.claim("engine", models=["other"], max_area=512 * 512)
        ),
        "beat": await fastest(lambda number: store.beat(claimed[number], step=number)),
        "finish": await fastest(lambda number: store.finish(claimed[number], make_artwork())),
        "submit": await fastest(
            lambda number: store.submit(f"new {number}", "bot", make_request(), key=f"new {number}")
        ),
        "place": await fastest(lambda _: store.place(last.id)),
        "reap": await fastest(lambda _: store.reap()),
        "inbox": await fastest(lambda _: store.inbox("bot", 20)),
        "throughput": await fastest(lambda _: store.throughput()),
    }
    place = await store.place(last.id)
    assert len(claimed) == 10
    assert place is not None
    assert place.position == QUEUED  # ten are running, and ten new ones go first
    # Single-digit milliseconds on a machine with nothing else to do; thrice that on any.
    assert {verb: seconds for verb, seconds in took.items() if seconds > 0.03} == {}


async def test_a_limit_that_many_reached_does_not_slow_claims(store: Store) -> None:
    """The first hundreds in the order belong to people with two running jobs."""
    await fill(store)
    seen = 0
    while batch := await store.claim("engine", models=[MODEL], max_area=512 * 512, count=100):
        seen += len(batch)
    assert seen == 1200
    took = await fastest(lambda _: store.claim("engine", models=[MODEL], max_area=512 * 512))
    assert took < 0.1


PLANS = {"postgresql": "EXPLAIN ", "sqlite": "EXPLAIN QUERY PLAN "}


async def test_claims_and_places_read_the_queue_by_its_index(store: Store) -> None:
    await fill(store)
    database = store._database
    await database.write(sa.text("UPDATE jobs SET state = 'done' WHERE seat > 0"))
    vacuum = "VACUUM " if database.dialect == "postgresql" else ""
    await database.write(sa.text(f"{vacuum}ANALYZE"))
    plans: dict[str, str] = {}

    def explain(connection: Any, cursor: Any, text: str, values: Any, *_: Any) -> None:
        if not text.startswith("EXPLAIN"):
            rows = connection.exec_driver_sql(PLANS[database.dialect] + text, values).all()
            plans[text] = "\n".join(str(row[-1]) for row in rows)

    sa.event.listen(database._single.sync_engine, "before_cursor_execute", explain)
    await store.claim("engine", models=[MODEL], max_area=512 * 512)
    await store.place((await store.queue(1))[0].id)
    claim = next(plan for text, plan in plans.items() if "candidates" in text)
    place = next(plan for text, plan in plans.items() if "UNION ALL" in text)
    for plan in (claim, place):
        assert "jobs_queued" in plan
        assert "Seq Scan on jobs" not in plan
        assert "SCAN jobs\n" not in plan
