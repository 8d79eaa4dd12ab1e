"""With ten thousand jobs queued, every verb still goes by an index, and none costs much."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from ganshare.domain.jobs import JobState
from ganshare.store import Store
from ganshare.testing import (
    MODEL,
    fill_queue,
    make_artwork,
    make_report,
    make_request,
)

QUEUED = 10_000


async def fill(store: Store) -> None:
    await fill_queue(store, QUEUED, people=600)
    await store.queue.report_engine(make_report(rate=0.1))


Cost = Any  # of conftest.py, which importlib mode does not let others import
TIMES = 10


@pytest.mark.heavy
async def test_every_verb_is_cheap_with_ten_thousand_queued(store: Store, cost: Cost) -> None:
    await fill(store)
    last = (await store.queue.jobs(QUEUED))[-1]
    claimed: list[Any] = []

    async def claim(_: int) -> None:
        claimed.extend(await store.queue.claim("engine", models=[MODEL], max_area=512 * 512))

    took = {
        "claim": await cost(claim),
        "claim for another model": await cost(
            lambda _: store.queue.claim("engine", models=["other"], max_area=512 * 512)
        ),
        "beat": await cost(lambda number: store.queue.beat(claimed[number], step=number)),
        "finish": await cost(lambda number: store.queue.finish(claimed[number], make_artwork())),
        "submit": await cost(
            lambda number: store.queue.submit(
                f"new {number}", "bot", make_request(), key=f"new {number}"
            )
        ),
        "place": await cost(lambda _: store.queue.position(last.id)),
        "reap": await cost(lambda _: store.queue.reap()),
        "inbox": await cost(lambda _: store.queue.inbox("bot", 20)),
        "throughput": await cost(lambda _: store.queue.throughput()),
    }
    place = await store.queue.position(last.id)
    assert len(claimed) == TIMES
    assert place is not None
    assert place.position == QUEUED  # ten are running, and ten new ones go first
    # Single-digit milliseconds on a machine with nothing else to do; some more on any.
    assert {verb: seconds for verb, seconds in took.items() if seconds > 0.03} == {}


@pytest.mark.heavy
async def test_a_limit_that_many_reached_does_not_slow_claims(store: Store, cost: Cost) -> None:
    """The first hundreds in the order belong to people with two running jobs."""
    await fill(store)
    seen = 0
    while batch := await store.queue.claim("engine", models=[MODEL], max_area=512 * 512, count=100):
        seen += len(batch)
    assert seen == 1200
    took = await cost(lambda _: store.queue.claim("engine", models=[MODEL], max_area=512 * 512))
    assert took < 0.1


PLANS = {"postgresql": "EXPLAIN ", "sqlite": "EXPLAIN QUERY PLAN "}


async def explained(store: Store, *verbs: Callable[[], Awaitable[object]]) -> dict[str, str]:
    """How the database goes about the statements of some verbs; by their texts."""
    database = store.database
    if database.dialect == "postgresql":  # as it does by itself
        await database.write(sa.text("VACUUM ANALYZE"))
    plans: dict[str, str] = {}

    def explain(connection: Any, cursor: Any, text: str, values: Any, *_: Any) -> None:
        if not text.startswith("EXPLAIN"):
            rows = connection.exec_driver_sql(PLANS[database.dialect] + text, values).all()
            plans[text] = "\n".join(str(row[-1]) for row in rows)

    sa.event.listen(database._single.sync_engine, "before_cursor_execute", explain)
    for verb in verbs:
        await verb()
    return plans


async def test_claims_and_places_read_the_queue_by_its_index(store: Store) -> None:
    await fill(store)
    await store.database.write(sa.text("UPDATE jobs SET state = 'done' WHERE seat > 0"))
    first = (await store.queue.jobs(1))[0]
    plans = await explained(
        store,
        lambda: store.queue.claim("engine", models=[MODEL], max_area=512 * 512),
        lambda: store.queue.position(first.id),
    )
    claim = next(plan for text, plan in plans.items() if "candidates" in text)
    place = next(plan for text, plan in plans.items() if "UNION ALL" in text)
    for plan in (claim, place):
        assert "jobs_queued" in plan
        assert "Seq Scan on jobs" not in plan
        assert "SCAN jobs\n" not in plan


async def test_what_engines_do_all_the_time_reads_nothing_of_the_past(store: Store) -> None:
    await fill(store)
    past = "state = 'done', seen = revision, finished = created - 3600 * (1 + seat)"
    await store.database.write(sa.text(f"UPDATE jobs SET {past} WHERE seat > 0"))  # noqa: S608
    few = (JobState.QUEUED, JobState.RUNNING, JobState.DEAD)
    plans = await explained(
        store,
        store.queue.reap,
        store.queue.dead_letters,
        lambda: store.queue.counts(few),
        lambda: store.queue.throughput(60.0),
        lambda: store.queue.prune(90 * 86_400.0),
    )
    assert len(plans) >= 5
    for text, plan in plans.items():
        assert "Seq Scan on jobs" not in plan, (text, plan)
        # SQLite says "SCAN" of an index, too, if it reads all of it.
        scans = [line for line in plan.splitlines() if line.startswith("SCAN jobs")]
        partial = ("INDEX jobs_queued", "INDEX jobs_leases", "INDEX jobs_slot", "INDEX jobs_seat")
        assert [line for line in scans if not any(each in line for each in partial)] == [], text
