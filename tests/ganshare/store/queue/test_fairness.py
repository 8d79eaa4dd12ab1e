"""Whose turn it is: nobody's backlog delays a newcomer, and nobody waits for ever."""

from typing import Any

import pytest

from ganshare.domain.jobs import Job
from ganshare.store import Store
from ganshare.testing import MODEL, make_artwork, make_request


async def paint_next(store: Store, models: tuple[str, ...] = (MODEL,)) -> Job:
    """One engine that paints one job at a time."""
    (job,) = await store.queue.claim("engine", models=models, max_area=512 * 512)
    assert await store.queue.finish(job, make_artwork()) is not None
    return job


class Crowd:
    """A queue without limits of active jobs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.count = 0

    async def ask(self, person: str, count: int = 1, **options: Any) -> None:
        submit_options = {
            name: options.pop(name) for name in ("priority", "weight") if name in options
        }
        for _ in range(count):
            self.count += 1
            await self.store.queue.submit(
                person, "bot", make_request(**options), key=str(self.count), **submit_options
            )

    async def painted(self, count: int, **options: Any) -> list[str]:
        return [(await paint_next(self.store, **options)).person for _ in range(count)]


@pytest.fixture
async def crowd(another: Any) -> Crowd:
    return Crowd(await another(per_person_active=200))


async def test_a_backlog_of_a_hundred_delays_a_newcomer_by_one_job(crowd: Crowd) -> None:
    await crowd.ask("flood", 100)
    assert await crowd.painted(5) == ["flood"] * 5
    await crowd.ask("newcomer")
    assert "newcomer" in await crowd.painted(2)


async def test_each_of_several_engines_lets_one_job_go_first(crowd: Crowd) -> None:
    await crowd.ask("flood", 100)
    store = crowd.store
    await crowd.painted(3)
    running = await store.queue.claim("a", models=[MODEL], max_area=512 * 512, count=2)
    await crowd.ask("newcomer")
    assert [job.person for job in running] == ["flood", "flood"]
    people = []
    for job in running:
        await store.queue.finish(job, make_artwork())
        people += [
            found.person for found in await store.queue.claim("a", models=[MODEL], max_area=512**2)
        ]
    assert "newcomer" in people


async def test_people_with_backlogs_take_turns(crowd: Crowd) -> None:
    await crowd.ask("ann", 4)
    await crowd.ask("bob", 4)
    assert await crowd.painted(8) == ["ann", "bob"] * 4


async def test_a_dear_job_costs_as_many_turns(crowd: Crowd) -> None:
    await crowd.ask("ann", 3, steps=360)
    await crowd.ask("bob", 9)
    painted = await crowd.painted(8)
    assert painted.count("bob") == 6
    assert painted.count("ann") == 2


async def test_double_weight_gives_a_double_share(crowd: Crowd) -> None:
    await crowd.ask("ann", 12, weight=2.0)
    await crowd.ask("bob", 12)
    assert (await crowd.painted(9)).count("ann") == 6


async def test_idleness_saves_up_nothing(crowd: Crowd) -> None:
    await crowd.ask("early")
    await crowd.painted(1)
    await crowd.ask("ann", 5)
    await crowd.painted(5)
    await crowd.ask("early", 6)
    await crowd.ask("ann", 6)
    assert (await crowd.painted(6)).count("early") == 3


async def test_cancelled_jobs_cost_no_turns(crowd: Crowd) -> None:
    await crowd.ask("ann", 9)
    for job in await crowd.store.queue.active("ann"):
        await crowd.store.queue.cancel(job.id, by="ann")
    await crowd.ask("bob", 3)
    await crowd.ask("ann", 3)
    assert (await crowd.painted(4)).count("ann") == 2


async def test_another_model_counts_its_own_time(crowd: Crowd) -> None:
    """A fast engine for one model must not make newcomers wait for a slow one's backlog."""
    await crowd.ask("flood", 30, model="slow")
    await crowd.ask("fast", 30, model="fast")
    await crowd.painted(2, models=("slow",))
    await crowd.painted(25, models=("fast",))
    await crowd.ask("newcomer", model="slow")
    assert "newcomer" in await crowd.painted(2, models=("slow",))


async def test_a_model_that_was_idle_gets_no_credit(crowd: Crowd) -> None:
    await crowd.ask("ann", model="rare")
    await crowd.painted(1, models=("rare",))
    await crowd.ask("bob", 30)
    await crowd.painted(20)
    await crowd.ask("flood", 30, model="rare")
    await crowd.ask("newcomer")
    assert "newcomer" in await crowd.painted(3, models=("rare", MODEL))


async def test_each_priority_counts_its_own_time(crowd: Crowd) -> None:
    await crowd.ask("ann", 30)
    await crowd.ask("holder", 30, priority=1)
    assert set(await crowd.painted(30)) == {"holder"}
    await crowd.ask("newcomer")
    assert "newcomer" in await crowd.painted(2)


async def test_an_endless_stream_of_newcomers_starves_nobody(crowd: Crowd) -> None:
    await crowd.ask("patient", steps=6)  # a twentieth of the newcomers' jobs
    assert await crowd.painted(1) == ["patient"]
    await crowd.ask("newcomer-0")
    await crowd.ask("patient", steps=6)
    painted = []
    for number in range(1, 60):
        await crowd.ask(f"newcomer-{number}")
        painted += await crowd.painted(1)
    assert painted[0] == "newcomer-0"
    assert "patient" in painted
