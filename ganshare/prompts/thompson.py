"""Prompt sources of `/random`: word lists, Thompson sampling, or a program of the owner's.

`ThompsonSource` samples as Thompson did (1933): for each style, category, subject and colour it
keeps how many paintings with it were in ended rounds and how many of those came in the first
quarter, draws a chance from what is known of each, and takes the best. What is hardly known draws
widely, so it is tried; and a share of all prompts, the floor, is drawn from the whole lists as if
nothing were known, so that no word is ever lost.
"""

import json
import random
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from ganshare.errors import AskerError, ParameterError, PromptError, WorldError, must_be_one_of
from ganshare.prompts import CATEGORIES, DrawnPrompt, draw_prompt, parse_prompts
from ganshare.prompts.attributes import Attributes, find_attributes
from wordlists import word_lists

__all__ = [
    "CommandSource",
    "Idea",
    "PromptSource",
    "Reason",
    "Record",
    "ThompsonSource",
    "WordListSource",
]

TRAITS = ("Style", "Category", "Subject", "Colour")
FLOOR = 0.2
PRIOR_PAINTINGS = 4.0  # what is known of a word before anyone has painted it: the base rate
CANDIDATES = 8  # of hundreds of subjects and colours that are compared at a time
ANSWER_SECONDS = 20.0
LONGEST_NOTE = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """What became of the paintings of ended rounds, by trait type and value.

    Args:
        traits: trait type -> value -> (paintings in rounds, those in the first quarter).
        paintings: in all; `best` of them in the first quarter.
        prompts: of those best, the newest first.
    """

    traits: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    paintings: int = 0
    best: int = 0
    prompts: tuple[str, ...] = ()

    def of(self, trait: str, value: str) -> tuple[int, int]:
        """Paintings with this value, and how many of them came in the first quarter."""
        return self.traits.get(trait, {}).get(value, (0, 0))

    @property
    def base_rate(self) -> float:
        """The share of all paintings that came in the first quarter."""
        return (self.best + 1) / (self.paintings + 4)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a word was drawn, in figures.

    Args:
        trait: "Style", "Category", "Subject" or "Colour".
        painted: paintings with it in ended rounds; `best` of them came in the first quarter.
        base_rate: the share of all paintings that did.
    """

    trait: str
    value: str
    painted: int
    best: int
    base_rate: float

    def __str__(self) -> str:
        if not self.painted:
            return f"{self.trait} {self.value}: not tried in a round yet."
        share = f"{self.best} of {self.painted} were in the top quarter"
        return f"{self.trait} {self.value}: {share} ({self.base_rate:.0%} of all)."


@dataclass(frozen=True, slots=True)
class Idea:
    """A prompt from a source.

    Args:
        source: "word lists", "muse", or a name of the owner's.
        why: one for each word that was chosen by what won; none where chance alone drew.
        learned: from how many prompts that won its words were learned.
        note: the source's own words about it, for people.
    """

    prompt: DrawnPrompt
    source: str
    why: tuple[Reason, ...] = ()
    learned: int = 0
    note: str = ""

    def explain(self) -> str:
        """Say in a few sentences where the prompt is from."""
        if self.why:
            return " ".join(str(reason) for reason in self.why)
        if self.source == "muse":
            return "Picked from all the lists, to explore what nobody has tried."
        if self.learned:
            return f"The wording follows {self.learned} prompts that won."
        return f"From: {self.source}. {self.note}".rstrip()


class PromptSource(Protocol):
    """A source of prompts for /random."""

    @property
    def name(self) -> str:
        """What it is called."""

    def draw(self, seed: int, category: str | None = None) -> Idea:
        """Give a prompt; raises PromptError for an unknown category."""


@dataclass(frozen=True)
class WordListSource:
    """Every word as likely as any other."""

    name: str = "word lists"

    def draw(self, seed: int, category: str | None = None) -> Idea:
        """Draw as `ganshare prompt --seed` does."""
        return Idea(draw_prompt(seed, category), self.name)


class ThompsonSource:
    """What won is drawn more often; the same prompt for a seed and a record.

    Args:
        floor: the share of prompts for which nothing is known on purpose.
    """

    name = "muse"

    def __init__(self, record: Record, floor: float = FLOOR) -> None:
        if not 0 < floor <= 1:
            message = f"The floor {floor} is not a share above 0 and up to 1."
            raise ParameterError(message, given=floor, allowed=(0, 1))
        self._record = record
        self._floor = floor

    def draw(self, seed: int, category: str | None = None) -> Idea:
        """Draw words by what is known of them."""
        if category is not None and category not in CATEGORIES:
            raise must_be_one_of(PromptError, "category", category, CATEGORIES)
        plain = draw_prompt(seed, category)
        dice = random.Random(seed ^ 0x6D757365)
        if dice.random() < self._floor or not self._record.paintings:
            return Idea(plain, self.name)
        lists = word_lists()
        style = self._best(dice, "Style", lists.styles)
        kind = category or self._best(dice, "Category", CATEGORIES)
        subjects = _some(dice, lists.subjects(kind))
        values = [_trait("Subject", Attributes(subject=each, category=kind)) for each in subjects]
        subject = subjects[values.index(self._best(dice, "Subject", values))]
        colours = {each.name: each for each in _some(dice, lists.colours)}
        colour = colours[self._best(dice, "Colour", list(colours))]
        attributes = Attributes(style, subject, kind, colour.name, colour.hex)
        connective = "with" if kind == "shapes" else "of"
        text = f"{style} Painting {connective} {subject} in {colour.name}"
        given = () if category is None else ("Category",)
        why = tuple(self._reason(name, attributes) for name in TRAITS if name not in given)
        return Idea(DrawnPrompt(text, attributes, seed), self.name, why)

    def _best(self, dice: random.Random, trait: str, values: Sequence[str]) -> str:
        """Draw a chance for each value, and take the value with the highest."""
        return max(values, key=lambda value: self._chance(dice, trait, value))

    def _chance(self, dice: random.Random, trait: str, value: str) -> float:
        shown = value.title() if trait == "Category" else value
        painted, best = self._record.of(trait, shown)
        base = self._record.base_rate
        return dice.betavariate(
            PRIOR_PAINTINGS * base + best, PRIOR_PAINTINGS * (1 - base) + painted - best
        )

    def _reason(self, trait: str, attributes: Attributes) -> Reason:
        value = _trait(trait, attributes)
        painted, best = self._record.of(trait, value)
        return Reason(trait, value, painted, best, self._record.base_rate)


@dataclass(frozen=True)
class CommandSource:
    """A program of the owner's, such as a language model, that answers with a prompt.

    It reads one JSON object from its input: the seed, the category, and the values that won most,
    by trait; the first line that it prints is the prompt, and the second, if any, says why, for
    people. The prompt is checked and moderated like any other.

    Args:
        command: the program and its arguments; no shell.
    """

    command: tuple[str, ...]
    record: Record = field(default_factory=Record)
    name: str = "own model"
    seconds: float = ANSWER_SECONDS

    def draw(self, seed: int, category: str | None = None) -> Idea:
        """Ask the program; raises WorldError if it fails, is silent or is not understood."""
        if category is not None and category not in CATEGORIES:
            raise must_be_one_of(PromptError, "category", category, CATEGORIES)
        question = {"seed": seed, "category": category, "liked": _liked(self.record)}
        try:
            done = subprocess.run(
                list(self.command),
                input=json.dumps(question),
                capture_output=True,
                text=True,
                timeout=self.seconds,
                check=True,
            )
            text, note, *_ = (*(line.strip() for line in done.stdout.splitlines()), "", "")
            parse_prompts(text)
        except (OSError, subprocess.SubprocessError, UnicodeError, AskerError) as error:
            raise WorldError(f"The source of prompts ({self.name}) gave none: {error}") from error
        found = DrawnPrompt(text, find_attributes(text), seed)
        return Idea(found, self.name, note=note[:LONGEST_NOTE])


def _liked(record: Record, most: int = 10) -> dict[str, list[str]]:
    """The values of each trait with the highest share in the first quarter, a few of each."""
    base = record.base_rate

    def share(item: tuple[str, tuple[int, int]]) -> float:
        _, (painted, best) = item
        return (best + PRIOR_PAINTINGS * base) / (painted + PRIOR_PAINTINGS)

    return {
        trait: [value for value, _ in sorted(values.items(), key=share, reverse=True)[:most]]
        for trait, values in record.traits.items()
    }


def _trait(name: str, attributes: Attributes) -> str:
    return attributes.as_traits()[name]


def _some(dice: random.Random, values: Sequence[T]) -> list[T]:
    return dice.sample(values, min(CANDIDATES, len(values)))
