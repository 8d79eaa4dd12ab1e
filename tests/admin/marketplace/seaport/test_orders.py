"""Orders and their signatures, held against eth-account's own EIP-712."""

from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from admin.marketplace.seaport.amounts import Currency, Fee
from admin.marketplace.seaport.contract import SEAPORT_1_6
from admin.marketplace.seaport.listing import Terms, listing
from admin.marketplace.seaport.order import EMPTY, NATIVE, NO_KEY, Domain, Order, order_hash
from admin.marketplace.seaport.signing import order_digest, sign_bulk, sign_orders, sign_single
from ganshare.errors import ParameterError

ACCOUNT = Account.from_key(b"\x01" * 32)
DOMAIN = Domain(137, SEAPORT_1_6)
WETH = Currency("WETH", "0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619", 18)
MARKET = Fee("0x0000a26b00c1F0DF003000390027140000fAa719", 100)
CREATOR = Fee("0x" + "c0" * 20, 500, required=False)

OFFER = [
    {"name": "itemType", "type": "uint8"},
    {"name": "token", "type": "address"},
    {"name": "identifierOrCriteria", "type": "uint256"},
    {"name": "startAmount", "type": "uint256"},
    {"name": "endAmount", "type": "uint256"},
]
TYPES: dict[str, list[dict[str, str]]] = {
    "OfferItem": OFFER,
    "ConsiderationItem": [*OFFER, {"name": "recipient", "type": "address"}],
    "OrderComponents": [
        {"name": "offerer", "type": "address"},
        {"name": "zone", "type": "address"},
        {"name": "offer", "type": "OfferItem[]"},
        {"name": "consideration", "type": "ConsiderationItem[]"},
        {"name": "orderType", "type": "uint8"},
        {"name": "startTime", "type": "uint256"},
        {"name": "endTime", "type": "uint256"},
        {"name": "zoneHash", "type": "bytes32"},
        {"name": "salt", "type": "uint256"},
        {"name": "conduitKey", "type": "bytes32"},
        {"name": "counter", "type": "uint256"},
    ],
}


def sign(digest: bytes) -> bytes:
    return bytes(Account.unsafe_sign_hash(digest, ACCOUNT.key).signature)


def make_terms(**overrides: Any) -> Terms:
    values: dict[str, Any] = {
        "seller": ACCOUNT.address,
        "collection": "0x" + "ab" * 20,
        "currency": WETH,
        "fees": (MARKET, CREATOR),
        "zone": None,
        "conduit_key": "0x" + "0c" * 32,
        "start": 1_700_000_000,
        "duration": 30 * 86_400,
        "counter": 3,
    }
    return Terms(**(values | overrides))


def message_of(order: Order) -> dict[str, Any]:
    fields = [field["name"] for field in TYPES["OrderComponents"]]
    values = dict(zip(fields, order.as_components(), strict=True))
    for name, item in (("offer", "OfferItem"), ("consideration", "ConsiderationItem")):
        names = [field["name"] for field in TYPES[item]]
        values[name] = [dict(zip(names, each, strict=True)) for each in values[name]]
    return values


def typed(types: dict[str, list[dict[str, str]]], primary: str, message: Any) -> Any:
    domain = {
        "name": "Seaport",
        "version": "1.6",
        "chainId": DOMAIN.chain_id,
        "verifyingContract": DOMAIN.contract,
    }
    names = {"chainId": "uint256", "verifyingContract": "address"}
    described = [{"name": name, "type": names.get(name, "string")} for name in domain]
    return encode_typed_data(
        full_message={
            "types": {"EIP712Domain": described, **types},
            "primaryType": primary,
            "domain": domain,
            "message": message,
        }
    )


def root_of(order: Order, signature: bytes) -> bytes:
    """Walk from a leaf to the root, as Seaport does."""
    index, proof = int.from_bytes(signature[65:68], "big"), signature[68:]
    found = order_hash(order)
    for level in range(len(proof) // 32):
        other = proof[32 * level : 32 * level + 32]
        found = bytes(keccak(other + found if index >> level & 1 else found + other))
    return found


@given(
    token=st.integers(0, 2**256 - 1),
    price=st.integers(100, 10**30),
    salt=st.integers(0, 2**256 - 1),
    zone=st.sampled_from([None, "0x" + "12" * 20]),
    currency=st.sampled_from([WETH, Currency("POL", NATIVE, 18)]),
)
@settings(max_examples=25, deadline=None)
def test_an_order_hashes_as_eth_account_hashes_it(
    token: int, price: int, salt: int, zone: str | None, currency: Currency
) -> None:
    order = listing(make_terms(zone=zone, currency=currency), token, price, salt)
    message = typed(TYPES, "OrderComponents", message_of(order))
    assert message.body == order_hash(order)
    assert message.header == DOMAIN.separator
    assert Order.from_json(order.to_json()) == order


def test_a_single_signature_is_the_sellers() -> None:
    order = listing(make_terms(), 7, 10**17)
    message = typed(TYPES, "OrderComponents", message_of(order))
    signature = sign_single(order, DOMAIN, sign)
    assert Account.recover_message(message, signature=signature) == ACCOUNT.address
    assert sign_orders([order], DOMAIN, sign) == [signature]


@pytest.mark.parametrize("count", [2, 3, 4, 5, 99])
def test_one_signature_holds_for_every_order_of_a_tree(count: int) -> None:
    orders = [listing(make_terms(), token, 10**17 + token) for token in range(count)]
    signatures = sign_bulk(orders, DOMAIN, sign)
    assert len({signature[:65] for signature in signatures}) == 1
    assert len({root_of(*each) for each in zip(orders, signatures, strict=True)}) == 1
    assert root_of(replace(orders[0], salt=1), signatures[0]) != root_of(orders[0], signatures[0])


def test_a_tree_is_signed_as_eth_account_signs_it() -> None:
    orders = [listing(make_terms(), token, 10**17) for token in range(3)]
    height = 2
    types = TYPES | {
        "BulkOrder": [{"name": "tree", "type": f"OrderComponents{'[2]' * height}"}],
    }
    leaves = [message_of(order) for order in (*orders, EMPTY)]
    message = typed(types, "BulkOrder", {"tree": [leaves[:2], leaves[2:]]})
    for signature in sign_bulk(orders, DOMAIN, sign):
        assert Account.recover_message(message, signature=signature[:65]) == ACCOUNT.address


def test_a_repeated_attempt_gives_the_same_order() -> None:
    again = [order_hash(listing(make_terms(), 7, 10**17, salt)) for salt in (0, 0, 1)]
    assert again[0] == again[1] != again[2]


def test_another_chain_or_contract_is_signed_differently() -> None:
    order = listing(make_terms(), 7, 10**17)
    others = (DOMAIN, replace(DOMAIN, chain_id=1), replace(DOMAIN, contract="0x" + "11" * 20))
    assert len({order_digest(order, domain) for domain in others}) == 3


def test_a_required_zone_restricts_the_order() -> None:
    restricted = listing(make_terms(zone="0x" + "12" * 20), 7, 10**17)
    assert (int(restricted.order_type), restricted.zone) == (2, "0x" + "12" * 20)
    assert int(listing(make_terms(), 7, 10**17).order_type) == 0
    assert listing(make_terms(), 7, 10**17).zone_hash == NO_KEY


@pytest.mark.parametrize("duration", [0, 599, 181 * 86_400])
def test_a_duration_that_marketplaces_refuse_is_refused_here(duration: int) -> None:
    with pytest.raises(ParameterError, match="ten minutes to 180 days"):
        make_terms(duration=duration)


def test_no_orders_cannot_be_signed() -> None:
    with pytest.raises(ParameterError, match="takes 1 to 16777216 orders, not 0"):
        sign_bulk([], DOMAIN, sign)


def test_a_damaged_order_is_refused() -> None:
    with pytest.raises(ParameterError, match="not an order"):
        Order.from_json({"offer": [{}]})
