"""The orders that the marketplace asks sellers to sign, and what a hostile one would ask for."""

import secrets
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

__all__ = ["OrderTerms", "typed_order"]

_ITEM = [
    {"name": "itemType", "type": "uint8"},
    {"name": "token", "type": "address"},
    {"name": "identifierOrCriteria", "type": "uint256"},
    {"name": "startAmount", "type": "uint256"},
    {"name": "endAmount", "type": "uint256"},
]
_TYPES = {
    "EIP712Domain": [
        {"name": "name", "type": "string"},
        {"name": "version", "type": "string"},
        {"name": "chainId", "type": "uint256"},
        {"name": "verifyingContract", "type": "address"},
    ],
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
    "OfferItem": _ITEM,
    "ConsiderationItem": [*_ITEM, {"name": "recipient", "type": "address"}],
}
_PERMIT = [
    {"name": "owner", "type": "address"},
    {"name": "spender", "type": "address"},
    {"name": "value", "type": "uint256"},
    {"name": "nonce", "type": "uint256"},
    {"name": "deadline", "type": "uint256"},
]
_NOBODY, _NOTHING = "0x" + "00" * 20, "0x" + "00" * 32
STRANGER = "0x" + "66" * 20


@dataclass(frozen=True)
class OrderTerms:
    """Where and how the marketplace sells; the fee is in percent."""

    chain_id: int
    seaport: str
    collection: str
    fee_recipient: str
    fee: int = 1
    symbol: str = "POL"
    currency: str = _NOBODY
    days: int = 30


def typed_order(
    terms: OrderTerms, seller: str, token: int, price: str, hostile: str
) -> dict[str, Any]:
    """Build what a wallet is asked to sign; numbers beyond 64 bits are texts.

    Args:
        hostile: "domain", "chain", "contract", "recipient", "cheap", "item" or "permit".
    """
    units = int(Decimal("0.000001" if hostile == "cheap" else price) * 10**18)
    fee = units * terms.fee // 100
    start = int(time.time())
    thief = STRANGER if hostile == "recipient" else seller
    order = {
        "offerer": seller,
        "zone": _NOBODY,
        "offer": [_item(2, terms.collection, token + (hostile == "item"), 1)],
        "consideration": [
            {**_coins(terms, units - fee), "recipient": thief},
            {**_coins(terms, fee), "recipient": terms.fee_recipient},
        ],
        "orderType": 0,
        "startTime": str(start),
        "endTime": str(start + terms.days * 86_400),
        "zoneHash": _NOTHING,
        "salt": str(secrets.randbits(200)),
        "conduitKey": _NOTHING,
        "counter": "0",
    }
    domain = {
        "name": "Blur Exchange" if hostile == "domain" else "Seaport",
        "version": "1.6",
        "chainId": 1 if hostile == "chain" else terms.chain_id,
        "verifyingContract": STRANGER if hostile == "contract" else terms.seaport,
    }
    types, kind, message = dict(_TYPES), "OrderComponents", order
    if hostile == "permit":
        domain |= {"name": "USD Coin", "verifyingContract": STRANGER}
        types, kind = {"EIP712Domain": _TYPES["EIP712Domain"], "Permit": _PERMIT}, "Permit"
        message = {"owner": seller, "spender": STRANGER, "value": str(2**255), "nonce": "0"}
        message |= {"deadline": str(start + 86_400), "salt": order["salt"]}
    return {"types": types, "domain": domain, "primaryType": kind, "message": message}


def _item(kind: int, token: str, identifier: int, amount: int) -> dict[str, Any]:
    values = {"itemType": kind, "token": token, "identifierOrCriteria": str(identifier)}
    return values | {"startAmount": str(amount), "endAmount": str(amount)}


def _coins(terms: OrderTerms, amount: int) -> dict[str, Any]:
    return _item(0 if terms.currency == _NOBODY else 1, terms.currency, 0, amount)
