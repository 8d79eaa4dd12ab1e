"""Lists and unlists with the real commands, in this process.

The chain is `SeaportChain`, OpenSea is its stand-in, and after so many writes and requests the
process is killed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from admin.__main__ import admin
from admin.ledger import Collection, Ledger
from admin.marketplace.opensea import OpenSea
from admin.marketplace.seaport.contract import SEAPORT_1_6
from admin.marketplace.seaport.order import Order
from admin.minting.mint import digest_of
from admin.session import Session
from admin.testing.making import OWNER, make_limits, make_token
from admin.testing.opensea import Opensea, read_order
from admin.testing.seaport_chain import SeaportChain
from admin.wallet.signer import Signer
from ganshare.chain.chain import Chain
from ganshare.chain.rpc import Endpoint
from ganshare.cli import run_cli

__all__ = ["CHAIN_ID", "COLLECTION", "CONTRACT", "TOKENS", "Killed", "Seller"]

CHAIN_ID = 137
CONTRACT = "0x" + "11" * 20
COLLECTION = Collection(CHAIN_ID, CONTRACT)
TOKENS = range(1, 5)
_NO_PATIENCE = {"patience": 0.0, "outage": 0.0, "lag": 0.0, "pace": 0.0}


class Killed(BaseException):  # says what is the case
    """The process is no more."""


class Seller:
    """A chain, an OpenSea and a ledger, and someone who types commands.

    Args:
        url: of the database.
        folder: to work in.
        patch: pytest's, which ends when the test does.
    """

    def __init__(self, url: str, folder: Path, patch: Any) -> None:
        self.chain = SeaportChain(CHAIN_ID)
        self.opensea = Opensea(CONTRACT, fees=[("0x" + "fe" * 20, 1.0)])
        self.url = url
        self.prices = folder / "prices.toml"
        self.confirmations = 0
        self.meanwhile: Callable[[], object] | None = None  # once, after an order is posted
        self.events_left: int | None = None  # until the process is killed
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
        patch.setattr(Session, "chain", lambda _: self.open_chain())
        patch.setattr(Session, "unlock", lambda *_, **__: self.signer)
        patch.setattr(Session, "opensea", lambda *_, **__: self.ask_opensea())
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
        """The seller's key."""
        recipients = frozenset({SEAPORT_1_6, CONTRACT})
        limits = {"chain_id": CHAIN_ID, "recipients": recipients, "seaport": SEAPORT_1_6}
        return Signer(OWNER, make_limits(CONTRACT, **limits))

    @asynccontextmanager
    async def open_chain(self) -> AsyncIterator[Chain]:
        """The chain, to be entered."""
        async with httpx.AsyncClient(transport=self.chain) as client:
            ends = [Endpoint("http://chain.test", client)]
            yield Chain(ends, CHAIN_ID, confirmations=self.confirmations)

    def ask_opensea(self) -> OpenSea:
        """OpenSea's API, without patience."""

        async def answer(request: httpx.Request) -> httpx.Response:
            self._count()
            response = await transport.handle_async_request(request)
            body = await response.aread()
            self._count()
            if request.method == "POST" and self.meanwhile is not None:
                act, self.meanwhile = self.meanwhile, None
                await asyncio.to_thread(act)
            return httpx.Response(response.status_code, headers=response.headers, content=body)

        transport = httpx.ASGITransport(self.opensea.app)
        client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        return OpenSea("http://sea/api/v2", "key", client, **_NO_PATIENCE)

    def _count(self) -> None:
        if self.events_left is not None:
            self.events_left -= 1
            if self.events_left < 0:
                raise Killed

    def type(self, command: str, price: str = "1", currency: str = "POL") -> int | None:
        """Type a command; gives its exit code, None if it is killed."""
        words = command.split()
        if words[0] == "list":
            self.prices.write_text(f'currency = "{currency}"\ndefault = "{price}"\n', "utf-8")
            words += ["--prices", str(self.prices)]
        if words[0] != "reconcile" and "--dry-run" not in words:
            words.append("--yes")
        try:
            return run_cli(admin, words)
        except Killed:
            return None

    def on_sale(self) -> dict[int, list[Order]]:
        """By which orders that someone has seen each token can be bought."""
        seen = {str(body): read_order(body["parameters"]) for body in self.opensea.bodies}
        found: dict[int, list[Order]] = {}
        for order in seen.values():
            if self.chain.can_buy(order):
                found.setdefault(order.offer[0].identifier, []).append(order)
        return found

    async def mint(self) -> None:
        """Let all tokens be the seller's, on the chain and in the ledger."""
        tokens = [make_token(COLLECTION, number, metadata="{}") for number in TOKENS]
        for each in tokens:
            self.chain.tokens[each.token] = (OWNER.address, digest_of(each))
        async with Ledger(self.url) as ledger, ledger.held():
            await ledger.plan(tokens)
            await ledger.note_minted(COLLECTION, {each.token: OWNER.address for each in tokens})
