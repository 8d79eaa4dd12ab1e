"""Which prompts are painted, with which seeds, and where each picture belongs."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count
from pathlib import Path

from benchmarks.pictures.painting import Work
from engine.commands.paint_outputs import slug
from engine.synthesis.request import attributes_of
from ganshare.prompts import draw_prompt, parse_prompts
from ganshare.prompts.attributes import Attributes
from wordlists import CATEGORIES

__all__ = ["GROUPS", "Asked", "names", "protocol", "works"]

PER_CATEGORY = 15
SCREENED = 4  # every so many prompts: twenty of the eighty
FREE = "free text"
GROUPS = (*CATEGORIES, FREE)


@dataclass(frozen=True)
class Asked:
    """A prompt of the protocol, and what it asks for.

    Args:
        number: 0 to 79, its place in the protocol.
        group: one of `GROUPS`.
    """

    number: int
    text: str
    group: str
    attributes: Attributes

    @property
    def subject(self) -> str:
        """What the judge looks for."""
        return self.attributes.subject or self.text


@cache
def protocol() -> tuple[Asked, ...]:
    """Fifteen prompts of each category, as `ganshare prompt` draws them, and 35 in free text.

    A seed whose subject another one drew before is passed over.
    """
    texts = [(text, category) for category in CATEGORIES for text in _drawn(category)]
    texts += [(text, FREE) for text in _lines("free-text.txt")]
    return tuple(
        Asked(number, text, group, attributes_of(parse_prompts(text)))
        for number, (text, group) in enumerate(texts)
    )


def screened() -> tuple[Asked, ...]:
    """The twenty prompts that a change is tried on first."""
    return protocol()[::SCREENED]


@cache
def names() -> tuple[str, ...]:
    """163 names of things: the classes of COCO and of CIFAR-100, in lower case."""
    return tuple(_lines("names.txt"))


def works(folder: Path, asked: tuple[Asked, ...], seeds: int) -> list[Work]:
    """All pictures: every prompt with the first seed, then with the next one."""
    return [
        Work(folder / f"{each.number:02d}-{seed}-{slug(each.text)}.png", each.text, seed)
        for seed in range(seeds)
        for each in asked
    ]


def _drawn(category: str) -> Iterator[str]:
    subjects: set[str | None] = set()
    for seed in count():
        drawn = draw_prompt(seed, category)
        if drawn.attributes.subject not in subjects:
            subjects.add(drawn.attributes.subject)
            yield drawn.text
        if len(subjects) == PER_CATEGORY:
            return


def _lines(name: str) -> list[str]:
    return files("benchmarks.quality").joinpath(name).read_text("utf-8").splitlines()
