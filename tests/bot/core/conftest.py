"""A dispatcher over a real store and blobs, people who ask, an engine that paints one colour."""

import io
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from PIL import Image

from bot.core.dispatcher import Dispatcher, DispatcherOptions
from bot.core.messages import Action, ButtonPress, CommandRequest, Person, Place, Rank, Reply
from bot.core.moderation.prompt_filter import Moderation
from bot.core.rendering.catalogue import Catalogue, load_words
from ganshare.blobs import Blobs, open_blobs, picture_key, preview_key, thumbnail_key
from ganshare.domain.jobs import Artwork, Job
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store import Store, open_store
from ganshare.testing import MODEL, make_artwork, make_report

ANN = Person("discord:1", "Ann")
BEN = Person("discord:2", "Ben")
ADMIN = Person("discord:9", "Ada", Rank.ADMIN)
HALL = Place("discord:100")


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """One line an event; the tracebacks of structlog's default take seconds."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
def words() -> Catalogue:
    return load_words()


def make_png(colour: str = "teal", size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, "PNG")
    return out.getvalue()


@dataclass
class Hall:
    """Where people ask and an engine paints."""

    store: Store
    blobs: Blobs
    words: Catalogue
    url: str
    dispatcher: Dispatcher = field(init=False)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.open()

    def open(self, moderation: Moderation | None = None, **options: Any) -> Dispatcher:
        """A new dispatcher over the same store, as after a restart."""
        self.dispatcher = Dispatcher(
            self.store,
            self.blobs,
            self.words,
            moderation or Moderation(),
            DispatcherOptions(**options),
        )
        return self.dispatcher

    async def ask(
        self,
        command: str,
        person: Person = ANN,
        /,
        *,
        place: Place = HALL,
        key: str | None = None,
        picture: bytes | None = None,
        **arguments: str | int,
    ) -> list[Reply]:
        key = key or f"message-{next(self.numbers)}"
        reply_to = {"channel": 100}
        return await self.dispatcher.answer(
            CommandRequest(command, arguments, person, place, key, reply_to, picture)
        )

    async def press(
        self,
        action: Action,
        subject: str,
        person: Person = ANN,
        *,
        place: Place = HALL,
        key: str | None = None,
    ) -> list[Reply]:
        key = key or f"press-{next(self.numbers)}"
        return await self.dispatcher.press(ButtonPress(action, subject, person, place, key))

    async def ask_one(
        self, prompt: str = "a castle in teal", person: Person = ANN, **options: Any
    ) -> Job:
        """Queue a painting."""
        (reply,) = await self.ask("paint", person, prompt=prompt, **options)
        return await self.job(reply.job or reply.text)

    async def job(self, job_id: str) -> Job:
        found = await self.store.queue.get(job_id)
        assert found is not None, job_id
        return found

    async def claim(self, count: int = 1) -> list[Job]:
        return await self.store.queue.claim("engine", models=[MODEL], max_area=512**2, count=count)

    async def frame(self, job: Job, step: int) -> None:
        """Tell of a step with a preview."""
        key = preview_key(job.id, job.attempt, step)
        await self.blobs.put(key, make_png("grey"))
        await self.store.queue.beat(job, step=step, loss=0.5, preview=key)

    async def finish(self, job: Job, **options: Any) -> Artwork:
        """Publish a painting."""
        picture, small = picture_key(job.id, job.attempt), thumbnail_key(job.id, job.attempt)
        await self.blobs.put(picture, make_png())
        await self.blobs.put(small, make_png())
        traits = {"Style": "Cubist", "Colour": "Teal", "Hex": "#008080"}
        if "castle" in job.request.prompt:
            traits["Subject"] = "Castle"
        made = make_artwork(blob=picture, preview=small, attributes=traits, **options)
        artwork = await self.store.queue.finish(job, made)
        assert artwork is not None
        return artwork

    async def painted(self, prompt: str = "a castle in teal", **options: Any) -> Artwork:
        """Ask, claim and finish."""
        asked = await self.ask_one(prompt, **options)
        (job,) = await self.claim()
        assert job.id == asked.id
        return await self.finish(job)

    async def engine(self, **options: Any) -> None:
        """Report an engine that is alive."""
        await self.store.queue.report_engine(make_report(**options))


@pytest.fixture
async def hall(tmp_path: Path, sqlite_url: str, words: Catalogue) -> AsyncIterator[Hall]:
    limits = QueueLimits(per_person_running=500, per_person_active=5)
    async with open_store(sqlite_url, limits) as store:
        yield Hall(store, open_blobs(f"file://{tmp_path}/blobs"), words, sqlite_url)


@pytest.fixture
def png() -> Callable[..., bytes]:
    return make_png
