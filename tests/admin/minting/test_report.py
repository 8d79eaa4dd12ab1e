"""A report shows prices as people write them, and runs nothing of what a prompt says."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from admin.ledger import Collection, Listing, ListingState, Token, TokenState
from admin.marketplace.seaport.amounts import Currency, Fee
from admin.marketplace.seaport.listing import Terms, listing
from admin.marketplace.seaport.order import NO_KEY
from admin.minting.report import write_report
from admin.testing.making import OWNER, make_item, make_token

COLLECTION = Collection(137, "0x" + "11" * 20)
USDC = Currency("USDC", "0x" + "e7" * 20, 6)


def make_listing(token: Token, price: str, state: ListingState, **overrides: Any) -> Listing:
    fees = (Fee("0x" + "fe" * 20, 100),)
    seller = OWNER.address
    terms = Terms(seller, COLLECTION.address, USDC, fees, None, NO_KEY, 1_700_000_000, 86_400, 0)
    made = Listing(
        collection=COLLECTION,
        token=token.token,
        serial=0,
        hash=f"0x{token.token:064x}",
        order=listing(terms, token.token, USDC.parse(price)),
        signature=b"",
        state=state,
        currency=USDC.symbol,
        decimals=USDC.decimals,
        page=f"https://opensea.example/item/polygon/{COLLECTION.address}/{token.token}",
    )
    return replace(made, **overrides)


@pytest.fixture
def tokens() -> list[Token]:
    return [
        make_token(
            COLLECTION, number, state=TokenState.MINTED, page=f"https://scan.example/{number}"
        )
        for number in (1, 2, 3)
    ]


def read(tmp_path: Path, tokens: list[Token], listings: list[Listing]) -> tuple[str, list[Any]]:
    page, table = write_report(tmp_path / "r", "Run <1>", tokens, listings)
    with table.open(encoding="utf-8", newline="") as file:
        return page.read_text("utf-8"), list(csv.DictReader(file))


def test_prices_are_in_whole_units_of_their_currency(tmp_path: Path, tokens: list[Token]) -> None:
    listings = [
        make_listing(tokens[0], "12.5", ListingState.POSTED),
        make_listing(tokens[1], "7.000001", ListingState.FILLED),
        make_listing(tokens[2], "1", ListingState.REFUSED, reason="wrong fees"),
        make_listing(tokens[2], "2", ListingState.POSTED, serial=1, hash="0xff"),
    ]
    page, rows = read(tmp_path, tokens, listings)
    assert [(each["price"], each["currency"], each["listing"]) for each in rows] == [
        ("12.5", "USDC", "posted"),
        ("7.000001", "USDC", "filled"),
        ("2", "USDC", "posted"),
    ]
    assert rows[0]["listing_page"] == listings[0].page
    assert rows[0]["ends"] == "2023-11-15 22:13 UTC"
    assert "12.5 USDC" in page
    for card in ("<b>3</b> minted", "<b>14.5 USDC</b> for sale, in all", "<b>1</b> sold"):
        assert card in page


def test_a_prompt_is_neither_markup_nor_formula(tmp_path: Path) -> None:
    item = make_item(1, prompt='=HYPERLINK("x") <script>')
    token = make_token(COLLECTION, 1, item=item, page="javascript:alert(1)")
    page, [row] = read(tmp_path, [token], [])
    assert "<script>" not in page
    assert "javascript:" not in page
    assert "Run &lt;1&gt;" in page
    assert row["name"].startswith("'=")
    assert row["state"] == "planned"


def test_an_unknown_colour_is_no_style(tmp_path: Path) -> None:
    item = make_item(1, attributes={"Hex": "red;background:url(//x)"})
    page, _ = read(tmp_path, [make_token(COLLECTION, 1, item=item)], [])
    assert "url(" not in page


def test_what_was_agreed_to_and_paid_stands_on_top(tmp_path: Path, tokens: list[Token]) -> None:
    figures = [("agreed to, at most", "0.2 coins"), ("paid for gas", "0.1 coins")]
    page, _ = write_report(tmp_path, "Run", tokens, [], figures)
    shown = page.read_text("utf-8")
    assert "<b>0.2 coins</b> agreed to, at most" in shown
    assert "<b>0.1 coins</b> paid for gas" in shown
