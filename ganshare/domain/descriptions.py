"""What an engine reads in a picture, and how a job asks for that."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["DESCRIBER", "Description"]

# Stands where other jobs name a VQGAN: an engine that cannot describe doesn't offer it, and so
# never claims such a job.
DESCRIBER = "describe"


@dataclass(frozen=True, slots=True)
class Description:
    """What a picture shows, as far as an engine can tell.

    Args:
        prompt: that should paint something like it.
        style: as in the word lists; "" if no perceptor could tell.
        subject: the likeliest of the word lists.
        others: subjects that are nearly as likely, the likeliest first.
        colours: (basic colour, whole percent of the picture), most of it first.
    """

    prompt: str
    style: str
    subject: str
    others: tuple[str, ...]
    colours: tuple[tuple[str, int], ...]

    def to_json(self) -> dict[str, Any]:
        """As one JSON object; `from_json` reads it again."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Description | None":
        """Read what `to_json` gave; None if it is damaged."""
        try:
            return cls(
                str(values["prompt"]),
                str(values["style"]),
                str(values["subject"]),
                tuple(str(each) for each in values["others"]),
                tuple((str(name), int(percent)) for name, percent in values["colours"]),
            )
        except (KeyError, TypeError, ValueError):
            return None
