"""Mistakes and reasons in the reader's language, looked up by code, never by how they read."""

from bot.core.rendering.catalogue import Catalogue, load_words
from bot.core.rendering.legacy_sentences import recognise
from ganshare.errors import AskerError, InternalError, ParameterError
from ganshare.sentences import Sentence, Value

__all__ = ["RefusalError", "reason_of", "sentence_of"]


class RefusalError(ParameterError):
    """What the core does not do, by the id of its sentence in the catalogues.

    Args:
        message_id: "refusal-CODE" in the catalogues.
        values: for its variables; texts from strangers are quoted by then.
    """

    def __init__(self, message_id: str, **values: Value) -> None:
        text = load_words().say("en", message_id, **values)
        message = Sentence(text, message_id.removeprefix("refusal-"), values)
        super().__init__(message, given=values)

    def __reduce__(self) -> tuple[object, ...]:
        """Build it again from its sentence alone when it crosses a process boundary."""
        return ParameterError, (self.message,), {"given": self.given}


def sentence_of(words: Catalogue, locale: str, error: AskerError) -> str:
    """Give an error's sentence; one without a code stands in English after the reader's words."""
    said = _say(words, locale, error.message)
    return words.say(locale, "refusal-other", sentence=error.message) if said is None else said


def reason_of(words: Catalogue, locale: str, reason: str) -> str:
    """Give a reason that was kept in the database; in English if nothing else is known of it."""
    known = reason if isinstance(reason, Sentence) else recognise(reason)
    return reason if known is None else _say(words, locale, known) or reason


def _say(words: Catalogue, locale: str, text: str) -> str | None:
    """Say a sentence in a language, and those within it; None if it is not known how.

    An engine that is newer than this may have written a code that is unknown here, or other values.
    """
    if words.language(locale) == "en":
        return text
    if not isinstance(text, Sentence):
        return None
    values = {
        name: _say(words, locale, value) or value if isinstance(value, Sentence) else value
        for name, value in text.values.items()
    }
    try:
        return words.say(locale, f"refusal-{text.code}", **values)
    except InternalError:
        return None
