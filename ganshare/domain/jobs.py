"""`JobRequest`, `Job` and `Artwork`, as bots, store and engines exchange them.

Values only, no I/O. All times are the database's: seconds since 1970, so that no host's clock
matters.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from types import NoneType
from typing import Any

from ganshare.domain.descriptions import DESCRIBER, Description
from ganshare.domain.limits import (
    DEFAULT_CUTOUTS,
    DEFAULT_INIT_FIT,
    DEFAULT_SIDE,
    DEFAULT_STEPS,
    MAX_CUTOUTS,
    MAX_STEPS,
    MAX_STRENGTH,
    check_init_fit,
    check_range,
    check_size,
)
from ganshare.domain.presets import DEFAULT_PRESET, PRESETS
from ganshare.domain.visibility import Visibility
from ganshare.errors import ParameterError, must_be_one_of, quoted
from ganshare.prompts import GRAMMAR, MAX_SEED, WeightedPrompt, parse_prompts
from ganshare.sentences import sentence

__all__ = [
    "Artwork",
    "Job",
    "JobRequest",
    "JobState",
    "PreviewRecord",
    "QueuePosition",
]

LONGEST_NAME = 100
DESCRIBING_COST = 0.02  # about two seconds of a core, for the words; a painting takes a minute


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    DEAD = "dead"  # given up; `Job.error` says why

    @property
    def over(self) -> bool:
        """Whether nothing will happen to the job any more."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A request for a painting; checked here, before it is queued.

    Args:
        prompt: as it was typed or drawn, weights included; less the options that were typed in it.
        seed: 0 to `MAX_SEED`.
        steps: of the optimiser; `num_cutouts` crops in each.
        width: of the canvas in pixels, before upscaling; so is `height`.
        model: name of the VQGAN; `DESCRIBER` asks what `init_image` shows, and paints nothing.
        upscale: to 1024 px, afterwards.
        init_image: blob key of the picture to start from.
        init_fit: how that picture comes to fill the canvas, one of `INIT_FITS`.
        init_strength: percent that the painting stays near that picture; 0: it only begins there.
        preset: that the other values come from where nothing else was asked for.
        grammar: that the prompt is read by; see `parse_prompts`.
        reading: what is painted in place of `prompt`, weights included, where a perceptor does not
            read it as it stands; see `ganshare.prompts.languages`.

    Raises:
        PromptError: the prompt cannot be parsed.
        SizeError: the canvas is not offered.
        ParameterError: another value is out of its range.
    """

    prompt: str
    seed: int
    model: str
    steps: int = DEFAULT_STEPS
    width: int = DEFAULT_SIDE
    height: int = DEFAULT_SIDE
    num_cutouts: int = DEFAULT_CUTOUTS
    upscale: bool = True
    init_image: str | None = None
    init_fit: str = DEFAULT_INIT_FIT
    preset: str = DEFAULT_PRESET
    grammar: int = GRAMMAR
    reading: str | None = None
    init_strength: int = 0

    def __post_init__(self) -> None:
        """Check every value."""
        if self.preset not in PRESETS:
            raise must_be_one_of(ParameterError, "preset", self.preset, PRESETS)
        check_range("grammar", self.grammar, 1, GRAMMAR)
        parse_prompts(self.prompt, self.grammar)
        if self.reading is not None:
            parse_prompts(self.reading)
        check_size(self.width, self.height)
        check_range("steps", self.steps, 1, MAX_STEPS)
        check_range("num_cutouts", self.num_cutouts, 1, MAX_CUTOUTS)
        check_range("seed", self.seed, 0, MAX_SEED)
        check_init_fit(self.init_fit)
        check_range("init_strength", self.init_strength, 0, MAX_STRENGTH)
        if not 1 <= len(self.model) <= LONGEST_NAME:
            message = sentence(
                "model-name",
                given=str(len(self.model)),
                lowest="1",
                highest=str(LONGEST_NAME),
            )
            raise ParameterError(message, given=self.model, allowed=(1, LONGEST_NAME))

    @property
    def prompts(self) -> tuple[WeightedPrompt, ...]:
        """The parts that are painted, with their weights."""
        if self.reading is not None:
            return parse_prompts(self.reading)
        return parse_prompts(self.prompt, self.grammar)

    @property
    def describes(self) -> bool:
        """Whether the picture is to be described, and nothing is painted."""
        return self.model == DESCRIBER

    @property
    def area(self) -> int:
        """Pixels of the canvas."""
        return self.width * self.height

    @property
    def cost(self) -> float:
        """Work units: 1.0 is a painting with all the defaults.

        Half of a default step goes into the canvas and half into the cutouts.
        """
        if self.describes:
            return DESCRIBING_COST
        canvas = self.area / DEFAULT_SIDE**2
        return self.steps / DEFAULT_STEPS * canvas * (1 + self.num_cutouts / DEFAULT_CUTOUTS) / 2

    def to_json(self) -> dict[str, Any]:
        """As one JSON object; `from_json` reads it again.

        A request without a reading or a strength looks as it did before there were any.
        """
        return {
            name: value
            for name, value in asdict(self).items()
            if value or name not in ("reading", "init_strength")
        }

    @classmethod
    def from_json(cls, values: object) -> "JobRequest":
        """Read what `to_json` gave; what was stored before it had a grammar is read by the first.

        Raises:
            ParameterError: it is no JSON object, or a value is missing, unknown or of a wrong type.
            PromptError, SizeError: as for a new request.
        """
        if not isinstance(values, Mapping):
            raise ParameterError(f"A request is a JSON object, not {quoted(values)}.", given=values)
        known = {item.name: item.type for item in fields(cls)}
        for name, value in values.items():
            # Compared with `type`, since True is an instance of int, too.
            allowed = (str, NoneType) if name in ("init_image", "reading") else (known.get(name),)
            if type(value) not in allowed:
                message = f"The request has no {name} like {quoted(value)}."
                raise ParameterError(message, given={name: value}, allowed=tuple(known))
        missing = {"prompt", "seed", "model"} - values.keys()
        if missing:
            raise ParameterError(
                f"The request lacks {', '.join(sorted(missing))}.", given=dict(values)
            )
        # a request that is older than the choice: then all init images were stretched
        older = {} if values.get("init_image") is None else {"init_fit": "stretch"}
        return cls(**{"grammar": 1, **older, **values})


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the queue, as it was when it was read.

    Args:
        id: made by the database; ids sort by the time of their making.
        key: the chat platform's id of the message, so that a repeated delivery makes no second job.
        person: who asked; limits and fairness count by it.
        origin: the bot that asked and that will answer.
        reply_to: what that bot needs in order to answer.
        priority: higher goes first.
        cost: in work units, see `JobRequest.cost`.
        attempt: counts the claims, and is the fencing token: only the newest one may publish.
        max_attempts: after which a failing job is dead; raised by one for an attempt handed back.
        worker: the engine that has it, or had it last.
        lease_until: when it may be taken from that engine; None unless running.
        cancel_requested: the engine learns it from its next beat.
        step: steps done; `loss` and `preview` (a blob key) are of that step.
        steps: in all; fewer than `request.steps` once the engine sees no more progress.
        saved_state: blob key of what another engine can resume from.
        artwork: id of the result.
        error: why it is dead, or why the last attempt failed.
        revision: grows with every change that the origin may want to show.
        seen: the newest revision that the origin has acknowledged.
        created: when it was queued; `started`: when last claimed; `finished`: when it was over.
        suspect: an engine fell silent with it, so that it is painted alone from then on.
        visibility: of the painting, as its requester has chosen.
        description: of a picture, if that was asked for and is done.
    """

    id: str
    key: str
    person: str
    origin: str
    reply_to: Mapping[str, Any]
    request: JobRequest
    priority: int
    cost: float
    state: JobState
    attempt: int
    max_attempts: int
    worker: str | None
    lease_until: float | None
    cancel_requested: bool
    step: int
    steps: int
    loss: float | None
    preview: str | None
    saved_state: str | None
    artwork: str | None
    error: str | None
    revision: int
    seen: int
    created: float
    started: float | None
    finished: float | None
    suspect: bool = False
    visibility: Visibility = Visibility.PUBLIC
    description: Description | None = None

    @property
    def place(self) -> str:
        """Where it was asked for, such as "discord:100"; "" where nobody kept it."""
        return place_in(self.reply_to)

    @property
    def within(self) -> tuple[str, ...]:
        """Places around that one whose settings hold there, too, the nearest first."""
        kept = self.reply_to.get("desk")
        found = kept.get("within") if isinstance(kept, Mapping) else None
        return tuple(str(each) for each in found) if isinstance(found, list) else ()


def place_in(reply_to: Mapping[str, Any]) -> str:
    """Read where a job was asked for, as the dispatcher has kept it; "" if it has not."""
    kept = reply_to.get("desk")
    return str(kept.get("place") or "") if isinstance(kept, Mapping) else ""


@dataclass(frozen=True, slots=True)
class PreviewRecord:
    """One preview of a painting under way: its blob's key, and what it shows."""

    job: str
    attempt: int
    step: int
    loss: float | None
    preview: str
    created: float


@dataclass(frozen=True, slots=True)
class Artwork:
    """A finished painting; a job has one at most.

    Args:
        id: made by the database; ids sort by the time of their making.
        job: that it was painted for, at its `attempt`.
        attributes: style, subject and colour, as traits.
        blob: key of the PNG; `preview` of a small picture for chats.
        width: of the PNG in pixels; so is `height`.
        sha256: of the PNG's bytes.
        manifest: everything that it was made from and with.
        may_sell: whether the licences of all models that took part allow it.
        hidden: why nobody but admins is to see it; None if all may.
        deleted: when it was taken away for good; then its blobs are gone.
        visibility: who may see it, as its requester has chosen.
        film: key of an animated WebP of how it came about; None if there is none.
    """

    id: str
    job: str
    attempt: int
    person: str
    prompt: str
    attributes: Mapping[str, str]
    seed: int
    model: str
    blob: str
    preview: str
    width: int
    height: int
    sha256: str
    manifest: Mapping[str, Any]
    may_sell: bool
    created: float
    hidden: str | None = None
    deleted: float | None = None
    visibility: Visibility = Visibility.PUBLIC
    film: str | None = None

    @property
    def blobs(self) -> tuple[str, ...]:
        """The keys of all that is stored of it."""
        return tuple(each for each in (self.blob, self.preview, self.film) if each)

    @property
    def shown(self) -> bool:
        """Whether those may see it for whom its requester asked it."""
        return self.hidden is None and self.deleted is None

    @property
    def public(self) -> bool:
        """Whether all may see it, in galleries and rounds, too."""
        return self.shown and self.visibility == Visibility.PUBLIC


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Where a queued job stands.

    Args:
        position: 1 is next.
        eta_seconds: until an engine should begin it; None if no engine that could paint it is
            alive, or none has measured its rate yet.
        of: how many jobs are queued.
    """

    position: int
    eta_seconds: float | None
    of: int
