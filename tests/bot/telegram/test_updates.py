"""Updates: each handled once and at once, confirmed when nothing of them can be lost any more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from structlog.testing import LogCapture
from telegram import Update
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.telegram import updates as updates_module
from bot.telegram.updates import Handled, UpdateReceiver, poll
from bot.telegram.webhook import check_webhook_settings, webhook_app
from bot.testing.telegram_people import someone
from bot.testing.telegram_server import TelegramServer
from ganshare.errors import SettingsError
from ganshare.monitoring.log import pseudonym
from ganshare.settings import BotSettings
from ganshare.testing import TIMEOUT

SECRET = "s3cret_-"


@pytest.fixture
def log() -> LogCapture:
    """What is logged, with what is bound to it."""
    capture = LogCapture()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    return capture


@pytest.fixture
async def bot(telegram: TelegramServer) -> AsyncIterator["ExtBot[None]"]:
    base = telegram.environment["BOT_TELEGRAM_BASE_URL"]
    async with ExtBot(telegram.token, base_url=base) as bot:
        yield bot


class Handler:
    """Writes down what it was given, and holds on to what is called slow."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, update: Update, handled: Handled) -> None:
        assert update.message is not None
        text = update.message.text or ""
        self.begun.append(text)
        if "taken" in text:
            handled.taken.set()
        if "slow" in text:
            await self.go_on.wait()
        if "broken" in text:
            raise ZeroDivisionError


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(TIMEOUT):
        while not true():  # noqa: ASYNC110 - nobody would set an event for us
            await asyncio.sleep(0.01)


@pytest.fixture
def run(bot: "ExtBot[None]") -> Callable[[Handler], Awaitable[asyncio.Task[None]]]:
    async def start(handler: Handler) -> asyncio.Task[None]:
        return asyncio.create_task(poll(bot, UpdateReceiver(handler)))  # type: ignore[arg-type]

    return start


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_slow_handler_keeps_nobody_waiting_and_is_not_confirmed(
    telegram: TelegramServer, run: Callable[[Handler], Awaitable[asyncio.Task[None]]]
) -> None:
    ann, handler = someone(telegram.world, "Ann"), Handler()
    polling = await run(handler)
    await ann.say("slow one")
    await ann.say("two")
    await until(lambda: handler.begun == ["slow one", "two"])
    await asyncio.sleep(0.5)
    assert handler.begun == ["slow one", "two"]  # though the first came again and again
    assert [each["message"]["text"] for each in telegram.world.pending] == ["slow one", "two"]
    await ann.say("three")
    await until(lambda: "three" in handler.begun)
    handler.go_on.set()
    await until(lambda: telegram.world.pending == [])
    await stop(polling)


async def test_what_was_not_done_when_the_process_died_comes_again(
    telegram: TelegramServer, run: Callable[[Handler], Awaitable[asyncio.Task[None]]]
) -> None:
    ann, handler = someone(telegram.world, "Ann"), Handler()
    polling = await run(handler)
    await ann.say("slow one")
    await until(lambda: handler.begun)
    await stop(polling)
    next_handler = Handler()
    polling = await run(next_handler)
    await until(lambda: next_handler.begun == ["slow one"])
    await stop(polling)


async def test_what_is_done_and_only_waits_to_be_said_is_confirmed(
    telegram: TelegramServer,
    run: Callable[[Handler], Awaitable[asyncio.Task[None]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(updates_module, "_SECONDS_TO_SAY", 0.1)
    ann, handler = someone(telegram.world, "Ann"), Handler()
    polling = await run(handler)
    await ann.say("slow but taken")
    await until(lambda: handler.begun and telegram.world.pending == [])
    await stop(polling)


async def test_a_handler_that_fails_is_logged_and_stops_nothing(
    telegram: TelegramServer,
    run: Callable[[Handler], Awaitable[asyncio.Task[None]]],
    log: LogCapture,
) -> None:
    ann, handler = someone(telegram.world, "Ann"), Handler()
    polling = await run(handler)
    await ann.say("broken")
    await ann.say("two")
    await until(lambda: handler.begun == ["broken", "two"] and telegram.world.pending == [])
    (entry,) = [each for each in log.entries if each["log_level"] == "error"]
    assert entry["event"] == "an update was not handled"
    assert entry["exc_info"]
    who = pseudonym(f"telegram:{ann.id}")  # whose private chat it is, too
    assert (entry["update"], entry["chat"], entry["person"]) == (1001, who, who)
    await stop(polling)


async def test_the_network_may_go_and_come_back(
    telegram: TelegramServer,
    run: Callable[[Handler], Awaitable[asyncio.Task[None]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(updates_module, "_RETRY", (0.05,))
    ann, handler = someone(telegram.world, "Ann"), Handler()
    polling = await run(handler)
    await asyncio.sleep(0.1)
    await telegram.cut()
    await ann.say("one")
    await asyncio.sleep(0.2)
    await telegram.start()
    await until(lambda: handler.begun == ["one"])
    await stop(polling)


async def test_a_refused_token_ends_it_with_what_to_do(telegram: TelegramServer) -> None:
    base = telegram.environment["BOT_TELEGRAM_BASE_URL"]
    wrong = ExtBot("1:wrong", base_url=base)
    await wrong._request[0].initialize()
    with pytest.raises(SettingsError, match="@BotFather"):
        await poll(wrong, UpdateReceiver(Handler()))
    await wrong._request[0].shutdown()


# --- another Bot API server --------------------------------------------------------------------


class Naive:
    """A server that forgets nothing, waits for nothing, and sends whatever it was given."""

    def __init__(self, *updates: dict[str, object]) -> None:
        self.updates = list(updates)
        self.asked: list[int] = []

    async def answer(self, request: Request) -> JSONResponse:
        if request.path_params["method"] == "getMe":
            me = {"id": 1, "is_bot": True, "first_name": "Bot"}
            return JSONResponse({"ok": True, "result": me})
        offset = int((await request.form()).get("offset", "0"))
        self.asked.append(offset)
        found = [each for each in self.updates if int(str(each["update_id"])) >= offset]
        return JSONResponse({"ok": True, "result": found})

    @asynccontextmanager
    async def polled(self, handler: Handler) -> AsyncIterator[None]:
        app = Starlette(routes=[Route("/bot1:x/{method}", self.answer, methods=["POST"])])
        kinds = [
            HTTPXRequest(httpx_kwargs={"transport": httpx.ASGITransport(app)}) for _ in range(2)
        ]
        async with ExtBot(
            "1:x", "http://there/bot", request=kinds[0], get_updates_request=kinds[1]
        ) as bot:
            polling = asyncio.create_task(poll(bot, UpdateReceiver(handler)))  # type: ignore[arg-type]
            yield
            await stop(polling)


async def test_a_server_that_forgets_and_waits_for_nothing_is_not_flooded(
    handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates_module, "_PAUSE", 0.05)
    server = Naive(update(1, "one"), update(2, "two"))
    began = asyncio.get_running_loop().time()
    async with server.polled(handler):
        await until(lambda: len(server.asked) >= 8)
    assert handler.begun == ["one", "two"]
    assert server.asked[-1] == 3
    assert asyncio.get_running_loop().time() - began >= 0.2


async def test_an_update_that_cannot_be_read_stops_nobody(
    handler: Handler, log: LogCapture
) -> None:
    poison: dict[str, object] = {"update_id": 2, "message": {"message_id": 1, "text": "secret"}}
    server = Naive(update(1, "one"), poison, update(3, "three"))
    async with server.polled(handler):
        await until(lambda: server.asked[-1:] == [4])
    assert handler.begun == ["one", "three"]
    entry = next(each for each in log.entries if each["event"] == "an update cannot be read")
    assert (entry["update"], entry["reason"]) == (2, "KeyError")
    assert "secret" not in str(log.entries)


# --- the webhook ------------------------------------------------------------------------------


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def app(bot: "ExtBot[None]", handler: Handler) -> Starlette:
    return webhook_app(bot, UpdateReceiver(handler), "/telegram", SECRET)  # type: ignore[arg-type]


def caller(app: Starlette, secret: str | None = SECRET) -> httpx.AsyncClient:
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://here", headers=headers)


def update(number: int, text: str) -> dict[str, object]:
    chat = {"id": 1, "type": "private", "first_name": "Ann"}
    return {
        "update_id": number,
        "message": {"message_id": number, "date": 0, "chat": chat, "text": text},
    }


async def test_a_call_is_answered_when_its_update_is_handled(
    app: Starlette, handler: Handler
) -> None:
    async with caller(app) as client:
        slow = asyncio.create_task(client.post("/telegram", json=update(1, "slow one")))
        await until(lambda: handler.begun)
        assert (await client.post("/telegram", json=update(2, "two"))).status_code == 200
        assert not slow.done()
        handler.go_on.set()
        assert (await slow).status_code == 200
        assert (await client.post("/telegram", json=update(2, "two"))).status_code == 200
    assert handler.begun == ["slow one", "two"]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "s3cret_é"])
async def test_a_wrong_secret_is_refused_and_does_nothing(
    app: Starlette, handler: Handler, secret: str | None
) -> None:
    async with caller(app, None) as client:
        headers = {} if secret is None else {b"X-Telegram-Bot-Api-Secret-Token": secret.encode()}
        answer = await client.post("/telegram", json=update(1, "x"), headers=headers)
    assert answer.status_code == 403
    assert handler.begun == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b"{}", 400),
        (b'{"update_id": 1, "message": {"message_id": 1}}', 400),
        (b"[" * 100_000, 400),
        (b" " * 1_100_000, 413),
    ],
)
async def test_whatever_is_no_update_is_refused(
    app: Starlette, handler: Handler, body: bytes, code: int
) -> None:
    async with caller(app) as client:
        assert (await client.post("/telegram", content=body)).status_code == code
        assert (await client.get("/telegram")).status_code == 405
    assert handler.begun == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"telegram_webhook_url": "example.com/x"}, "must begin with https"),
        ({"telegram_webhook_secret": None}, "needs BOT_TELEGRAM_WEBHOOK_SECRET"),
        ({"telegram_webhook_secret": "no spaces"}, "needs BOT_TELEGRAM_WEBHOOK_SECRET"),
        ({"telegram_webhook_listen": "off"}, "needs BOT_TELEGRAM_WEBHOOK_LISTEN"),
    ],
)
def test_a_webhooks_settings_go_together(settings: dict[str, object], sentence: str) -> None:
    good = {
        "telegram_webhook_url": "https://example.com/telegram",
        "telegram_webhook_secret": SECRET,
        "telegram_webhook_listen": "127.0.0.1:8443",
    }
    assert check_webhook_settings(BotSettings(**good))[1] == SECRET
    with pytest.raises(SettingsError, match=sentence):
        check_webhook_settings(BotSettings(**(good | settings)))
