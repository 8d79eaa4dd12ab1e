"""The webhook: receives Telegram's calls at a public address."""

import asyncio
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import Update
from telegram.ext import ExtBot

from bot.telegram.updates import UpdateReceiver
from ganshare.errors import SettingsError, WorldError
from ganshare.settings import BotSettings, Listen

__all__ = ["check_webhook_settings", "serve_webhook", "webhook_app"]

_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_LARGEST = 1024 * 1024  # bytes of an update; real ones have some thousands
_SECRET_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def check_webhook_settings(settings: BotSettings) -> tuple[str, str, Listen]:
    """Give URL, secret and where to listen; raises SettingsError if they don't go together."""
    url, secret = settings.telegram_webhook_url or "", settings.telegram_webhook_secret
    if not url.startswith(("https://", "http://")):
        raise SettingsError("BOT_TELEGRAM_WEBHOOK_URL must begin with https://.", given=url)
    letters = secret.get_secret_value() if secret else ""
    if not 1 <= len(letters) <= 256 or not set(letters) <= _SECRET_LETTERS:
        raise SettingsError(
            "A webhook needs BOT_TELEGRAM_WEBHOOK_SECRET: 1 to 256 of A-Z, a-z, 0-9, _ and -."
        )
    if settings.telegram_webhook_listen is None:
        raise SettingsError("A webhook needs BOT_TELEGRAM_WEBHOOK_LISTEN: HOST:PORT, not off.")
    return url, letters, settings.telegram_webhook_listen


def webhook_app(bot: "ExtBot[int]", receiver: UpdateReceiver, path: str, secret: str) -> Starlette:
    """Give the application that takes Telegram's calls, each of which is one update.

    It answers 200 when the update is settled; after any other answer Telegram calls again.
    """

    async def call(request: Request) -> Response:
        given = request.headers.get(_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return PlainTextResponse("Wrong secret.", 403)
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > _LARGEST:
                return PlainTextResponse("Too large.", 413)
        try:
            update = Update.de_json(json.loads(body), bot)
            handled = receiver.take(update)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return PlainTextResponse("This is not an update.", 400)
        if handled is not None:
            await handled.settled.wait()
        return Response(status_code=200)

    return Starlette(routes=[Route(path, call, methods=["POST"])])


async def serve_webhook(
    bot: "ExtBot[int]", receiver: UpdateReceiver, settings: BotSettings
) -> None:
    """Listen, tell Telegram where, and take updates until cancelled.

    Raises:
        SettingsError: the settings don't go together.
        WorldError: the port cannot be had.
    """
    url, secret, listen = check_webhook_settings(settings)
    app = webhook_app(bot, receiver, urlsplit(url).path or "/", secret)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", server_header=False,
        http="h11", ws="none", timeout_graceful_shutdown=5,
    )  # fmt: skip
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    try:
        listening = socket.create_server((listen.host, listen.port), family=family, backlog=128)
    except OSError as error:
        message = f"{listen} cannot be listened on ({error.strerror or error})"
        raise WorldError(f"{message}; choose another BOT_TELEGRAM_WEBHOOK_LISTEN.") from error
    with listening:
        await bot.set_webhook(
            url, secret_token=secret, allowed_updates=Update.ALL_TYPES, max_connections=100
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """Leaves signals to the process around it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
