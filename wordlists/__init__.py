"""The word lists that random prompts are drawn from: styles, shapes, places, things and colours."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["CATEGORIES", "Colour", "WordLists", "demo_prompts", "word_lists"]

CATEGORIES: tuple[str, ...] = ("shapes", "places", "things")
"""The kinds of subject; a subject stands in one of them only."""


@dataclass(frozen=True, slots=True)
class Colour:
    """A named colour and its sRGB value as `#rrggbb`, lower case."""

    name: str
    hex: str


@dataclass(frozen=True, slots=True)
class WordLists:
    """All lists in file order: subjects carry their article, as they stand in a prompt."""

    styles: tuple[str, ...]
    shapes: tuple[str, ...]
    places: tuple[str, ...]
    things: tuple[str, ...]
    colours: tuple[Colour, ...]

    def subjects(self, category: str) -> tuple[str, ...]:
        """Give the subjects of one of `CATEGORIES`; `KeyError` for any other word."""
        by_category = {"shapes": self.shapes, "places": self.places, "things": self.things}
        return by_category[category]


@cache
def word_lists() -> WordLists:
    """Read the lists that ship in this package, once per process."""
    return WordLists(
        styles=_lines("styles.txt"),
        shapes=_lines("shapes.txt"),
        places=_lines("places.txt"),
        things=_lines("things.txt"),
        colours=tuple(
            Colour(name=row["name"], hex=row["hex"])
            for row in csv.DictReader(_read("colours.csv").splitlines())
        ),
    )


@cache
def demo_prompts() -> tuple[str, ...]:
    """Read the prompts that come out well with the embedded models: a newcomer's first."""
    return _lines("demo.txt")


def _lines(name: str) -> tuple[str, ...]:
    return tuple(_read(name).splitlines())


def _read(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
