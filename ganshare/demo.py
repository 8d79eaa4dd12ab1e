"""Paints one request through a real queue on this machine, for `ganshare demo`.

A store and blobs in a folder, an engine as a child process, and what a bot does: submit, wait for
news, fetch frames and picture.
"""

import asyncio
import contextlib
import json
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ganshare.blobs import Blobs, open_blobs
from ganshare.domain.jobs import Job, JobRequest, JobState
from ganshare.errors import BlobError, InternalError, WorldError
from ganshare.processes.child_engine import child_engine, last_words
from ganshare.store import Store, Topic, open_store

__all__ = ["Demo", "Painted"]

NAME = "demo"  # person and origin of the job
START_SECONDS = 300.0  # for the engine to load its models, on a busy machine
END_SECONDS = 10.0
LOOK_SECONDS = 0.25  # between two looks at the engine, should no notification come


@dataclass(frozen=True)
class Painted:
    """Where the picture and what belongs to it are."""

    picture: Path
    manifest: Path
    frames: tuple[Path, ...]


class Demo:
    """Has one request painted into a folder; `run` it once.

    Args:
        folder: for `painting.png`, its manifest, `frames/`, and the queue in `queue/`. What an
            earlier run left there makes room.
        make_request: gives the request for the name of a model that the engine has.
        on_news: called with the job whenever it changed.
    """

    def __init__(
        self,
        folder: Path,
        make_request: Callable[[str], JobRequest],
        on_news: Callable[[Job], None] = lambda _: None,
    ) -> None:
        self._folder, self._make_request, self._on_news = folder, make_request, on_news
        self._queue = (folder / "queue").absolute()
        self._log = self._queue / "engine.log"
        self._environment = {
            "GANSHARE_DATABASE_URL": f"sqlite+aiosqlite:///{self._queue}/ganshare.db",
            "GANSHARE_BLOBS_URL": f"file://{self._queue}/blobs",
        }
        self._frames: dict[str, Path] = {}

    async def run(self) -> Painted:
        """Start an engine, submit, fetch what it paints, end the engine.

        Raises:
            WorldError: the engine or the painting failed, or the folder cannot be written.
            AskerError: the request is not one that can be painted.
        """
        try:
            self._make_room()
        except OSError as error:
            message = f"The folder {self._folder} cannot be used: {error.strerror or error}."
            raise WorldError(message, given=str(self._folder)) from error
        url = self._environment["GANSHARE_DATABASE_URL"]
        blobs = open_blobs(self._environment["GANSHARE_BLOBS_URL"])
        own_engine = child_engine(self._log, "--once", environment=self._environment)
        async with open_store(url, migrate=True) as store, own_engine as engine:
            request = self._make_request(await self._model(store, engine))
            submitted = await store.queue.submit(NAME, NAME, request, key=secrets.token_hex(8))
            job = await self._watch(store, blobs, submitted.job, engine)
            painted = await self._fetch(store, blobs, job)
            with contextlib.suppress(TimeoutError):  # it tidies up and ends by itself
                async with asyncio.timeout(END_SECONDS):
                    await engine.wait()
            return painted

    def _make_room(self) -> None:
        for folder in (self._queue, self._folder / "frames"):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        for name in ("painting.png", "painting.png.json"):
            (self._folder / name).unlink(missing_ok=True)

    # --- the engine ---------------------------------------------------------------------------

    async def _model(self, store: Store, engine: asyncio.subprocess.Process) -> str:
        """Wait until the engine is ready; the name of its first model."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_SECONDS
        while loop.time() < deadline:
            self._check_alive(engine)
            for report in await store.queue.engines():
                return report.models[0]
            await store.wait(LOOK_SECONDS)
        raise WorldError(f"The engine was not ready within {START_SECONDS:g} s.")

    def _check_alive(self, engine: asyncio.subprocess.Process) -> None:
        if engine.returncode is None:
            return
        last = last_words(self._log) or "it said nothing"
        raise WorldError(f"The engine ended too early: {last}", given=engine.returncode)

    # --- what a bot does ----------------------------------------------------------------------

    async def _watch(
        self, store: Store, blobs: Blobs, job: Job, engine: asyncio.subprocess.Process
    ) -> Job:
        """Follow the job to its end, and keep the frames that are shown on the way."""
        self._on_news(job)
        while not job.state.over:
            await store.wait(LOOK_SECONDS, Topic.NEWS)
            ended = engine.returncode is not None
            for found in await store.queue.inbox(NAME):
                job = found
                await self._keep_frames(store, blobs, job)
                self._on_news(job)
                await store.queue.ack([job])
            if ended and not job.state.over:
                self._check_alive(engine)
        return job

    async def _keep_frames(self, store: Store, blobs: Blobs, job: Job) -> None:
        for frame in await store.queue.frames(job.id):
            if frame.preview not in self._frames:
                path = self._folder / "frames" / f"frame-{frame.step:04}.jpg"
                with contextlib.suppress(BlobError):  # cleared away: the picture is there already
                    path.write_bytes(await blobs.get(frame.preview))
                    self._frames[frame.preview] = path

    async def _fetch(self, store: Store, blobs: Blobs, job: Job) -> Painted:
        if job.state is not JobState.DONE:
            raise WorldError(f"The painting is {job.state}: {job.error}", given=job.id)
        artwork = await store.gallery.get(job.artwork or "")
        if artwork is None:
            raise InternalError(f"The job {job.id} is done and has no artwork.")
        picture = self._folder / "painting.png"
        picture.write_bytes(await blobs.get(artwork.blob))
        frames = tuple(self._frames.values())
        manifest = picture.with_name("painting.png.json")
        text = {**artwork.manifest, "path": str(picture), "frames": [str(path) for path in frames]}
        manifest.write_text(json.dumps(text, indent=2, ensure_ascii=False) + "\n", "utf-8")
        return Painted(picture, manifest, frames)
