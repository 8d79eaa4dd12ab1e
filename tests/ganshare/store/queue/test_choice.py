"""Which job an engine takes: of a loaded model before its turn, of a size that it is meant for."""

import pytest

from ganshare.errors import AdmissionError
from ganshare.store import Store
from ganshare.store.queue.claim import WARM_SLACK
from ganshare.testing import make_report, make_request

MODELS = ("cold", "warm")


async def submit(store: Store, key: str, model: str = "cold", **values: object) -> str:
    request = make_request(model=model, **values)
    return (await store.queue.submit(key, "bot", request, key=key)).job.id


async def claim(store: Store, worker: str = "it", **values: object) -> list[str]:
    given = {"models": MODELS, "max_area": 512**2, **values}
    return [job.key for job in await store.queue.claim(worker, **given)]  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
async def _engine(store: Store) -> None:
    await store.queue.report_engine(make_report(models=MODELS))


async def test_a_job_of_a_loaded_model_goes_a_little_before_its_turn(store: Store) -> None:
    await submit(store, "first")
    await submit(store, "second", "warm")
    assert await claim(store, warm=["warm"]) == ["second"]
    assert await claim(store, warm=["warm"]) == ["first"]
    assert await claim(store, warm=["warm"]) == []


async def test_nobody_waits_for_long_behind_a_loaded_model(store: Store) -> None:
    await submit(store, "waiting")
    for number in range(6):  # of one person, so that each has its turn after the one before
        request = make_request(model="warm", seed=number)
        await store.queue.submit("greedy", "bot", request, key=f"warm {number}")
    order = []
    while taken := await claim(store, warm=["warm"]):
        order += taken
        for job in await store.queue.jobs(limit=10):
            if job.lease_until:
                await store.queue.fail(job, "It fell down.", retry=False)
    assert 1 <= order.index("waiting") <= WARM_SLACK + 1
    assert len(order) == 7


async def test_priority_counts_more_than_a_loaded_model(store: Store) -> None:
    await submit(store, "slow", "warm")
    request = make_request(model="cold")
    await store.queue.submit("ann", "bot", request, key="urgent", priority=1)
    assert await claim(store, warm=["warm"]) == ["urgent"]


async def test_the_size_picks_the_class(store: Store) -> None:
    await store.queue.report_engine(make_report(id="large", models=MODELS, min_area=256**2 + 1))
    await store.queue.report_engine(make_report(id="engine-1", models=MODELS, max_area=256**2))
    await submit(store, "small")
    await submit(store, "great", width=512, height=512)
    large = {"worker": "large", "min_area": 256**2 + 1}
    assert await claim(store, **large) == ["great"]
    assert await claim(store, **large) == []
    assert await claim(store, "engine-1", max_area=256**2) == ["small"]


@pytest.mark.parametrize("others", [[], ["elsewhere"]])
async def test_without_another_engine_for_it_a_small_job_is_taken_by_a_large_one(
    store: Store, others: list[str]
) -> None:
    await store.queue.forget_engine("engine-1")
    await store.queue.report_engine(make_report(id="large", models=MODELS, min_area=256**2 + 1))
    for name in others:
        await store.queue.report_engine(make_report(id=name, models=["another"]))
    await submit(store, "small")
    assert await claim(store, "large", min_area=256**2 + 1) == ["small"]


async def test_a_drain_says_what_it_is_of_until_it_is_resumed(store: Store) -> None:
    await store.queue.pause("model:cold")
    assert await store.queue.drained() == frozenset()
    await store.queue.pause("model:cold", drains=True)
    await store.queue.pause("model:cold")  # which does not end the drain
    assert await store.queue.drained() == {"model:cold"}
    await submit(store, "one", "warm")
    await claim(store)
    found = [await store.queue.running_of(each) for each in ("all", "model:warm", "engine:it")]
    assert found == [1, 1, 1]
    assert await store.queue.running_of("model:cold") == 0
    assert await store.queue.running_of("engine:another") == 0
    assert await store.queue.resume("model:cold")
    assert await store.queue.drained() == frozenset()


async def test_more_cutouts_than_fit_the_memory_are_refused_or_left_to_others(
    store: Store,
) -> None:
    small = {"room": 256**2 + 20 * 4457, "cutout_area": 4457}
    await store.queue.report_engine(make_report(models=MODELS, **small))
    await submit(store, "few", num_cutouts=36)
    with pytest.raises(AdmissionError, match=r"memory for 64 cutouts .* at most 36 are allowed"):
        await submit(store, "many", num_cutouts=64)
    await store.queue.report_engine(make_report(id="large", models=MODELS, room=10**7))
    await submit(store, "many", num_cutouts=64)
    assert await claim(store, "engine-1", count=5, **small) == ["few"]
    assert await claim(store, "large", room=10**7) == ["many"]
