"""All errors that GANshare raises on purpose, sorted by whose fault they are.

    GanshareError
    ├── AskerError          the asker's fault: shown to them word for word, exit code 2
    │   ├── PromptError     a prompt that cannot be parsed, an unknown category
    │   ├── SizeError       a picture size that is not offered
    │   ├── ImageError      an unreadable, truncated or oversized image
    │   ├── ModelError      an unknown model, a wrong sha256, truncated weights, a pickle
    │   ├── ParameterError  steps, num_cutouts, seeds and other numbers
    │   ├── SettingsError   a setting's name or value, an unreadable ganshare.toml
    │   ├── AdmissionError  too many jobs of one person, a full queue, no engine for the request
    │   ├── JobError        a job that is unknown or someone else's
    │   └── VoteError       a vote, a round or a choice that is not possible now
    ├── WorldError          the world's fault: a network, a disk, a service; worth a retry
    │   ├── StoreError      the database is away, full, locked or read-only
    │   │   └── SchemaError its tables are missing, or older or newer than this GANshare's
    │   └── BlobError       a picture or saved state cannot be stored or fetched
    │       └── BlobExists  something is stored under that key already
    └── InternalError       our fault: logged with an id, answered with an apology

A message is one sentence: what was given, what is allowed, and the nearest match where there is
one. What someone may read in another language has a code and values (`ganshare.sentences`).
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from ganshare.sentences import Sentence, Value, sentence

__all__ = [
    "AdmissionError",
    "AskerError",
    "BlobError",
    "BlobExists",
    "GanshareError",
    "ImageError",
    "InternalError",
    "JobError",
    "ModelError",
    "ParameterError",
    "PromptError",
    "SchemaError",
    "SettingsError",
    "SizeError",
    "StoreError",
    "VoteError",
    "WorldError",
    "listing",
    "must_be_between",
    "must_be_one_of",
    "nearest",
    "quoted",
]

_LONGEST_QUOTE = 60


class GanshareError(Exception):
    """The root of the tree.

    Args:
        message: one sentence; a `Sentence` has a code and values, by which frontends say it in
            other languages.
        given: what was given, as it came.
        allowed: what would have been accepted: words, a range, a limit.
        nearest: the allowed word most like the given one.
    """

    def __init__(
        self,
        message: str,
        *,
        given: object = None,
        allowed: object = None,
        nearest: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code: str | None = message.code if isinstance(message, Sentence) else None
        self.values: Mapping[str, Value] = message.values if isinstance(message, Sentence) else {}
        self.given = given
        self.allowed = allowed
        self.nearest = nearest

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the keyword-only values when an error crosses a process boundary."""
        return (type(self), (self.message,), self.__dict__)


class AskerError(GanshareError):
    """The asker can put it right; the message tells them how."""


class PromptError(AskerError):
    """A prompt, or a category for a random one, that cannot be used."""


class SizeError(AskerError):
    """A picture size that is not offered."""


class ImageError(AskerError):
    """An image that cannot be read, ends too early or is too large."""


class ModelError(AskerError):
    """A model that is unknown, or whose files are not what its card says."""


class ParameterError(AskerError):
    """A number outside its range: steps, cutouts, seeds."""


class SettingsError(AskerError):
    """A setting that is unknown, a value that is not allowed, or a broken ganshare.toml."""


class AdmissionError(AskerError):
    """A job that is not taken into the queue, with when or how it would be."""


class JobError(AskerError):
    """A job that is unknown, or that is not theirs who ask."""


class VoteError(AskerError):
    """A vote, an entry, a round or a curator's choice that is not possible now."""


class WorldError(GanshareError):
    """Something outside GANshare failed; the same request may work later."""


class StoreError(WorldError):
    """The database cannot be used now: away, full, locked, read-only."""


class SchemaError(StoreError):
    """The database's tables are not those that this version works with."""


class BlobError(WorldError):
    """A blob cannot be stored or fetched now, or it is not there."""


class BlobExists(BlobError):  # noqa: N818  # says what is the case
    """A blob is never overwritten; this key is taken."""


class InternalError(GanshareError):
    """A state that GANshare's own code should have made impossible."""


def must_be_one_of(
    error: type[AskerError], what: str, given: str, allowed: Iterable[str]
) -> AskerError:
    """Build the error for a word outside a list, nearest match included; the caller raises it.

    Its message reads like "The category 'place' is unknown; allowed are shapes, places and things
    (did you mean 'places'?)."
    """
    words = tuple(allowed)
    match = nearest(given, words)
    return error(
        listing("unknown", words, match and quoted(match), what=what, given=quoted(given)),
        given=given,
        allowed=words,
        nearest=match,
    )


def listing(code: str, allowed: Iterable[str], near: str | None, /, **values: Value) -> Sentence:
    """Make a sentence that lists what is allowed; with a nearest match, that of CODE-near."""
    words = tuple(allowed)
    if near:
        code, values = f"{code}-near", {**values, "nearest": near}
    # The word before the last one is English, and the comma is everyone's.
    text = sentence(code, allowed=_listed(words), **values)
    return Sentence(text, code, {**values, "allowed": ", ".join(words) or "-"})


def must_be_between(name: str, given: float, lowest: float, highest: float) -> ParameterError:
    """Build the error for a number outside its range; the caller raises it."""
    values = {"given": given, "lowest": lowest, "highest": highest}
    written = {key: str(value).removesuffix(".0") for key, value in values.items()}
    message = sentence("range", name=name, **written)
    return ParameterError(message, given=given, allowed=(lowest, highest))


def nearest(given: str, allowed: Iterable[str], likeness: float = 0.6) -> str | None:
    """Find the allowed word most like the given one, or None if none is close.

    Args:
        likeness: from 0 to 1; with 0.9, one letter in ten is another one at most.
    """
    by_folded = {word.casefold(): word for word in allowed}
    # Comparing is quadratic in the length, and what was given may come from anyone.
    matches = get_close_matches(given.casefold()[:100], by_folded, n=1, cutoff=likeness)
    return by_folded[matches[0]] if matches else None


def quoted(given: object) -> str:
    """Quote what was given for a message: printable, on one line and not too long."""
    text = repr(given) if not isinstance(given, str) else given
    if len(text) > _LONGEST_QUOTE:
        text = text[: _LONGEST_QUOTE - 1] + "…"
    return "'" + "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text) + "'"


def _listed(words: tuple[str, ...]) -> str:
    if not words:
        return "none"
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
