"""`SafetyCheck`: judges pictures; finds the check that the owner chose by name.

A check of one's own is a package with an entry point in the group `ganshare.safety_checks`;
docs/moderation.md shows one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol

from ganshare.errors import ImageError, SettingsError, must_be_one_of
from ganshare.monitoring.log import get_logger
from ganshare.sentences import sentence

__all__ = [
    "GROUP",
    "SafetyCheck",
    "UnsafeImageError",
    "Verdict",
    "find_safety_check",
    "objection",
]

GROUP = "ganshare.safety_checks"

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of one picture.

    Args:
        score: 0 is harmless, 1 is not.
        label: what was looked for and, if refused, seen, such as "nudity".
        reason: why the picture is not shown, for people; None if it may be. A `Sentence` of
            `ganshare.sentences` can be told in other languages than English.
    """

    score: float
    label: str
    reason: str | None = None


class SafetyCheck(Protocol):
    """Judges pictures, one after another, in any thread."""

    def __call__(self, picture: bytes) -> Verdict:
        """Judge a picture, given as the bytes of a PNG or a JPEG."""


class UnsafeImageError(ImageError):
    """A picture to begin from that a check refuses."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(
            sentence("picture-unsafe", reason=verdict.reason or ""), given=verdict.score
        )
        self.verdict = verdict

    def __reduce__(self) -> tuple[object, ...]:
        """Build it again from its verdict when it crosses a process boundary."""
        return UnsafeImageError, (self.verdict,)


def objection(check: SafetyCheck | None, picture: bytes) -> str | None:
    """Why a picture of ours is not to be shown; a check that fails is no pass."""
    if check is None:
        return None
    try:
        return check(picture).reason
    except Exception as error:  # a stranger's package may raise anything
        _log.error("the safety check failed; the picture is withheld", reason=repr(error))
        return sentence("unsafe-unchecked")


def find_safety_check(name: str, own: tuple[str, ...] = ()) -> SafetyCheck:
    """Make the check that an installed package offers under a name.

    Args:
        own: names that the caller knows beside them, for the message.

    Raises:
        SettingsError: there is none of that name, or it cannot be made.
    """
    offered = {point.name: point for point in entry_points(group=GROUP)}
    if name not in offered:
        raise must_be_one_of(SettingsError, "safety check", name, [*own, *sorted(offered)])
    try:
        make: Callable[[], SafetyCheck] = offered[name].load()
        return make()
    except Exception as error:  # a stranger's package may raise anything
        message = f"The safety check {name} cannot be loaded: {error!r:.200}."
        raise SettingsError(message, given=name) from error
