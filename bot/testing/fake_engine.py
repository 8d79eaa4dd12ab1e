"""A fake engine: publishes plain pictures through the store, as real engines do.

For tests of the pages, and for looking at them.
"""

import asyncio
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from ganshare.blobs import Blobs, film_key, picture_key, preview_key, thumbnail_key
from ganshare.domain.descriptions import DESCRIBER, Description
from ganshare.domain.jobs import Artwork, Job, JobRequest
from ganshare.prompts.attributes import find_attributes
from ganshare.store import NewArtwork, Store

__all__ = ["FakeEngine", "plain_picture"]

ENGINE = "fake-engine"
MODEL = "paintings-f8"
SMALL = 512  # pixels


def plain_picture(colour: str = "#7f5fa0", size: tuple[int, int] = (64, 64)) -> bytes:
    """A PNG of one colour."""
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


class FakeEngine:
    """Does what an engine does, without painting: claims jobs, shows frames, publishes pictures."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self._store, self._blobs = store, blobs

    async def claim(self) -> Job:
        """Take the next job; LookupError if there is none."""
        jobs = await self._store.queue.claim(ENGINE, models=[MODEL, DESCRIBER], max_area=512 * 512)
        if not jobs:
            raise LookupError("no job is queued")
        return jobs[0]

    async def describe(self, job: Job, description: Description) -> None:
        """Say what a picture shows; LookupError if the job is not ours any more."""
        if not await self._store.queue.describe(job, description):
            raise LookupError(job.id)

    async def show(self, job: Job, step: int, picture: bytes | None = None) -> None:
        """Publish a frame."""
        key = preview_key(job.id, job.attempt, step)
        await self._blobs.put(key, _as_jpeg(picture or plain_picture(), SMALL))
        await self._store.queue.beat(job, step=step, loss=1.0, preview=key)

    async def finish(
        self,
        job: Job,
        picture: bytes | None = None,
        manifest: Mapping[str, Any] | None = None,
        film: bytes | None = None,
    ) -> Artwork:
        """Publish the painting; LookupError if the job is not ours any more."""
        png = picture or plain_picture()
        with Image.open(io.BytesIO(png)) as image:
            width, height = image.size
        key, small = picture_key(job.id, job.attempt), thumbnail_key(job.id, job.attempt)
        await self._blobs.put(key, png)
        await self._blobs.put(small, _as_jpeg(png, SMALL))
        if film is not None:
            await self._blobs.put(film_key(job.id, job.attempt), film)
        found = find_attributes(job.request.prompt)
        artwork = await self._store.queue.finish(
            job,
            NewArtwork(
                blob=key,
                preview=small,
                width=width,
                height=height,
                sha256=hashlib.sha256(png).hexdigest(),
                attributes=found.as_traits(),
                manifest=dict(manifest or {"prompt": job.request.prompt}),
                may_sell=True,
                film=None if film is None else film_key(job.id, job.attempt),
            ),
        )
        if artwork is None:
            raise LookupError(job.id)
        return artwork

    async def publish_painting(
        self,
        prompt: str,
        *,
        person: str = "web:somebody",
        picture: bytes | None = None,
        manifest: Mapping[str, Any] | None = None,
        seed: int = 1,
        film: bytes | None = None,
    ) -> Artwork:
        """Have a prompt painted from beginning to end."""
        request = JobRequest(prompt, seed, MODEL)
        key = hashlib.sha256(f"{person}{prompt}{seed}".encode()).hexdigest()
        await self._store.queue.submit(person, "web", request, key=key)
        return await self.finish(await self.claim(), picture, manifest, film)

    async def publish_folder(self, folder: Path) -> list[Artwork]:
        """Publish the paintings of a folder, by name, each with the manifest beside it."""
        found = []
        for path in await asyncio.to_thread(lambda: sorted(folder.glob("*.png"))):
            text = path.with_name(path.name + ".json").read_text("utf-8")
            manifest = json.loads(text)
            found.append(
                await self.publish_painting(
                    manifest["prompt"],
                    picture=path.read_bytes(),
                    manifest=manifest,
                    seed=manifest["seed"],
                )
            )
        return found


def _as_jpeg(picture: bytes, side: int) -> bytes:
    data = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        small = image.convert("RGB")
        small.thumbnail((side, side))
        small.save(data, "JPEG", quality=85)
    return data.getvalue()
