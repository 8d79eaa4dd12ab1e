"""`ganshare admin books`: what was sold and paid, exactly, by day, currency and token."""

import asyncio
import csv
import io
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin.__main__ import admin
from admin.ledger import (
    Attempt,
    Collection,
    Ledger,
    Listing,
    ListingState,
    Transaction,
    TransactionState,
)
from admin.marketplace.seaport.amounts import Currency, Fee
from admin.marketplace.seaport.listing import Terms, listing
from admin.marketplace.seaport.order import NO_KEY
from admin.testing.making import OWNER, make_quick_keystore, make_token
from ganshare.cli import run_cli
from ganshare.settings import AdminSettings, load

COLLECTION = Collection(137, "0x" + "11" * 20)
USDC = Currency("USDC", "0x" + "e7" * 20, 6)
CREATOR = "0x" + "cc" * 20
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


def make_listing(token: int, price: str) -> Listing:
    [market] = load(AdminSettings).browser_fee_recipients
    fees = (Fee(market, 100), Fee(CREATOR, 500))
    terms = Terms(
        OWNER.address, COLLECTION.address, USDC, fees, None, NO_KEY, 1_700_000_000, 86_400, 0
    )
    order = listing(terms, token, USDC.parse(price))
    return Listing(
        COLLECTION, token, 0, f"0x{token:064x}", order, b"", ListingState.SIGNED, "USDC", 6
    )


async def fill(url: str) -> None:
    async with Ledger(url) as ledger, ledger.held():
        await ledger.plan([make_token(COLLECTION, number) for number in (1, 2, 3)])
        made = [make_listing(1, "12.5"), make_listing(2, "7.000001"), make_listing(3, "1")]
        await ledger.record_listings(made)
        await ledger.move_listings(made[:2], ListingState.FILLED)
        for nonce, state in enumerate((TransactionState.CONFIRMED, TransactionState.REVERTED)):
            sent = Transaction(
                137, OWNER.address, nonce, "cancel", ("1",), COLLECTION.address, b"", 0, 1,
                TransactionState.SENT, 10**18,
            )  # fmt: skip
            attempt = Attempt(f"0x{nonce:064x}", b"", 1, 1)
            await ledger.record(sent, attempt)
            await ledger.settle(sent, state, cost=10**15 + nonce, hash=attempt.hash, block=1)


@pytest.fixture
def books(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[dict[str, str]]]:
    monkeypatch.chdir(tmp_path)
    for name in [each for each in os.environ if each.startswith(("ADMIN_", "GANSHARE_"))]:
        monkeypatch.delenv(name)
    make_quick_keystore(tmp_path / "k.json", "correct horse battery", bytes(OWNER.key))
    monkeypatch.setenv("GANSHARE_DATABASE_URL", url)
    monkeypatch.setenv("ADMIN_COLLECTION", COLLECTION.address)
    monkeypatch.setenv("ADMIN_KEYSTORE", str(tmp_path / "k.json"))

    def read(*arguments: str) -> list[dict[str, str]]:
        capsys.readouterr()
        assert run_cli(admin, ["books", *arguments], "ganshare admin") == 0
        return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    return read


def test_each_amount_is_there_once_and_exact(
    url: str, books: Callable[..., list[dict[str, str]]]
) -> None:
    asyncio.run(fill(url))
    rows = books()
    assert {each["day"] for each in rows} == {TODAY}
    sums = [(each["kind"], each["token"], each["amount"], each["currency"]) for each in rows]
    assert sorted(sums) == [
        ("fee", "1", "-0.125", "USDC"),
        ("fee", "2", "-0.07", "USDC"),
        ("gas", "", "-0.001", "coins"),
        ("gas", "", "-0.001000000000000001", "coins"),
        ("royalty", "1", "-0.625", "USDC"),
        ("royalty", "2", "-0.35", "USDC"),
        ("sale", "1", "12.5", "USDC"),
        ("sale", "2", "7.000001", "USDC"),
    ]
    assert {each["account"] for each in rows if each["kind"] == "royalty"} == {CREATOR}


def test_days_narrow_it_and_nothing_is_said(
    url: str, books: Callable[..., list[dict[str, str]]], tmp_path: Path
) -> None:
    asyncio.run(fill(url))
    assert len(books("--since", TODAY, "--until", TODAY)) == 8
    assert books("--until", "2020-01-01") == []
    assert books("--until", "2020-01-01", "--to", "books.csv") == []
    assert (tmp_path / "books.csv").read_text("utf-8").startswith("day,kind,amount,")
