"""Every word that people read, from Fluent catalogues: the same on all platforms, by language."""

import re
from functools import cache
from importlib.resources import files

from fluent.runtime import FluentBundle, FluentResource

from ganshare.errors import InternalError
from ganshare.sentences import SENTENCES

__all__ = ["Catalogue", "english_sentences", "load_words"]

LANGUAGES = ("en", "zh")


@cache
def load_words() -> "Catalogue":
    """Read the catalogues, once per process."""
    return Catalogue()


class Catalogue:
    """The catalogues in bot/locale: LANGUAGE.ftl, and FRONTEND.LANGUAGE.ftl beside it.

    The English one goes on in `ganshare.sentences`.
    """

    def __init__(self) -> None:
        self._bundles = {language: _read(language) for language in LANGUAGES}

    @property
    def languages(self) -> tuple[str, ...]:
        """Those there are, English first: ("en", "zh")."""
        return LANGUAGES

    def language(self, locale: str) -> str:
        """Give the language for a BCP 47 tag: "zh-TW" gives "zh", an unknown one "en"."""
        first = locale.replace("_", "-").partition("-")[0].lower()
        return first if first in self._bundles else LANGUAGES[0]

    def has(self, message: str) -> bool:
        """Whether there is such a message."""
        return self._bundles[LANGUAGES[0]].has_message(message)

    def say(self, locale: str, message: str, /, **values: str | int | float) -> str:
        """Give a message in the language for a tag; in English where that language lacks it.

        Raises:
            InternalError: there is no such message, or it lacks a value.
        """
        bundle = self._bundles[self.language(locale)]
        if not bundle.has_message(message):
            bundle = self._bundles[LANGUAGES[0]]
        if not bundle.has_message(message) or (text := bundle.get_message(message).value) is None:
            raise InternalError(f"There is no message {message!r}.", given=message)
        said, problems = bundle.format_pattern(text, values)
        if problems:
            raise InternalError(f"The message {message!r} lacks a value: {problems[0]}.")
        return str(said)


def _read(language: str) -> FluentBundle:
    # Without isolating marks around values: they would reach every log, label and test.
    bundle = FluentBundle([language], use_isolating=False)
    folder = files("bot").joinpath("locale")
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name == f"{language}.ftl" or file.name.endswith(f".{language}.ftl"):
            bundle.add_resource(FluentResource(file.read_text("utf-8")))
    if language == LANGUAGES[0]:
        bundle.add_resource(FluentResource(english_sentences()))
    return bundle


def english_sentences() -> str:
    """Write ganshare's sentences as a catalogue: `refusal-CODE = ...`."""
    lines = (f"refusal-{code} = {text}" for code, text in SENTENCES.items())
    return re.sub(r"\{(\w+)[^}]*\}", r"{ $\1 }", "\n".join(lines))
