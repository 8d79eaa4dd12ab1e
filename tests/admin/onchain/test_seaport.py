"""Mint 100, offer 99 under one signature, buy: in the chain's coin and in one with 6 decimals."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from admin.contract.collection import OWNER_OF, TOTAL_SUPPLY, mint_batch
from admin.marketplace.seaport.amounts import Currency, Fee
from admin.marketplace.seaport.contract import (
    CANCEL,
    FULFILL_AVAILABLE,
    FULFILL_ORDER,
    GET_COUNTER,
    GET_ORDER_HASH,
    GET_ORDER_STATUS,
    INCREMENT_COUNTER,
    INFORMATION,
)
from admin.marketplace.seaport.listing import Terms, listing
from admin.marketplace.seaport.order import NATIVE, NO_KEY, Domain, Order, order_hash
from admin.marketplace.seaport.signing import sign_orders, sign_single
from admin.testing.anvil import CHAIN_ID, Market, Reverted
from ganshare.chain.abi import Function

pytestmark = [pytest.mark.chain, pytest.mark.slow]

NOBODY = bytes(32)
BALANCE_OF = Function("balanceOf(address)", ("uint256",))
Signed = tuple[Order, bytes]


@pytest.fixture(scope="module")
def minted(market: Market) -> range:
    """Tokens 1 to 100, the second half twice: a repeated call mints nothing."""
    tokens = range(1, 101)
    for part in (tokens[:50], tokens[50:], tokens[50:]):
        digests = [token.to_bytes(32, "big") for token in part]
        data = mint_batch(market.owner.address, part, digests)
        market.chain.send(market.owner, market.collection, data)
    assert market.chain.call(market.collection, TOTAL_SUPPLY) == (100,)
    return tokens


@pytest.fixture(autouse=True)
def undone(market: Market, minted: range) -> Iterator[None]:
    """What a test buys is unbought afterwards."""
    snapshot = market.chain.ask("evm_snapshot")
    yield
    market.chain.ask("evm_revert", snapshot)


@pytest.fixture(params=["native", "six decimals"])
def currency(request: pytest.FixtureRequest, market: Market) -> Currency:
    if request.param == "native":
        return Currency("POL", NATIVE, 18)
    return Currency("USDC", market.currency, 6)


def domain(market: Market) -> Domain:
    return Domain(CHAIN_ID, market.seaport)


def make_terms(market: Market, currency: Currency, **overrides: Any) -> Terms:
    block = market.chain.ask("eth_getBlockByNumber", "latest", False)
    values: dict[str, Any] = {
        "seller": market.owner.address,
        "collection": market.collection,
        "currency": currency,
        "fees": (Fee(market.market_fee, 100), Fee(market.creator_fee, 500, required=False)),
        "zone": None,
        "conduit_key": market.conduit_key,
        "start": int(block["timestamp"], 16),
        "duration": 86_400,
        "counter": market.chain.call(market.seaport, GET_COUNTER, market.owner.address)[0],
    }
    return Terms(**(values | overrides))


def sign(market: Market) -> Any:
    return lambda digest: bytes(market.owner.unsafe_sign_hash(digest).signature)


def offered(market: Market, currency: Currency, count: int = 99, **overrides: Any) -> list[Signed]:
    """Offers at odd prices, so that fees must be rounded."""
    terms = make_terms(market, currency, **overrides)
    orders = [listing(terms, token, 1_000_033 + 7 * token) for token in range(1, count + 1)]
    signatures = sign_orders(orders, domain(market), sign(market))
    return list(zip(orders, signatures, strict=True))


def buy(market: Market, order: Order, signature: bytes) -> None:
    value = order.price if order.consideration[0].token == NATIVE else 0
    data = FULFILL_ORDER.call_data((order.as_parameters(), signature), NOBODY)
    market.chain.send(market.buyer, market.seaport, data, value)


def sweep(market: Market, signed: Sequence[Signed]) -> None:
    orders = [(order.as_parameters(), signature) for order, signature in signed]
    items = [[(n, 0)] for n in range(len(signed))]
    parts = len(signed[0][0].consideration)
    paid = [[(n, part)] for part in range(parts) for n in range(len(signed))]
    data = FULFILL_AVAILABLE.call_data(orders, items, paid, NOBODY, len(signed))
    native = signed[0][0].consideration[0].token == NATIVE
    value = sum(order.price for order, _ in signed) if native else 0
    market.chain.send(market.buyer, market.seaport, data, value)


def balances(market: Market, currency: Currency) -> list[int]:
    """What marketplace, creators and seller have."""
    people = (market.market_fee, market.creator_fee, market.owner.address)
    if currency.address == NATIVE:
        return [market.chain.balance(each) for each in people]
    return [market.chain.call(currency.address, BALANCE_OF, each)[0] for each in people]


def owner(market: Market, token: int) -> str:
    found: str = market.chain.call(market.collection, OWNER_OF, token)[0]
    return found.lower()


def test_first_middle_last_and_a_sweep_of_five_pay_everybody_exactly(
    market: Market, currency: Currency
) -> None:
    signed = offered(market, currency)
    assert len({signature[:65] for _, signature in signed}) == 1
    before = balances(market, currency)
    singles, swept = [signed[0], signed[49], signed[98]], signed[10:15]
    for order, signature in singles:
        buy(market, order, signature)
    sweep(market, swept)
    bought = [order for order, _ in (*singles, *swept)]
    for order in bought:
        assert owner(market, order.offer[0].identifier) == market.buyer.address.lower()
    assert owner(market, 2) == market.owner.address.lower()
    gained = [
        after - earlier for after, earlier in zip(balances(market, currency), before, strict=True)
    ]
    assert gained == [
        sum(order.price * 100 // 10_000 for order in bought),
        sum(order.price * 500 // 10_000 for order in bought),
        sum(order.proceeds for order in bought),
    ]
    assert sum(gained) == sum(order.price for order in bought)


def test_seaport_names_domain_and_orders_as_we_do(market: Market, currency: Currency) -> None:
    version, separator, controller = market.chain.call(market.seaport, INFORMATION)
    assert (version, separator) == ("1.6", domain(market).separator)
    assert controller.lower() == market.controller.lower()
    for order, _ in offered(market, currency, count=3):
        found = market.chain.call(market.seaport, GET_ORDER_HASH, order.as_components())
        assert found == (order_hash(order),)


def test_a_single_signature_sells_too(market: Market, currency: Currency) -> None:
    [(order, signature)] = offered(market, currency, count=1)
    assert len(signature) == 65
    buy(market, order, signature)
    assert owner(market, 1) == market.buyer.address.lower()


def test_a_tampered_order_is_refused(market: Market, currency: Currency) -> None:
    signed = offered(market, currency, count=5)
    order, signature = signed[2]
    cheap = replace(order.consideration[0], amount=1)
    changes = (
        replace(order, consideration=(cheap, *order.consideration[1:])),
        replace(order, offer=(replace(order.offer[0], identifier=100),)),
        replace(order, consideration=order.consideration[:1]),
        replace(order, end=order.end + 1),
        replace(order, salt=order.salt + 1),
    )
    for changed in changes:
        with pytest.raises(Reverted):
            buy(market, changed, signature)
    for forged in (signed[1][1], signature[:-1] + bytes([signature[-1] ^ 1]), signature[:64]):
        with pytest.raises(Reverted):
            buy(market, order, forged)
    buy(market, order, signature)


def test_an_order_whose_salt_is_known_can_be_made_up_from_its_neighbour(
    market: Market, currency: Currency
) -> None:
    """Why salts are random: what was never posted is bought by what its neighbour shows."""
    (posted, signature), (kept, _) = offered(market, currency, count=4)[:2]
    index = int.from_bytes(signature[65:68], "big") ^ 1
    start = signature[:65] + index.to_bytes(3, "big") + order_hash(posted)
    made_up = start + signature[100:]
    with pytest.raises(Reverted):
        buy(market, replace(kept, salt=1), made_up)
    buy(market, kept, made_up)
    assert owner(market, 2) == market.buyer.address.lower()


def test_a_filled_order_cannot_be_filled_again(market: Market, currency: Currency) -> None:
    order, signature = offered(market, currency, count=2)[0]
    buy(market, order, signature)
    back = Function("transferFrom(address,address,uint256)")
    home = back.call_data(market.buyer.address, market.owner.address, 1)
    market.chain.send(market.buyer, market.collection, home)
    with pytest.raises(Reverted):
        buy(market, order, signature)
    assert market.chain.call(market.seaport, GET_ORDER_STATUS, order_hash(order))[2:] == (1, 1)


def test_an_expired_or_early_order_is_refused(market: Market, currency: Currency) -> None:
    order, signature = offered(market, currency, count=2)[0]
    now = make_terms(market, currency).start
    early = offered(market, currency, count=2, start=now + 3_600)[0]
    with pytest.raises(Reverted):
        buy(market, *early)
    market.chain.ask("evm_increaseTime", 86_401)
    market.chain.ask("evm_mine")
    with pytest.raises(Reverted):
        buy(market, order, signature)


def test_an_order_signed_for_another_chain_or_contract_is_refused(
    market: Market, currency: Currency
) -> None:
    order = listing(make_terms(market, currency), 1, 10**6)
    for wrong in (
        Domain(1, market.seaport),
        Domain(CHAIN_ID, market.collection),
        Domain(CHAIN_ID, market.seaport, version="1.5"),
    ):
        with pytest.raises(Reverted):
            buy(market, order, sign_single(order, wrong, sign(market)))


def test_a_cancelled_order_is_refused_and_its_neighbours_are_not(
    market: Market, currency: Currency
) -> None:
    signed = offered(market, currency, count=3)
    market.chain.send(
        market.owner, market.seaport, CANCEL.call_data([signed[0][0].as_components()])
    )
    with pytest.raises(Reverted):
        buy(market, *signed[0])
    buy(market, *signed[1])


def test_raising_the_counter_disables_all_orders_at_once(
    market: Market, currency: Currency
) -> None:
    signed = offered(market, currency, count=3)
    market.chain.send(market.owner, market.seaport, INCREMENT_COUNTER.call_data())
    for each in signed:
        with pytest.raises(Reverted):
            buy(market, *each)
    [again] = offered(market, currency, count=1)
    buy(market, *again)


def test_without_a_conduit_seaport_itself_must_be_approved(
    market: Market, currency: Currency
) -> None:
    [signed] = offered(market, currency, count=1, conduit_key=NO_KEY)
    with pytest.raises(Reverted):
        buy(market, *signed)
