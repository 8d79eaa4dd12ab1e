"""Sets Telegram's command menu, per language and scope."""

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.ext import ExtBot

from bot.core.commands.definitions import COMMANDS
from bot.core.messages import Rank
from bot.core.rendering.catalogue import Catalogue

__all__ = ["commands_for", "scopes", "set_commands"]

_LONGEST = 256  # characters of a description


def scopes() -> tuple[tuple[BotCommandScope, Rank], ...]:
    """Each scope with the rank whose commands are listed there."""
    return (
        (BotCommandScopeDefault(), Rank.MEMBER),
        (BotCommandScopeAllPrivateChats(), Rank.MEMBER),
        (BotCommandScopeAllGroupChats(), Rank.MEMBER),
        (BotCommandScopeAllChatAdministrators(), Rank.ADMIN),
    )


def commands_for(words: Catalogue, language: str, rank: Rank) -> tuple[BotCommand, ...]:
    """The commands that a rank may use, described in a language."""
    return tuple(
        BotCommand(each.name, words.say(language, each.message)[:_LONGEST])
        for each in COMMANDS
        if each.rank <= rank
    )


async def set_commands(bot: "ExtBot[int]", words: Catalogue) -> None:
    """Set the commands; the first language also serves all others."""
    first, *others = words.languages
    for scope, rank in scopes():
        await bot.set_my_commands(commands_for(words, first, rank), scope)
        for language in others:
            known = commands_for(words, language, rank)
            await bot.set_my_commands(known, scope, language_code=language)
