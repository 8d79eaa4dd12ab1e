"""Times planning and signing: `python -m benchmarks.minting [--paintings N]`."""

import argparse
import asyncio
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eth_account import Account

from admin.commands.plan import plan_tokens
from admin.curation.manifest import as_csv, read_manifest
from admin.estimate import estimate_mint, estimate_sale
from admin.marketplace.seaport.amounts import Currency, Fee
from admin.marketplace.seaport.contract import SEAPORT_1_6
from admin.marketplace.terms import MarketTerms
from admin.minting.list import Shop, sign_all
from admin.minting.metadata import rarities
from admin.minting.mint import BATCH
from admin.minting.prices import Prices
from admin.session import Session, open_session
from admin.wallet.fees import GWEI, Fees
from admin.wallet.signer import Limits, Signer
from ganshare.chain.chain import Chain
from ganshare.domain.votes import CuratedItem
from ganshare.store import open_store
from wordlists import word_lists

COLLECTION = "0x" + "11" * 20
WETH = Currency("WETH", "0x" + "7c" * 20, 18)
FEES = (Fee("0x" + "fe" * 20, 100), Fee("0x" + "cc" * 20, 500, required=False))
PRICES = Prices("WETH", "0.05", (({"Style": "Cubist"}, "0.2"), ({"Colour": "Teal"}, "0.1")))


class Quiet(Chain):
    """A chain of which only the time and a counter are asked."""

    async def time(self) -> int:
        """Any."""
        return 1_800_000_000

    async def call(self, to: str, function: Any, *values: Any) -> tuple[Any, ...]:
        """Zero."""
        return (0,)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long it took."""
    began = time.perf_counter()
    yield
    print(f"{what:<52} {time.perf_counter() - began:7.2f} s", flush=True)


def manifest(count: int) -> list[CuratedItem]:
    """A curated set of so many paintings."""
    words = word_lists()
    return [
        CuratedItem(
            id=f"artwork{number:06}",
            sha256=hashlib.sha256(str(number).encode()).hexdigest(),
            blob=f"pictures/{number:032x}/1.png",
            prompt=f"a painting, number {number}",
            attributes={"Style": words.styles[number % len(words.styles)], "Hex": "#102030"},
            seed=number,
            model="paintings-f8",
            steps=200,
            width=1024,
            height=1024,
            may_sell=True,
            requester="discord:1",
            votes=number % 90,
            views=100,
            bound=0.5,
            rank=1,
            round=f"round{number // 5}",
            approved_by="terminal:me",
            approved=1_800_000_000.0,
            reason="",
        )
        for number in range(count)
    ]


async def measure(file: Path) -> None:
    """Plan and sign what the manifest has, on an empty database."""
    url = os.environ["GANSHARE_DATABASE_URL"]
    async with open_store(url, migrate=True):
        pass
    async with open_session() as session:
        with timed("plan: manifest read, costs counted, ledger written"):
            await plan(session, file)
        await sign(session)


async def plan(session: Session, file: Path) -> None:
    """Take the paintings into the ledger, as `ganshare admin plan --manifest` does."""
    tokens = await plan_tokens(session, read_manifest(file))
    async with session.ledger.held():
        await session.ledger.plan(tokens)
    every = await session.ledger.tokens(session.collection)
    estimate_mint(every, BATCH, Fees(80 * GWEI, 30 * GWEI)).lines()
    estimate_sale(every, PRICES, shop_of(session))
    rarities([each.item for each in every])


async def sign(session: Session) -> None:
    """Sign an order for each of them, as `ganshare admin list` does before it posts."""
    account = Account.create()
    limits = Limits(137, frozenset(), 1, 1, 1, seaport=SEAPORT_1_6, collection=COLLECTION)
    async with session.ledger.held():
        tokens = await session.ledger.tokens(session.collection)
        await session.ledger.note_minted(
            session.collection, {each.token: account.address for each in tokens}
        )
        prices = {each.token: PRICES.of(each.item, WETH) for each in tokens}
        with timed(f"sign: {len(tokens)} orders, one signature, ledger written"):
            signed = await sign_all(
                session.ledger,
                Signer(account, limits),
                Quiet([], 137),
                shop_of(session),
                prices,
            )
    if len(signed) != len(tokens):
        raise SystemExit(f"Only {len(signed)} orders were signed.")


def shop_of(session: Session) -> Shop:
    """Terms as OpenSea gives them."""
    market = MarketTerms("paintings", "polygon", FEES, WETH, None)
    return Shop(session.collection, SEAPORT_1_6, "0x" + "0c" * 32, market, 30 * 86_400)


def main() -> None:
    """Measure in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paintings", type=int, default=1000)
    count = parser.parse_args().paintings
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "set.csv"
        file.write_text(as_csv(manifest(count)), "utf-8")
        print(f"{count} paintings, {file.stat().st_size / 1e6:.1f} MB of CSV, SQLite")
        os.environ |= {
            "GANSHARE_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/ledger.db",
            "ADMIN_COLLECTION": COLLECTION,
            "GANSHARE_LOG_LEVEL": "warning",
        }
        asyncio.run(measure(file))


if __name__ == "__main__":
    main()
