"""The asker's mistakes in their own language: the core's own sentences, and those of ganshare."""

import re

from bot.core.rendering.catalogue import Catalogue, load_words
from bot.core.rendering.legacy_sentences import translate
from ganshare.errors import AskerError, ParameterError, PromptError, SizeError, quoted

__all__ = ["RefusalError", "sentence_of"]


class RefusalError(ParameterError):
    """What the core does not do, by the id of its sentence in the catalogues.

    Args:
        message_id: "refusal-..." in the catalogues.
        values: for its variables; texts from strangers are quoted by then.
    """

    def __init__(self, message_id: str, **values: str | int | float) -> None:
        super().__init__(load_words().say("en", message_id, **values), given=values)
        self.message_id, self.values = message_id, values

    def __reduce__(self) -> tuple[object, ...]:
        """Build it again from its text alone when it crosses a process boundary."""
        return ParameterError, (self.message,), {"given": self.given}


def sentence_of(words: Catalogue, locale: str, error: AskerError) -> str:
    """Give an error's sentence; those of ganshare are English, and told in other words elsewhere.

    Their values say what happened; where they don't, the English sentence stands after a word of
    the reader's language.
    """
    if isinstance(error, RefusalError):
        return words.say(locale, error.message_id, **error.values)
    if words.language(locale) == "en":
        return error.message
    if (sentence := translate(words, locale, error.message)) is not None:
        return sentence
    if (found := _told_otherwise(error)) is not None:
        return words.say(locale, found[0], **found[1])
    return words.say(locale, "refusal-other", sentence=error.message)


def _told_otherwise(error: AskerError) -> tuple[str, dict[str, str | int | float]] | None:
    match error.given, error.allowed:
        case (int(width), int(height)), _ if isinstance(error, SizeError):
            given = f"{width}x{height}"
            return "refusal-size", {"given": given, "nearest": error.nearest or "256x256"}
        case str(text), _ if isinstance(error, SizeError):
            return "refusal-size", {"given": quoted(text), "nearest": error.nearest or "256x256"}
        case int(given), int(allowed) if isinstance(error, PromptError):
            parts = "parts" in error.message
            name = "refusal-prompt-parts" if parts else "refusal-prompt-long"
            return name, {"given": given, "allowed": allowed}
        case (int() | float()) as given, (lowest, highest):
            return "refusal-range", {
                "given": str(given),
                "lowest": str(lowest),
                "highest": str(highest),
            }
        case str(given), (tuple() | list()) as allowed if error.nearest or len(allowed) < 20:
            listed = ", ".join(str(each) for each in allowed)
            return "refusal-unknown", {"given": quoted(given), "allowed": listed}
        case int(given), int(allowed) if re.match("You have", error.message):
            return "refusal-active", {"given": given, "allowed": allowed}
        case int(given), int() if error.message.startswith("The queue is full"):
            return "refusal-queue-full", {"given": given}
        case _:
            return None
