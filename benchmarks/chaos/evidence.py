"""What a run left behind: rows, the history of each job, images and journals."""

import contextlib
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from PIL import Image, UnidentifiedImageError
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.chaos.history import Line, read
from benchmarks.chaos.journal import Event, Note, read_notes
from benchmarks.chaos.plan import ATTEMPT_KEY, PlannedRequest, Scene
from ganshare.blobs import open_blobs
from ganshare.errors import AskerError, WorldError
from ganshare.store import open_store
from ganshare.store.db.tables_queue import artworks, jobs
from ganshare.testing import MODEL, make_report, make_request

__all__ = ["Evidence", "Stored", "collect"]

Row = sa.RowMapping


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture among the blobs: its digest, and the job and attempt that it says it is of."""

    sha256: str
    painted_for: str


@dataclass(frozen=True)
class Evidence:
    """All that the invariants are judged by.

    Args:
        history: in its order.
        pictures: by blob key; thumbnails are there, too.
        crashes: processes that ended by an error of their own.
        starts: processes that there were in all.
        lost_slots: people who, after all, could not have as many jobs running as they may.
    """

    scene: Scene
    jobs: Sequence[Row]
    artworks: Sequence[Row]
    history: Sequence[Line]
    notes: Sequence[Note]
    pictures: Mapping[str, Stored]
    crashes: Sequence[str] = ()
    starts: int = 0
    lost_slots: Sequence[str] = ()

    @cached_property
    def requests(self) -> dict[str, PlannedRequest]:
        """What was asked for, by key."""
        return {request.key: request for request in self.scene.requests}

    @cached_property
    def lines(self) -> dict[str, list[Line]]:
        """The history by job."""
        found: dict[str, list[Line]] = {}
        for line in self.history:
            found.setdefault(line["job"], []).append(line)
        return found

    def noted(self, event: Event) -> list[Note]:
        """All notes of an event."""
        return [note for note in self.notes if note.event is event]


async def collect(scene: Scene, crashes: Sequence[str], starts: int) -> Evidence:
    """Read database, blobs and journals."""
    engine = create_async_engine(scene.url)
    try:
        async with engine.connect() as connection:

            async def rows(statement: sa.Select[Any]) -> list[sa.RowMapping]:
                return list((await connection.execute(statement)).mappings())

            return Evidence(
                scene=scene,
                jobs=await rows(sa.select(jobs).order_by(jobs.c.id)),
                artworks=await rows(sa.select(artworks)),
                history=await read(scene.url),
                notes=list(read_notes(*sorted(scene.folder.glob("*.jsonl")))),
                pictures=await _pictures(scene),
                crashes=crashes,
                starts=starts,
                lost_slots=await _lost_slots(scene),  # the last: it makes jobs of its own
            )
    finally:
        await engine.dispose()


async def _lost_slots(scene: Scene) -> list[str]:
    """Have everybody ask for as much as they may have running, and somebody claim it all."""
    limit, got = scene.limits.per_person_running, Counter[str]()
    people = sorted({request.person for request in scene.requests})
    async with open_store(scene.url, scene.limits) as store:
        await store.queue.report_engine(make_report(id="auditor"))
        for person in people:
            for number in range(limit):
                key = f"slot {number} of {person}"
                with contextlib.suppress(WorldError, AskerError):
                    await store.queue.submit(person, "audit", make_request(), key=key)
        while jobs := await store.queue.claim(
            "auditor", models=[MODEL], max_area=512**2, count=len(people)
        ):
            got.update(job.person for job in jobs if job.origin == "audit")
    return [f"{person} got {got[person]} of {limit}" for person in people if got[person] != limit]


async def _pictures(scene: Scene) -> dict[str, Stored]:
    blobs = open_blobs(scene.blobs_url)
    keys = [found.key async for found in blobs.list("pictures/")]
    return {key: _look(await blobs.get(key)) for key in keys}


def _look(data: bytes) -> Stored:
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            says = str(image.info.get(ATTEMPT_KEY, ""))
    except (OSError, UnidentifiedImageError):
        says = "nobody: it is damaged"
    return Stored(hashlib.sha256(data).hexdigest(), says)
