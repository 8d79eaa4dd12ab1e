"""At most one order per token can be bought by, at the last agreed price.

Whatever OpenSea answers, however late it knows an order, wherever a command is killed.
"""

import asyncio
import contextlib
import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from admin.__main__ import admin
from admin.chain.chain import Chain
from admin.chain.rpc import Endpoint
from admin.ledger import Collection, Ledger, ListingState
from admin.marketplace.opensea import OpenSea, OpenSeaAway
from admin.marketplace.seaport.contract import SEAPORT_1_6
from admin.marketplace.seaport.order import Order
from admin.minting.list import LIVE, Shop, sign_all
from admin.minting.mint import digest_of
from admin.minting.post import post_all
from admin.session import Session
from admin.testing.making import OWNER, make_limits, make_token
from admin.testing.opensea import BODIES, PORTALS, Answer, Opensea, read_order
from admin.testing.seaport_chain import SeaportChain
from admin.wallet.signer import Signer
from ganshare.cli import run_cli
from ganshare.errors import SettingsError

CHAIN_ID = 137
CONTRACT = "0x" + "11" * 20
COLLECTION = Collection(CHAIN_ID, CONTRACT)
BUYER = "0x" + "bb" * 20
TOKENS = range(1, 5)
STATUSES = (0, 200, 201, 202, 204, 301, 400, 403, 404, 409, 429, 500, 503)
ANSWERS = [
    Answer(status, stored, body)
    for status, stored, body in itertools.product(STATUSES, (True, False), BODIES)
    if status != 204 or body == "empty"  # has no body
]
ENDED = ListingState.CANCELLED
COMMANDS = ("list", "list --reprice", "unlist --all", "unlist 1", "reconcile", "list --dry-run")


class Killed(BaseException):
    """The process is no more."""


class World:
    """A chain, an OpenSea and a ledger, and somebody who types commands."""

    def __init__(self, url: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.chain = SeaportChain(CHAIN_ID)
        self.opensea = Opensea(CONTRACT, fees=[("0x" + "fe" * 20, 1.0)])
        self.url = url
        self.prices = folder / "prices.toml"
        self.events_left: int | None = None  # until the process is killed
        self.agreed: dict[int, int] = {}
        settings = {
            "GANSHARE_DATABASE_URL": url,
            "ADMIN_RPC_URLS": "http://chain.test",
            "ADMIN_COLLECTION": CONTRACT,
            "ADMIN_CONFIRMATIONS": "0",
            "ADMIN_OPENSEA_COLLECTION": "paintings",
            "ADMIN_OPENSEA_API_KEY": "key",
        }
        for name, value in settings.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        patch.setattr(Session, "chain", lambda _: self._chain())
        patch.setattr(Session, "unlock", lambda *_, **__: self.signer)
        patch.setattr(Session, "opensea", lambda *_, **__: self._api())
        patch.setattr(Session, "address", OWNER.address)
        write = Ledger._write

        async def counted(ledger: Ledger, *values: Any) -> Any:
            self._count()
            done = await write(ledger, *values)
            self._count()
            return done

        patch.setattr(Ledger, "_write", counted)

    @property
    def signer(self) -> Signer:
        recipients = frozenset({SEAPORT_1_6, CONTRACT})
        limits = {"chain_id": CHAIN_ID, "recipients": recipients, "seaport": SEAPORT_1_6}
        return Signer(OWNER, make_limits(CONTRACT, **limits))

    @asynccontextmanager
    async def _chain(self) -> AsyncIterator[Chain]:
        async with httpx.AsyncClient(transport=self.chain) as client:
            yield Chain([Endpoint("http://chain.test", client)], CHAIN_ID)

    def _api(self) -> OpenSea:
        async def answer(request: httpx.Request) -> httpx.Response:
            self._count()
            response = await transport.handle_async_request(request)
            body = await response.aread()
            self._count()
            return httpx.Response(response.status_code, headers=response.headers, content=body)

        transport = httpx.ASGITransport(self.opensea.app)
        client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        return OpenSea("http://sea/api/v2", "key", client, **NO_PATIENCE)

    def _count(self) -> None:
        if self.events_left is not None:
            self.events_left -= 1
            if self.events_left < 0:
                raise Killed

    def type(self, command: str, price: str = "1") -> int | None:
        """Type a command; gives its exit code, None if it is killed."""
        words = command.split()
        if words[0] == "list":
            self.prices.write_text(f'currency = "POL"\ndefault = "{price}"\n', "utf-8")
            words += ["--prices", str(self.prices)]
        if words[0] != "reconcile" and "--dry-run" not in words:
            words.append("--yes")
        try:
            return run_cli(admin, words)
        except Killed:
            return None

    def on_sale(self) -> dict[int, list[Order]]:
        """By which orders that somebody has seen each token can be bought."""
        seen = {str(body): read_order(body["parameters"]) for body in self.opensea.bodies}
        found: dict[int, list[Order]] = {}
        for order in seen.values():
            if self.chain.can_buy(order):
                found.setdefault(order.offer[0].identifier, []).append(order)
        return found


NO_PATIENCE = {"patience": 0.0, "outage": 0.0, "lag": 0.0, "pace": 0.0}


@pytest.fixture
def make_world(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[[], World]]:
    numbers = itertools.count()
    with pytest.MonkeyPatch.context() as patch:

        def make() -> World:
            folder = tmp_path / str(next(numbers))
            folder.mkdir()
            shutil.copy(sqlite_template, folder / "ledger.db")
            patch.undo()
            world = World(f"sqlite+aiosqlite:///{folder}/ledger.db", folder, patch)
            asyncio.run(mint(world))
            return world

        yield make


async def mint(world: World) -> None:
    tokens = [make_token(COLLECTION, number, metadata="{}") for number in TOKENS]
    for each in tokens:
        world.chain.tokens[each.token] = (OWNER.address, digest_of(each))
    async with Ledger(world.url) as ledger, ledger.held():
        await ledger.plan(tokens)
        await ledger.note_minted(COLLECTION, {each.token: OWNER.address for each in tokens})


def check(world: World) -> None:
    orders = world.on_sale()
    assert all(len(each) == 1 for each in orders.values()), orders


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(COMMANDS),
            st.sampled_from(["0.05", "1", "500"]),
            st.lists(st.sampled_from(ANSWERS), max_size=3),
            st.sampled_from([0, 1_000]),  # how often OpenSea doesn't know what it has
            st.sampled_from([0, 0, 0, *PORTALS]),
            st.none() | st.integers(0, 60),  # when it is killed
        ),
        min_size=1,
        max_size=5,
    )
)
def test_no_token_can_be_bought_by_two_orders_nor_below_the_last_price(
    make_world: Callable[[], World], steps: list[Any]
) -> None:
    world = make_world()
    for command, price, answers, late, portal, kill in steps:
        world.opensea.troubles, world.opensea.late = tuple(answers), late
        world.opensea.portal, world.events_left = portal, kill
        code = world.type(command, price)
        world.events_left = None
        assert code != 1
        check(world)
        if code == 0 and command == "unlist --all":
            assert world.on_sale() == {}
    world.opensea.troubles, world.opensea.late, world.opensea.portal = (), 0, 0
    assert world.type("list --reprice", "500") == 0
    check(world)
    prices = [each.price for orders in world.on_sale().values() for each in orders]
    assert prices == [500 * 10**18] * len(TOKENS)
    assert world.type("reconcile") == 0
    assert world.type("unlist --all") == 0
    assert world.on_sale() == {}


async def offer(world: World, shop: Shop, chain: Chain, ledger: Ledger, price: int) -> None:
    """Sign what is for sale, and post it."""
    prices = {TOKENS[0]: price}
    await sign_all(ledger, world.signer, chain, shop, prices)
    with contextlib.suppress(OpenSeaAway, SettingsError):
        async for _ in post_all(ledger, world._api(), shop, prices):
            pass


async def test_no_answer_makes_an_order_forgotten(make_world: Callable[[], World]) -> None:
    world = await asyncio.to_thread(make_world)
    market = await world._api().terms("paintings", CONTRACT, CHAIN_ID)
    shop = Shop(COLLECTION, SEAPORT_1_6, "0x" + "0c" * 32, market, 86_400)
    world.opensea.late = 1_000
    async with world._chain() as chain, Ledger(world.url) as ledger, ledger.held():
        for answer in (each for each in ANSWERS if each.stored):
            world.opensea.troubles = (answer,)
            await offer(world, shop, chain, ledger, 10_000)
            live = await ledger.listings(COLLECTION, *LIVE)
            assert len(live) == 1, answer
            if 200 <= answer.status < 300 and answer.body in ("listing", "empty"):
                assert live[0].state is ListingState.POSTED, answer
            refused = answer.status == 400 and answer.body == "errors"
            assert refused or not any(each.state is ListingState.REFUSED for each in live), answer
            # Nothing is signed beside what OpenSea was shown.
            await offer(world, shop, chain, ledger, 10**9)
            check(world)
            again = await ledger.listings(COLLECTION, *LIVE)
            assert [each.hash for each in again] == [each.hash for each in live], answer
            await ledger.move_listings(again, ENDED)
            world.chain.counters[OWNER.address] = len(world.opensea.bodies)
            world.opensea.listings.clear()
