"""Sweeping takes the pictures that nobody has any more, and never one that somebody will have."""

import os
from pathlib import Path
from typing import Any

import pytest

from ganshare.blob_cleanup import sweep_forgotten, sweep_orphans
from ganshare.blobs import (
    Blobs,
    attempt_of,
    film_key,
    open_blobs,
    picture_key,
    thumbnail_key,
)
from ganshare.domain.jobs import Job
from ganshare.store import Store
from ganshare.testing import make_artwork

DAY = 86_400.0


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return open_blobs(f"file://{tmp_path}/blobs")


@pytest.fixture
def upload(blobs: Blobs, tmp_path: Path) -> Any:
    """Uploads a job's picture as an engine does before it publishes; two days ago by default."""

    async def upload(job: Job, age: float = 2 * DAY) -> list[str]:
        keys = [key(job.id, job.attempt) for key in (picture_key, thumbnail_key, film_key)]
        for key in keys:
            await blobs.put(key, b"picture")
            path = tmp_path / "blobs" / key
            time = path.stat().st_mtime - age
            os.utime(path, (time, time))
        return keys

    return upload


async def publish(store: Store, job: Job) -> None:
    keys = {
        "blob": picture_key(job.id, job.attempt),
        "preview": thumbnail_key(job.id, job.attempt),
        "film": film_key(job.id, job.attempt),
    }
    assert await store.queue.finish(job, make_artwork(**keys)) is not None


async def there(blobs: Blobs, keys: list[str]) -> list[bool]:
    return [await blobs.exists(key) for key in keys]


async def test_pictures_of_a_killed_attempt_go_and_its_successors_stay(
    store: Store, asker: Any, blobs: Blobs, upload: Any
) -> None:
    await asker.ask()
    killed = await asker.claim_one()
    lost = await upload(killed)
    await store.queue.fail(killed, "the engine was killed", retry=True)  # as a reaper does
    successor = await asker.claim_one()
    kept = await upload(successor)
    await publish(store, successor)
    assert await sweep_orphans(store, blobs, DAY) == 3
    assert await there(blobs, lost + kept) == [False] * 3 + [True] * 3
    assert await sweep_orphans(store, blobs, DAY) == 0


async def test_a_publication_under_way_keeps_its_pictures_however_old(
    store: Store, asker: Any, blobs: Blobs, upload: Any
) -> None:
    await asker.ask()
    job = await asker.claim_one()
    keys = await upload(job, 30 * DAY)
    assert await sweep_orphans(store, blobs, DAY) == 0
    await publish(store, job)
    assert await sweep_orphans(store, blobs, DAY) == 0
    assert await there(blobs, keys) == [True] * 3


async def test_an_attempt_that_lost_its_pictures_can_never_publish(
    store: Store, asker: Any, blobs: Blobs, upload: Any
) -> None:
    """That is why no sweep can take a picture from under a publication."""
    await asker.ask()
    job = await asker.claim_one()
    await upload(job)
    await store.queue.fail(job, "silent", retry=True)
    assert await sweep_orphans(store, blobs, DAY) == 3
    assert await store.queue.finish(job, make_artwork()) is None


@pytest.mark.parametrize("end", ["dead", "cancelled"])
async def test_pictures_of_jobs_that_ended_otherwise_go(
    store: Store, asker: Any, blobs: Blobs, upload: Any, end: str
) -> None:
    await asker.ask()
    job = await asker.claim_one()
    keys = await upload(job)
    if end == "cancelled":
        await store.queue.cancel(job.id, by="ann")
    await store.queue.fail(job, "no", retry=False)
    assert await sweep_orphans(store, blobs, DAY) == 3
    assert await there(blobs, keys) == [False] * 3


async def test_what_is_young_or_not_ours_stays(
    store: Store, asker: Any, blobs: Blobs, upload: Any, tmp_path: Path
) -> None:
    await asker.ask()
    job = await asker.claim_one()
    await upload(job, age=DAY / 2)
    await store.queue.fail(job, "no", retry=False)
    for key in ("pictures/of-another-store/1.png", "pictures/notes.txt"):
        await blobs.put(key, b"x")
        os.utime(tmp_path / "blobs" / key, (0, 0))
    assert await sweep_orphans(store, blobs, DAY) == 0


async def test_blobs_of_deleted_artworks_go_also_after_a_crash(
    store: Store, asker: Any, blobs: Blobs, upload: Any
) -> None:
    await asker.ask()
    job = await asker.claim_one()
    keys = await upload(job, 0)
    await publish(store, job)
    (artwork,) = await store.gallery.search()
    await store.gallery.delete(artwork.id, "ann")  # and here the bot is killed
    assert await there(blobs, keys) == [True] * 3
    assert await sweep_forgotten(store, blobs) == 1
    assert await there(blobs, keys) == [False] * 3
    assert await store.gallery.forgotten_blobs() == []
    assert await sweep_forgotten(store, blobs) == 0


async def test_many_pages_of_pictures_are_swept(
    store: Store, asker: Any, blobs: Blobs, upload: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganshare.blob_cleanup._AT_ONCE", 3)
    for job in await asker.ask(count=4):
        claimed = (await asker.claim())[0]
        assert claimed.id == job.id
        await upload(claimed)
        await store.queue.fail(claimed, "no", retry=False)
    assert await sweep_orphans(store, blobs, DAY) == 12


def test_a_key_tells_its_attempt() -> None:
    assert attempt_of(picture_key("a1", 12)) == attempt_of(thumbnail_key("a1", 12)) == ("a1", 12)
    for other in ("pictures/a1/x.png", "previews/a1/1-0001.jpg", "pictures/1.png", ""):
        assert attempt_of(other) is None
