"""Telegram's part of `ganshare bot doctor`: what is wrong, and what to tell @BotFather."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
from telegram import User, WebhookInfo
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.core.doctor import Finding
from bot.core.rendering.catalogue import load_words
from bot.telegram.command_menu import commands_for, scopes
from bot.telegram.frontend import make_bot
from bot.telegram.webhook import check_webhook_settings
from ganshare.errors import SettingsError
from ganshare.settings import BotSettings
from ganshare.tls import tls_context

__all__ = ["examine"]

_PORTS = (443, 80, 88, 8443)  # that Telegram calls
_SECONDS = 10.0


async def examine(settings: BotSettings) -> list[Finding]:
    """Look at everything, one thing after the other; what cannot be looked at is left out."""
    if settings.telegram_token is None:
        advice = (
            "No token. In Telegram, write to @BotFather: /newbot, then a name, then a username"
            " ending in bot; set BOT_TELEGRAM_TOKEN to the token that it answers with."
        )
        return [Finding("Telegram token", False, advice, is_needed=False)]
    return [finding async for finding in _look(settings)]


async def _look(settings: BotSettings) -> AsyncIterator[Finding]:
    bot = make_bot(settings)
    try:
        try:
            await bot.initialize()
        except InvalidToken:
            advice = (
                "Telegram does not know this token. Write /mybots to @BotFather, choose the bot,"
                " API Token, and set BOT_TELEGRAM_TOKEN to it."
            )
            yield Finding("Telegram token", False, advice)
            return
        except TelegramError as error:
            where = settings.telegram_base_url or "https://api.telegram.org"
            advice = f"{where} does not answer ({error.message}); check network and proxy."
            yield Finding("Telegram reachable", False, advice)
            return
        yield Finding("Telegram token", True, f"It is that of @{bot.username}.")
        for finding in _of_the_bot(bot.bot):
            yield finding
        try:
            async for finding in _of_updates(bot, settings):
                yield finding
            yield await _of_commands(bot)
        except TelegramError as error:
            yield Finding("Telegram reachable", False, f"It stopped answering: {error.message}.")
        yield Finding(
            "Telegram reactions",
            True,
            "They count only where the bot is an admin: group, Edit, Administrators, Add Admin;"
            " no right needs to be on. The vote buttons work everywhere.",
            is_needed=False,
        )
    finally:
        await bot.shutdown()


def _of_the_bot(me: User) -> list[Finding]:
    """What @BotFather decides about a bot."""
    joins = Finding(
        "Telegram groups",
        bool(me.can_join_groups),
        "It may be added to groups."
        if me.can_join_groups
        else "It may not be added to groups. Write /setjoingroups to @BotFather, choose the bot,"
        " Enable.",
        is_needed=False,
    )
    privacy = Finding(
        "Telegram privacy mode",
        not me.can_read_all_group_messages,
        "It reads every message in its groups, and needs none but commands. Write /setprivacy to"
        " @BotFather, choose the bot, Enable; then remove it from each group and add it again."
        if me.can_read_all_group_messages
        else "In groups it sees commands and replies to itself only, which is all it needs.",
        is_needed=False,
    )
    inline = Finding(
        "Telegram inline mode",
        bool(me.supports_inline_queries),
        "Members send their paintings to any chat by its name."
        if me.supports_inline_queries
        else "Members cannot send their paintings to other chats by its name. Write /setinline to"
        " @BotFather, choose the bot, and say what stands in the empty line.",
        is_needed=False,
    )
    return [joins, privacy, inline]


async def _of_updates(bot: "ExtBot[int]", settings: BotSettings) -> AsyncIterator[Finding]:
    """Polling or webhook, as the settings have it and as Telegram has it."""
    info = await bot.get_webhook_info()
    if not settings.telegram_webhook_url:
        if info.url:
            advice = (
                f"Updates go to a webhook at {urlsplit(info.url).netloc}; the bot ends that when it"
                " starts. Stop whatever serves it, if that is not meant."
            )
            yield Finding("Telegram polling", False, advice, is_needed=False)
        else:
            yield Finding("Telegram polling", True, _waiting(info))
        return
    try:
        url, _, _ = check_webhook_settings(settings)
    except SettingsError as error:
        yield Finding("Telegram webhook", False, str(error))
        return
    yield _of_url(url)
    yield await _of_reachability(url)
    if info.url != url:
        advice = f"Telegram calls {info.url or 'nobody'} so far; the bot tells it when it starts."
        yield Finding("Telegram webhook", False, advice, is_needed=False)
    elif info.last_error_message:
        advice = f"Telegram's last call failed: {info.last_error_message}. {_waiting(info)}"
        yield Finding("Telegram webhook", False, advice)
    else:
        yield Finding("Telegram webhook", True, _waiting(info))


def _waiting(info: WebhookInfo) -> str:
    return f"{info.pending_update_count} updates wait to be fetched."


def _of_url(url: str) -> Finding:
    parts = urlsplit(url)
    ok = parts.scheme == "https" and (parts.port or 443) in _PORTS
    ports = ", ".join(map(str, _PORTS))
    advice = f"Telegram calls https addresses at the ports {ports} only"
    return Finding("Telegram webhook address", ok, f"{advice}." if ok else f"{advice}, not {url}.")


async def _of_reachability(url: str) -> Finding:
    """Knock at the public address without the secret: only the bot itself refuses that so."""
    name = "Telegram webhook reachable"
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, verify=tls_context()) as client:
            answer = await client.post(url, json={})
    except httpx.HTTPError as error:
        advice = (
            f"{url} does not answer ({type(error).__name__}). Start the bot, and let the proxy in"
            " front pass this address on to BOT_TELEGRAM_WEBHOOK_LISTEN."
        )
        return Finding(name, False, advice)
    if answer.status_code == 403:
        return Finding(name, True, "It answers, and refuses who does not know the secret.")
    advice = (
        f"{url} answers {answer.status_code}, which is not this bot: let the proxy pass it on to"
        " BOT_TELEGRAM_WEBHOOK_LISTEN, path and headers unchanged."
    )
    return Finding(name, False, advice)


async def _of_commands(bot: "ExtBot[int]") -> Finding:
    words = load_words()
    first, *others = words.languages
    for scope, rank in scopes():
        for language in (first, *others):
            code = None if language == first else language
            listed = await bot.get_my_commands(scope, language_code=code)
            if listed != commands_for(words, language, rank):
                advice = "The list of commands is not up to date; the bot renews it on its start."
                return Finding("Telegram commands", False, advice, is_needed=False)
    return Finding("Telegram commands", True, "They are listed in all languages.")
