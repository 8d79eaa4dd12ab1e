"""Who gets which job: never two of one, never more of one person than allowed."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa

from ganshare.domain.jobs import Job, JobState
from ganshare.testing import MODEL, make_artwork, make_request


def keys(jobs: list[Job]) -> list[str]:
    return [job.key for job in jobs]


async def test_a_claimed_job_is_running_under_a_lease(asker: Any) -> None:
    await asker.ask()
    job = await asker.claim_one("engine-7")
    assert (job.state, job.worker, job.attempt) == (JobState.RUNNING, "engine-7", 1)
    assert 25 < job.lease_until - await asker.store.now() <= 30
    assert job == await asker.store.queue.get(job.id)
    assert await asker.claim() == []


async def test_nothing_to_claim_is_no_error(asker: Any) -> None:
    assert await asker.claim(4) == []


async def test_higher_priority_goes_first_then_time(asker: Any) -> None:
    await asker.submit("ann", key="1")
    await asker.submit("bob", key="2")
    await asker.submit("cid", key="3", priority=1)
    assert keys([await asker.claim_one() for _ in range(3)]) == ["3", "1", "2"]


async def test_only_models_and_sizes_that_fit_are_claimed(asker: Any) -> None:
    await asker.submit("ann", key="other", model="other")
    await asker.submit("bob", key="large", width=512, height=512)
    await asker.submit("cid", key="small")
    assert keys(await asker.claim(4, max_area=256 * 256)) == ["small"]
    assert keys(await asker.claim(4, models=["other", "third"])) == ["other"]
    assert keys(await asker.claim(4)) == ["large"]


async def test_nobody_has_more_running_than_allowed(asker: Any) -> None:
    await asker.ask("ann", count=5)
    await asker.submit("bob", key="bob's")
    assert len(await asker.claim(10)) == 3
    assert await asker.claim(10) == []
    running = [job for job in await asker.store.queue.active("ann") if job.state == "running"]
    assert len(running) == 2


async def test_the_end_of_a_job_lets_the_next_of_that_person_start(asker: Any) -> None:
    await asker.ask("bob", count=2)
    await asker.ask("ann", count=4)
    claimed = await asker.claim(4)  # so that slots 0 and 1 are taken, twice
    first = next(job for job in claimed if job.person == "ann")
    await asker.store.queue.finish(first, make_artwork())
    (following,) = await asker.claim(4)
    assert following.person == "ann"


async def test_a_batch_comes_in_the_order_of_single_claims(asker: Any) -> None:
    for person, key in (("ann", "1"), ("ann", "3"), ("bob", "2"), ("ann", "5"), ("bob", "4")):
        await asker.submit(person, key=key)
    assert sorted(keys(await asker.claim(3))) == ["1", "2", "3"]
    assert keys(await asker.claim(3)) == ["4"]  # ann has two running


async def test_a_limit_above_two_counts_slots_on(another: Any) -> None:
    store = await another(per_person_running=4)
    for number in range(6):
        await store.queue.submit("ann", "bot", make_request(), key=str(number))
    claimed = await store.queue.claim("engine", models=[MODEL], max_area=512 * 512, count=6)
    assert len(claimed) == 4


async def test_claims_at_once_share_no_job_and_break_no_limit(another: Any) -> None:
    stores = [await another() for _ in range(4)]
    for number in range(24):
        await stores[0].queue.submit(f"person-{number % 3}", "bot", make_request(), key=str(number))

    async def claim(number: int) -> list[Job]:
        store = stores[number % 4]
        return await store.queue.claim(str(number), models=[MODEL], max_area=512 * 512, count=2)

    claimed = [job for jobs in await asyncio.gather(*map(claim, range(12))) for job in jobs]
    assert len({job.id for job in claimed}) == len(claimed) == 6
    people = [job.person for job in claimed]
    assert {people.count(person) for person in people} == {2}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite locks no rows
async def test_a_job_that_is_locked_for_a_moment_is_waited_for(asker: Any) -> None:
    """As by an acknowledgement: nobody is notified at its end."""
    (job,) = await asker.ask()
    locked = asyncio.Event()

    async def lock(connection: Any) -> None:
        await connection.execute(sa.text("SELECT 1 FROM jobs FOR UPDATE"))
        locked.set()
        await asyncio.sleep(0.02)

    locking = asyncio.create_task(asker.store.database.atomically(lock))
    await locked.wait()
    claimed = await asker.claim()
    await locking
    assert keys(claimed) == [job.key]


WORKER = """
import asyncio, sys
from ganshare.store import open_store
from ganshare.testing import MODEL, make_artwork

async def work(url, name):
    async with open_store(url) as store:
        print("ready", flush=True)
        sys.stdin.readline()
        idle = 0
        while idle < 10:
            jobs = await store.queue.claim(name, models=[MODEL], max_area=512 * 512, count=2)
            idle = 0 if jobs else idle + 1
            for job in jobs:
                theirs = await store.queue.active(job.person)
                running = sum(other.state == "running" for other in theirs)
                print("claimed", job.key, job.attempt, running, flush=True)
                published = await store.queue.finish(job, make_artwork())
                print("done" if published else "lost", job.key, flush=True)
            await asyncio.sleep(0.01)

asyncio.run(work(*sys.argv[1:]))
"""


@pytest.mark.heavy
async def test_processes_that_work_at_once_do_each_job_once(url: str, asker: Any) -> None:
    for number in range(30):
        await asker.submit(f"person-{number % 4}", key=str(number))

    def start(number: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WORKER, url, f"engine-{number}"]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    workers = [start(number) for number in range(3)]
    for worker in workers:
        assert worker.stdout is not None
        await asyncio.to_thread(worker.stdout.readline)
    outputs = await asyncio.gather(
        *(asyncio.to_thread(worker.communicate, "go\n", 30) for worker in workers)
    )
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    lines = [line.split() for output, _ in outputs for line in output.splitlines()]
    done = [line[1] for line in lines if line[0] == "done"]
    claimed = [line for line in lines if line[0] == "claimed"]
    assert sorted(done, key=int) == [str(number) for number in range(30)]
    assert len(claimed) == 30
    assert max(int(line[3]) for line in claimed) <= 2
    assert (await asker.store.queue.counts())[JobState.DONE] == 30
