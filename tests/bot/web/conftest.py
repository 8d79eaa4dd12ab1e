"""The page over a real store and real blobs, and visitors who keep cookies and send forms."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.app import Front
from bot.core.dispatcher import Dispatcher, DispatcherOptions
from bot.core.moderation.prompt_filter import open_moderation
from bot.core.rendering.catalogue import load_words
from bot.testing.fake_engine import FakeEngine
from bot.web.app import web_app
from bot.web.server import WebServer
from ganshare.blobs import open_blobs
from ganshare.settings import BotSettings, Listen
from ganshare.store import Store, open_store
from ganshare.testing import TIMEOUT, make_report

URL = "http://127.0.0.1:8000"


@dataclass
class Element:
    """An element of a page, with the text within."""

    tag: str
    attributes: dict[str, str]
    text: str = ""

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


class Page(HTMLParser):
    """The elements of a page, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in ("img", "input", "link", "meta", "br", "hr"):
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of this tag with these attributes; `class_` for class."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            each
            for each in self.elements
            if each.tag == tag and wanted.items() <= each.attributes.items()
        ]

    def first(self, tag: str, **attributes: str) -> Element:
        return self.all(tag, **attributes)[0]

    def fields(self) -> dict[str, str]:
        """What the page's hidden fields say."""
        return {each["name"]: each["value"] for each in self.all("input", type="hidden")}


@dataclass
class Visitor:
    """A browser without scripts: keeps cookies, follows redirections when told."""

    client: httpx.AsyncClient

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.client.get(path, **options)

    async def page(self, path: str, status: int = 200) -> Page:
        response = await self.client.get(path, follow_redirects=True)
        assert response.status_code == status, response.text
        return Page(response.text)

    async def send(
        self, path: str, values: dict[str, str], *, from_page: str = "/", **options: Any
    ) -> httpx.Response:
        """Send a form as the page has it, with the values of its hidden fields."""
        fields = (await self.page(from_page)).fields()
        headers = {"Referer": URL + from_page, "Origin": URL}
        data = {"token": fields["token"], "nonce": fields.get("nonce", "")} | values
        return await self.client.post(path, data=data, headers=headers, **options)


@dataclass
class Place:
    """A page with all that stands behind it.

    Args:
        front: what the page is built on.
        engine: publishes what no engine painted.
    """

    front: Front
    engine: FakeEngine
    stack: AsyncExitStack

    @property
    def store(self) -> Store:
        return self.front.store

    async def visitor(self, **settings: Any) -> Visitor:
        """Somebody who was never here; with settings, at a page of their own."""
        app = web_app(self.front, BotSettings(**({"web_guests_per_day": 50} | settings)))
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 40000))
        client = httpx.AsyncClient(transport=transport, base_url=URL)
        return Visitor(await self.stack.enter_async_context(client))

    async def member(self, person: str = "discord:42", **settings: Any) -> Visitor:
        """Somebody who signed in with a link from the chat."""
        visitor = await self.visitor(**settings)
        token = await self.store.accounts.new_sign_in(person, "Ann")
        answer = await visitor.send("/sign-in", {"sign_in": token})
        assert answer.status_code == 303
        return visitor

    @asynccontextmanager
    async def served(self, **settings: Any) -> AsyncIterator[str]:
        """The page on a real socket, by a real server."""
        values = {"web_listen": Listen("127.0.0.1", 0), "web_guests_per_day": 50}
        server = WebServer(self.front, BotSettings(**(values | settings)))
        task = asyncio.create_task(server.run())
        try:
            yield server.url
        finally:
            server.stop()
            await asyncio.wait_for(task, TIMEOUT)


@pytest.fixture
async def place(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(sqlite_url))
        blobs = open_blobs(f"file://{tmp_path}/blobs")
        words, moderation = load_words(), open_moderation()
        dispatcher = Dispatcher(
            store, blobs, words, moderation, DispatcherOptions(guests_per_day=50)
        )
        await store.queue.report_engine(make_report())
        yield Place(
            Front(store, blobs, words, moderation, dispatcher), FakeEngine(store, blobs), stack
        )


@pytest.fixture(scope="module")
def shares() -> Any:
    """Shares on a chain in this process, of which Ann has one."""
    from admin.testing.evm import Evm
    from admin.testing.shares import ANN, Shares, deploy_shares

    evm = Evm()
    made = Shares(evm, deploy_shares(evm))
    made.give(ANN.address)
    return made


@pytest.fixture
def gated(place: Place, shares: Any) -> Place:
    """The page with a gate before it."""
    from admin.testing.evm import CHAIN_ID
    from ganshare.domain.shares import ShareToken, Terms
    from ganshare.shares.gate import Gate
    from ganshare.shares.reader import ShareReader
    from ganshare.shares.terms import GateSettings

    token = ShareToken(CHAIN_ID, shares.address.lower(), (1,))
    terms = Terms(tuple(token.names), seconds=36_000.0)
    settings = GateSettings(token, terms, ("http://endpoint0",), confirmations=0)
    front = place.front
    gate = Gate(front.store, settings, ShareReader(shares.evm.chain, token, 0))
    dispatcher = Dispatcher(
        front.store, front.blobs, front.words, front.moderation, DispatcherOptions(), gate
    )
    place.front = replace(front, gate=gate, dispatcher=dispatcher)
    return place
