"""Translates names and descriptions of app commands from the catalogues."""

import re

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation, TranslationContextTypes, locale_str

from bot.core.rendering.catalogue import Catalogue

__all__ = ["LONGEST", "CatalogueTranslator", "described", "named"]

LONGEST = 100  # characters of a description
_NAMES = (TranslationContextLocation.command_name, TranslationContextLocation.parameter_name)
# Discord's rule: letters of any script, digits, hyphen and underscore, at most 32, in lower case.
_NAME = re.compile(r"[-_\w]{1,32}")


def described(words: Catalogue, message: str) -> locale_str:
    """Give a description in English that knows its message in the catalogues."""
    return locale_str(words.say("en", message)[:LONGEST], message=message)


def named(name: str, message: str) -> locale_str:
    """Give a name that a catalogue may have in other words, as "MESSAGE-name"."""
    return locale_str(name, message=f"{message}-name")


class CatalogueTranslator(app_commands.Translator):
    """Looks up what `described` and `named` gave."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """Give a text in a language other than English, if there is one."""
        message = string.extras.get("message")
        first = locale.value.partition("-")[0]
        if not message or first == "en" or self._words.language(locale.value) != first:
            return None
        if context.location in _NAMES:
            return self._name(locale.value, str(message))
        return self._words.say(locale.value, str(message))[:LONGEST]

    def _name(self, locale: str, message: str) -> str | None:
        if not self._words.has(message):
            return None
        name = self._words.say(locale, message).lower()
        return name if _NAME.fullmatch(name) else None
