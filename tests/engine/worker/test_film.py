"""The film of a painting: a dozen of its previews, small, kept and deleted with it."""

import io
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from engine.imaging.codecs import encode_jpeg
from engine.testing import SMALL_MODEL, Scene
from engine.worker.film import FILM_BYTES, FRAMES, SIDE, encode_film, make_film
from engine.worker.job_runner import Pace
from ganshare.blobs import Blobs, film_key, preview_key
from ganshare.domain.ai_mark import AI_XMP
from ganshare.domain.jobs import Job
from ganshare.errors import BlobError


def noise(seed: int, height: int = 384, width: int = 512) -> bytes:
    """A picture that is as hard to compress as any."""
    values = np.random.default_rng(seed).random((3, height, width), np.float32)
    return encode_jpeg(torch.from_numpy(values), 200_000)


@pytest.fixture
async def job(scene: Scene) -> Job:
    await scene.submit()
    (claimed,) = await scene.store.queue.claim("me", models=[SMALL_MODEL], max_area=10**6)
    return claimed


def test_a_film_is_small_whatever_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.worker.film.FILM_BYTES", most := FILM_BYTES // 4)
    film = encode_film([noise(seed) for seed in range(FRAMES // 4)])
    with Image.open(io.BytesIO(film)) as image:
        assert (image.format, image.n_frames, image.size) == ("WEBP", FRAMES // 4, (SIDE, 240))
        assert image.info["xmp"] == AI_XMP.encode()
    assert len(film) <= most


async def test_it_has_frames_of_all_attempts_evenly_and_ends_with_the_picture(
    scene: Scene, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(0, 60, 2):
        key = preview_key(job.id, 1 if step < 30 else 2, step)
        await scene.blobs.put(key, f"{step}".encode())
    await scene.blobs.put(preview_key(job.id, 2, 28), b"28 again")
    seen: list[list[bytes]] = []
    monkeypatch.setattr("engine.worker.film.encode_film", lambda frames: seen.append(frames) or b"")
    await make_film(scene.blobs, job, b"last")
    ((first, *middle, before, last),) = seen
    assert (first, before, last, 2 + len(middle) + 1) == (b"0", b"58", b"last", FRAMES)
    steps = [int(each.split()[0]) for each in (first, *middle, before)]
    gaps = [b - a for a, b in pairwise(steps)]
    assert max(gaps) - min(gaps) <= 2


@pytest.mark.parametrize("previews", [[], [b"one"], [b"no", b"pictures", b"at all"]])
async def test_a_painting_does_without_rather_than_wait(
    scene: Scene, job: Job, previews: list[bytes]
) -> None:
    for step, data in enumerate(previews):
        await scene.blobs.put(preview_key(job.id, 1, step), data)
    assert await make_film(scene.blobs, job, noise(1)) is None


async def test_blobs_that_are_away_cost_the_film_alone(
    scene: Scene, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: Blobs, key: str) -> bytes:
        raise BlobError("The blobs are away.")

    for step in range(4):
        await scene.blobs.put(preview_key(job.id, 1, step), noise(step))
    monkeypatch.setattr(Blobs, "get", away)
    assert await make_film(scene.blobs, job, noise(1)) is None


async def test_a_painted_job_leaves_its_film_and_deleting_takes_it_away(scene: Scene) -> None:
    job: Any = await scene.submit(steps=8)
    await scene.worker(pace=Pace(preview=0.0)).run()
    artwork = await scene.artwork(job)
    assert artwork.film == film_key(job.id, 1)
    with Image.open(io.BytesIO(await scene.blobs.get(artwork.film))) as image:
        assert image.n_frames >= 3
    await scene.store.gallery.delete(artwork.id, artwork.person)
    (forgotten,) = await scene.store.gallery.forgotten_blobs()
    assert artwork.film in forgotten.keys
