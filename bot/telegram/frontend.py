"""Telegram's part of `python -m bot run`: updates to the dispatcher, jobs to their messages."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.app import Front
from bot.core.holders import HolderSync
from bot.telegram.command_menu import set_commands
from bot.telegram.handlers import UpdateHandlers
from bot.telegram.holders import HolderGroup
from bot.telegram.messenger import TelegramAnnouncer, TelegramMessenger
from bot.telegram.rate_limiter import TelegramRateLimiter
from bot.telegram.sender import Sender
from bot.telegram.updates import UpdateReceiver, poll, token_refused
from bot.telegram.webhook import check_webhook_settings, serve_webhook
from ganshare.errors import SettingsError
from ganshare.monitoring.log import get_logger
from ganshare.settings import BotSettings
from ganshare.tls import tls_context

__all__ = ["make_bot", "run_telegram"]

_log = get_logger(__name__)
_CONNECTIONS = 64
_SECONDS_TO_CONNECT = 10.0
_RETRY = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


def make_bot(settings: BotSettings) -> "ExtBot[int]":
    """Build the client from the settings; raises SettingsError without a token."""
    # Durations as python-telegram-bot will have them from its next version on; else it warns.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs URLs, and the token is in them
    if settings.telegram_token is None:
        raise SettingsError("BOT_TELEGRAM_TOKEN is not set; @BotFather gives one for /newbot.")
    verifying = {"verify": tls_context()}
    request = HTTPXRequest(
        connection_pool_size=_CONNECTIONS,
        connect_timeout=_SECONDS_TO_CONNECT,
        read_timeout=20.0,
        write_timeout=20.0,
        pool_timeout=20.0,
        media_write_timeout=60.0,
        httpx_kwargs=verifying,
    )
    polling = HTTPXRequest(
        connection_pool_size=2, connect_timeout=_SECONDS_TO_CONNECT, httpx_kwargs=verifying
    )
    return ExtBot(
        settings.telegram_token.get_secret_value(),
        base_url=settings.telegram_base_url or "https://api.telegram.org/bot",
        base_file_url=settings.telegram_base_file_url or "https://api.telegram.org/file/bot",
        request=request,
        get_updates_request=polling,
        rate_limiter=TelegramRateLimiter(),
    )


async def run_telegram(front: Front, settings: BotSettings) -> None:
    """Serve Telegram until cancelled.

    Raises:
        SettingsError: Telegram refuses the token, or the webhook's settings don't go together.
        WorldError: the webhook's port cannot be had.
    """
    if settings.telegram_webhook_url:
        check_webhook_settings(settings)
    bot = make_bot(settings)
    async with _connect(bot):
        sender = Sender(bot)
        handlers = UpdateHandlers(bot, bot.username or "", front, sender)
        receiver = UpdateReceiver(handlers.handle)
        _log.info("Telegram is connected", bot=bot.username)
        try:
            async with asyncio.TaskGroup() as tasks:
                announcer = TelegramAnnouncer(sender)
                tasks.create_task(front.delivery(TelegramMessenger(sender)).run())
                tasks.create_task(front.scheduler(announcer).run())
                tasks.create_task(front.vote_counts(announcer).run())
                tasks.create_task(front.renewals(announcer).run())
                if front.gate is not None and front.gate.settings.telegram_chat is not None:
                    place = HolderGroup(bot, front.gate.settings.telegram_chat, front.words)
                    tasks.create_task(HolderSync(front.store, front.gate, place).run())
                tasks.create_task(_list_commands(bot, front))
                tasks.create_task(_take_updates(bot, receiver, settings))
        except BaseExceptionGroup as group:
            raise _first(group) from group
        finally:
            await receiver.close()


@asynccontextmanager
async def _connect(bot: "ExtBot[int]") -> AsyncIterator[None]:
    """Get through to Telegram, however long that takes."""
    try:
        await _persist(bot.initialize)
        yield
    finally:
        await bot.shutdown()


async def _take_updates(
    bot: "ExtBot[int]", receiver: UpdateReceiver, settings: BotSettings
) -> None:
    if settings.telegram_webhook_url:
        await serve_webhook(bot, receiver, settings)
    else:
        # The token was good a moment ago: a server that knows no webhooks has none to end.
        with contextlib.suppress(SettingsError):
            await _persist(bot.delete_webhook)
        await poll(bot, receiver)


async def _list_commands(bot: "ExtBot[int]", front: Front) -> None:
    try:
        await set_commands(bot, front.words)
    except TelegramError as error:
        _log.warning("Telegram's list of commands is not up to date", reason=error.message)


async def _persist(call: Callable[[], Awaitable[object]]) -> None:
    """Call until it works."""
    failures = 0
    while True:
        try:
            await call()
        except InvalidToken as error:
            raise token_refused() from error
        except TelegramError as error:
            pause = _RETRY[min(failures, len(_RETRY) - 1)]
            failures += 1
            _log.warning("Telegram cannot be reached", reason=error.message, next_try=pause)
            await asyncio.sleep(pause)
        else:
            return


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended the others, for one sentence of it."""
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
