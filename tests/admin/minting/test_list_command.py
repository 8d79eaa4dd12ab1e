"""`list`, `unlist` and `reconcile` do what they show, and the exit code says how it went."""

import asyncio
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from admin.ledger import Ledger, Listing, ListingState
from admin.marketplace.seaport.amounts import Currency
from admin.testing.making import OWNER
from admin.testing.opensea import Answer
from admin.testing.seller import COLLECTION, TOKENS, Seller
from admin.testing.services import Collector, serve

WETH = Currency("WETH", "0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619", 18)
ALL = len(TOKENS)
BUYER = "0x" + "Bb" * 20
MakeSeller = Callable[[], Seller]
Output = pytest.CaptureFixture[str]


def listings(seller: Seller, *states: ListingState) -> list[Listing]:
    async def read() -> list[Listing]:
        async with Ledger(seller.url) as ledger:
            return await ledger.listings(COLLECTION, *states)

    return asyncio.run(read())


def test_an_order_that_was_stored_and_called_missing_is_sold_at_no_old_price(
    make_seller: MakeSeller,
) -> None:
    seller = make_seller()
    seller.opensea.troubles, seller.opensea.late = (Answer(404, True, "errors"),), 1_000
    assert seller.type("list", "0.05") == 0  # the second time it is a duplicate
    first = [each for some in seller.on_sale().values() for each in some]
    assert len(first) == ALL
    assert seller.type("list --reprice", "500") == 0
    assert not any(seller.chain.can_buy(each) for each in first)
    assert seller.type("unlist --all") == 0
    assert seller.on_sale() == {}


def test_a_sale_in_a_block_that_loses_leaves_one_order(make_seller: MakeSeller) -> None:
    seller, first = make_seller(), TOKENS[0]
    seller.confirmations = 3
    assert seller.type("list") == 0
    (order,) = seller.on_sale()[first]
    seller.chain.buy(order, BUYER)
    assert seller.type("reconcile") == 0
    assert listings(seller, ListingState.FILLED) == []  # not yet: the block isn't final
    seller.chain.take_back(order)
    assert seller.type("list") == 0
    assert seller.on_sale()[first] == [order]
    seller.chain.buy(order, BUYER)
    seller.chain.mine(3)
    assert seller.type("reconcile") == 0
    assert [each.token for each in listings(seller, ListingState.FILLED)] == [first]


def test_a_token_that_comes_back_is_not_for_sale_at_an_old_price(make_seller: MakeSeller) -> None:
    seller, first = make_seller(), TOKENS[0]
    assert seller.type("list", "0.05") == 0
    digest = seller.chain.tokens[first][1]
    seller.chain.tokens[first] = (BUYER, digest)
    assert seller.type("list --reprice", "500") == 0
    seller.chain.tokens[first] = (OWNER.address, digest)
    assert first not in seller.on_sale()
    assert seller.type("list", "500") == 0
    assert [each.price for each in seller.on_sale()[first]] == [500 * 10**18]


def test_unlisting_stops_a_command_that_is_at_work_and_takes_off_what_it_has_posted(
    make_seller: MakeSeller, capfd: Output
) -> None:
    seller = make_seller()
    unlisted: list[int | None] = []
    seller.meanwhile = lambda: unlisted.append(seller.type("unlist --all"))
    assert seller.type("list") == 3
    assert unlisted == [0]
    assert "took over the ledger" in capfd.readouterr().err
    assert seller.on_sale() == {}
    assert seller.type("list") == 0
    assert len(seller.on_sale()) == ALL


def test_what_was_signed_at_another_price_and_not_posted_is_not_posted_later(
    make_seller: MakeSeller,
) -> None:
    seller = make_seller()
    seller.opensea.troubles = ("429",)
    assert seller.type("list", "0.05") == 3
    seller.opensea.troubles = ()
    assert seller.type("list", "500") == 0
    prices = [each.price for some in seller.on_sale().values() for each in some]
    assert prices == [500 * 10**18] * ALL


def test_orders_that_are_all_refused_end_the_run_with_exit_code_3(
    make_seller: MakeSeller, capfd: Output
) -> None:
    seller = make_seller()
    seller.opensea.blocked = tuple(TOKENS)
    assert seller.type("list") == 3
    assert len(seller.opensea.bodies) == 3
    told = capfd.readouterr().err
    assert told.count("OpenSea refused the listing: this item is disabled.") == 3
    assert "0 of 4 orders are posted." in told


def test_another_currency_at_opensea_stops_repricing_until_the_table_names_it(
    make_seller: MakeSeller, capfd: Output
) -> None:
    seller = make_seller()
    assert seller.type("list", "0.05") == 0
    before = listings(seller)
    seller.chain.currency = WETH
    seller.opensea.currency = {"symbol": "WETH", "address": WETH.address, "decimals": 18}
    capfd.readouterr()
    assert seller.type("list --reprice", "0.05") == 2
    assert "the tokens are sold in WETH" in capfd.readouterr().err
    assert listings(seller) == before
    assert seller.type("list --reprice --dry-run", "0.05", "WETH") == 0
    change = "posted at 0.05 POL (you get 0.0495 POL) -> 0.05 WETH (you get 0.0495 WETH)"
    assert capfd.readouterr().out.count(change) == ALL
    assert listings(seller) == before
    assert seller.type("list --reprice", "0.05", "WETH") == 0
    orders = [each for some in seller.on_sale().values() for each in some]
    assert {each.consideration[0].token for each in orders} == {WETH.address}


@pytest.mark.parametrize(
    "currency",
    [
        {"symbol": "POL", "address": "0x" + "00" * 20, "decimals": 6},
        {"symbol": "WETH", "address": WETH.address, "decimals": 6},
        {"symbol": "WETH", "address": "0x" + "fa" * 20, "decimals": 18},
    ],
)
def test_a_currency_that_opensea_makes_up_is_never_signed(
    make_seller: MakeSeller, currency: dict[str, object]
) -> None:
    seller = make_seller()
    seller.chain.currency = WETH
    seller.opensea.currency = currency
    assert seller.type("list", "0.05", str(currency["symbol"])) == 2
    assert listings(seller) == []


def test_what_expired_unnoticed_is_shown_before_it_is_listed_again(
    make_seller: MakeSeller, capfd: Output
) -> None:
    seller = make_seller()
    assert seller.type("list", "0.05") == 0
    seller.chain.time += 40 * 86_400
    capfd.readouterr()
    assert seller.type("list --dry-run", "7") == 0
    assert "4 tokens at OpenSea" in capfd.readouterr().out
    assert seller.type("list", "7") == 0
    prices = [each.price for some in seller.on_sale().values() for each in some]
    assert prices == [7 * 10**18] * ALL


def test_reconcile_asks_opensea_what_it_has(make_seller: MakeSeller, capfd: Output) -> None:
    seller = make_seller()
    seller.opensea.troubles = (Answer(503, False, "page"),)
    assert seller.type("list", "0.05") == 3
    unknown = listings(seller, ListingState.POSTING)
    assert len(unknown) == 3
    [body, *_] = seller.opensea.bodies
    seller.opensea.listings |= dict.fromkeys((each.hash for each in unknown), body)  # much later
    capfd.readouterr()
    assert seller.type("reconcile --dry-run") == 0
    assert capfd.readouterr().out.count("OpenSea has it") == 3
    assert listings(seller, ListingState.POSTED) == []
    seller.opensea.listings["0xforeign"] = body
    assert seller.type("reconcile") == 0
    told = capfd.readouterr().out
    assert told.count("OpenSea has it") == 3
    assert "order 0xforeign: yours at OpenSea, and not the ledger's" in told
    assert len(listings(seller, ListingState.POSTED)) == 3
    seller.opensea.portal = 403
    assert seller.type("reconcile") == 0
    assert "OpenSea was not asked: OpenSea answered with the web page" in capfd.readouterr().out


def test_a_token_whose_metadata_was_changed_is_left_out_until_that_is_accepted(
    make_seller: MakeSeller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: Output
) -> None:
    seller = make_seller()
    text = json.dumps({"name": "corrected"}).encode()
    seller.chain.tokens[2] = (OWNER.address, sha256(text).digest())
    assert seller.type("list", "1") == 0
    assert sorted(seller.on_sale()) == [1, 3, 4]
    assert "1 tokens with other metadata on the chain" in capfd.readouterr().out
    assert seller.type("reconcile") == 0
    assert "`reconcile --accept` takes it over" in capfd.readouterr().out
    node, folder = Collector(), tmp_path / "metadata"
    folder.mkdir()
    (folder / "2.json").write_bytes(text)
    with serve(node.app) as url:
        monkeypatch.setenv("ADMIN_IPFS_API", f"{url}/api/v0")
        assert seller.type("reconcile --accept") == 0
        assert "--metadata FOLDER" in capfd.readouterr().out
        assert seller.type(f"reconcile --accept --metadata {folder}") == 0
    assert list(node.files.values()) == [text]
    assert seller.type("list", "1") == 0
    assert sorted(seller.on_sale()) == [1, 2, 3, 4]


def test_what_opensea_signs_for_is_taken_off_for_nothing_and_stays_live_on_the_chain(
    make_seller: Callable[[], Seller], capfd: pytest.CaptureFixture[str]
) -> None:
    seller = make_seller()
    seller.opensea.zone = "0x" + "56" * 20
    seller.opensea.vended_until = "2026-12-01T00:05:00Z"
    assert seller.type("list") == 0
    spent = seller.chain.height
    assert seller.type("unlist 1 --off-chain") == 0
    assert "may be bought until 2026-12-01T00:05:00Z" in capfd.readouterr().out
    assert seller.type("unlist --all --off-chain") == 0
    assert set(seller.opensea.taken_off) == set(seller.opensea.listings)
    assert seller.chain.height == spent
    # OpenSea's word ends nothing: at another price they are cancelled on the chain first.
    assert seller.type("list --reprice", "2") == 0
    assert all(len(orders) == 1 for orders in seller.on_sale().values())
    assert {each.price for [each] in seller.on_sale().values()} == {2 * 10**18}


def test_an_order_without_such_a_zone_needs_the_chain(
    make_seller: Callable[[], Seller], capfd: pytest.CaptureFixture[str]
) -> None:
    seller = make_seller()
    assert seller.type("list") == 0
    assert seller.type("unlist --all --off-chain") == 3
    assert "No live order has a zone" in capfd.readouterr().err
    assert seller.opensea.taken_off == []
