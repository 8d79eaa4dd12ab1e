"""At most one order per token can be bought by, at the last agreed price.

Whatever OpenSea answers, however late it knows an order, wherever a command is killed.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from admin.ledger import Ledger, ListingState
from admin.marketplace.opensea import OpenSeaAway
from admin.marketplace.seaport.contract import SEAPORT_1_6
from admin.minting.list import LIVE, Shop, sign_all
from admin.minting.post import post_all
from admin.testing.making import OWNER
from admin.testing.opensea import BODIES, PORTALS, Answer
from admin.testing.seller import CHAIN_ID, COLLECTION, CONTRACT, TOKENS, Seller
from ganshare.chain.chain import Chain
from ganshare.errors import SettingsError

STATUSES = (0, 200, 201, 202, 204, 301, 400, 403, 404, 409, 429, 500, 503)
ANSWERS = [
    Answer(status, stored, body)
    for status, stored, body in itertools.product(STATUSES, (True, False), BODIES)
    if status != 204 or body == "empty"  # has no body
]
ENDED = ListingState.CANCELLED
COMMANDS = ("list", "list --reprice", "unlist --all", "unlist 1", "reconcile", "list --dry-run")


def check(seller: Seller) -> None:
    orders = seller.on_sale()
    assert all(len(each) == 1 for each in orders.values()), orders


@pytest.mark.heavy
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
    make_seller: Callable[[], Seller], steps: list[Any]
) -> None:
    seller = make_seller()
    for command, price, answers, late, portal, kill in steps:
        seller.opensea.troubles, seller.opensea.late = tuple(answers), late
        seller.opensea.portal, seller.events_left = portal, kill
        code = seller.type(command, price)
        seller.events_left = None
        assert code != 1
        check(seller)
        if code == 0 and command == "unlist --all":
            assert seller.on_sale() == {}
    seller.opensea.troubles, seller.opensea.late, seller.opensea.portal = (), 0, 0
    assert seller.type("list --reprice", "500") == 0
    check(seller)
    prices = [each.price for orders in seller.on_sale().values() for each in orders]
    assert prices == [500 * 10**18] * len(TOKENS)
    assert seller.type("reconcile") == 0
    assert seller.type("unlist --all") == 0
    assert seller.on_sale() == {}


async def offer(seller: Seller, shop: Shop, chain: Chain, ledger: Ledger, price: int) -> None:
    """Sign what is for sale, and post it."""
    prices = {TOKENS[0]: price}
    await sign_all(ledger, seller.signer, chain, shop, prices)
    with contextlib.suppress(OpenSeaAway, SettingsError):
        async for _ in post_all(ledger, seller.ask_opensea(), shop, prices):
            pass


@pytest.mark.heavy
async def test_no_answer_makes_an_order_forgotten(make_seller: Callable[[], Seller]) -> None:
    seller = await asyncio.to_thread(make_seller)
    market = await seller.ask_opensea().terms("paintings", CONTRACT, CHAIN_ID)
    shop = Shop(COLLECTION, SEAPORT_1_6, "0x" + "0c" * 32, market, 86_400)
    seller.opensea.late = 1_000
    async with seller.open_chain() as chain, Ledger(seller.url) as ledger, ledger.held():
        for answer in (each for each in ANSWERS if each.stored):
            seller.opensea.troubles = (answer,)
            await offer(seller, shop, chain, ledger, 10_000)
            live = await ledger.listings(COLLECTION, *LIVE)
            assert len(live) == 1, answer
            if 200 <= answer.status < 300 and answer.body in ("listing", "empty"):
                assert live[0].state is ListingState.POSTED, answer
            refused = answer.status == 400 and answer.body == "errors"
            assert refused or not any(each.state is ListingState.REFUSED for each in live), answer
            # Nothing is signed beside what OpenSea was shown.
            await offer(seller, shop, chain, ledger, 10**9)
            check(seller)
            again = await ledger.listings(COLLECTION, *LIVE)
            assert [each.hash for each in again] == [each.hash for each in live], answer
            await ledger.move_listings(again, ENDED)
            seller.chain.counters[OWNER.address] = len(seller.opensea.bodies)
            seller.opensea.listings.clear()
