"""A marketplace on loopback, planned paintings, and the admin as a process before both."""

import asyncio
import hashlib
import io
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from PIL import Image

from admin.ledger import Collection, Ledger, Listing, Token, TokenState
from admin.marketplace.seaport.contract import SEAPORT_1_6
from admin.marketplace.seaport.order import NATIVE
from admin.testing.making import make_item, make_quick_keystore
from admin.testing.marketplace import Marketplace
from admin.testing.marketplace.orders import OrderTerms
from admin.testing.services import serve
from ganshare.blobs import open_blobs
from ganshare.store import open_store

CHAIN_ID = 137
COLLECTION = "0x495f947276749Ce646f68AC8c248420045cb7b5e"
FEE_RECIPIENT = "0x0000a26b00c1F0DF003000390027140000fAa719"
PASSWORD = "correct horse battery staple"
PRICE = "0.05"


@dataclass
class Shop:
    """What the commands need, and what they left behind; `key` is the seller's.

    The minter's is another one, which the pages must never see.
    """

    market: Marketplace
    folder: Path
    environment: dict[str, str]
    key: bytes

    @property
    def url(self) -> str:
        return self.environment["GANSHARE_DATABASE_URL"]

    @property
    def collection(self) -> Collection:
        return Collection(CHAIN_ID, COLLECTION)

    @property
    def owner(self) -> str:
        return str(Account.from_key(self.key).address)

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        read, write = os.pipe()
        os.write(write, PASSWORD.encode() + b"\n")
        os.close(write)
        secret = () if arguments == ("status",) else ("--password-fd", str(read))
        with (self.folder / "admin.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "admin", *arguments, *secret],
                env=os.environ | self.environment,
                cwd=self.folder,
                pass_fds=(read,),
                stdout=log,
                stderr=log,
            )
        os.close(read)
        return process

    def mint(self, *more: str) -> "subprocess.Popen[bytes]":
        return self.start("mint", "--route", "browser", "--yes", *more)

    def list(self, *more: str) -> "subprocess.Popen[bytes]":
        prices = ("--prices", "prices.toml")
        return self.start("list", "--route", "browser", "--yes", *prices, *more)

    def run(self, *arguments: str) -> int:
        return self.start(*arguments).wait(900)

    def log(self) -> str:
        return (self.folder / "admin.log").read_text("utf-8", "replace")

    def tokens(self) -> "list[Token]":
        return asyncio.run(self._read(lambda ledger: ledger.tokens(self.collection)))

    def listings(self) -> "list[Listing]":
        return asyncio.run(self._read(lambda ledger: ledger.listings(self.collection)))

    def states(self) -> dict[str, int]:
        return dict(Counter(str(each.state) for each in self.tokens()))

    async def _read(self, read: Callable[[Ledger], Any]) -> Any:
        async with Ledger(self.url) as ledger:
            return await read(ledger)


@contextmanager
def shop(folder: Path, count: int, **behaviour: Any) -> Iterator[Shop]:
    """A marketplace that behaves so, and a ledger with so many planned paintings."""
    key = bytes(Account.create().key)
    terms = OrderTerms(CHAIN_ID, SEAPORT_1_6, COLLECTION, FEE_RECIPIENT)
    market = Marketplace(terms, **behaviour)
    make_quick_keystore(folder / "minter.json", PASSWORD, bytes(Account.create().key))
    make_quick_keystore(folder / "seller.json", PASSWORD, key)
    (folder / "prices.toml").write_text(f'currency = "POL"\ndefault = "{PRICE}"\n', "utf-8")
    with ExitStack() as stack:
        environment = {
            "GANSHARE_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/ganshare.db",
            "GANSHARE_BLOBS_URL": f"file://{folder}/blobs",
            "GANSHARE_LOG": "json",
            "ADMIN_CHAIN_ID": str(CHAIN_ID),
            "ADMIN_KEYSTORE": str(folder / "minter.json"),
            "ADMIN_SELLER_KEYSTORE": str(folder / "seller.json"),
            "ADMIN_COLLECTION": COLLECTION,
            "ADMIN_OPENSEA_WEB_BASE": stack.enter_context(serve(market.app)),
            "ADMIN_BROWSER_CURRENCY": f"POL {NATIVE} 18",
            "ADMIN_BROWSER_PAUSE_SECONDS": "0",
            "ADMIN_BROWSER_PATIENCE_SECONDS": "3",
        }
        made = Shop(market, folder, environment, key)
        asyncio.run(_plan(made, count))
        yield made


async def _plan(made: Shop, count: int) -> None:
    blobs = open_blobs(made.environment["GANSHARE_BLOBS_URL"])
    async with open_store(made.url, migrate=True):
        pass
    tokens = []
    for number in range(count):
        picture = io.BytesIO()
        Image.new("RGB", (64, 64), (number, 2 * number, 255 - number)).save(picture, "PNG")
        data = picture.getvalue()
        key = f"pictures/{number:032x}/1.png"
        await blobs.put(key, data)
        digest = hashlib.sha256(data).hexdigest()
        # Two of three prompts are the same; one has what keyboards don't.
        prompt = "Abstract Painting of a Fox 🦊" if number % 3 else f"Cubist Painting {number}"
        item = make_item(number, sha256=digest, blob=key, prompt=prompt)
        tokens.append(Token(made.collection, int(digest, 16), item["id"], TokenState.PLANNED, item))
    async with Ledger(made.url) as ledger, ledger.held():
        await ledger.plan(tokens)


@pytest.fixture
def make_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    with ExitStack() as stack:

        def make(count: int, **behaviour: Any) -> Shop:
            return stack.enter_context(shop(tmp_path, count, **behaviour))

        yield make
