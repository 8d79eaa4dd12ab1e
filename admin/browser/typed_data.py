"""Parses typed data from pages (EIP-712) strictly: one Seaport order or nothing.

Only the values are taken over, into an `Order`; what is signed is hashed from that with our own
types, so that no trick with the page's types changes its meaning.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from eth_utils.address import is_hex_address, to_checksum_address

from admin.browser.errors import RequestRefused
from admin.marketplace.seaport.order import (
    ORDER_TYPES,
    ConsiderationItem,
    Domain,
    ItemType,
    OfferItem,
    Order,
    OrderType,
)
from ganshare.errors import quoted

__all__ = ["DOMAIN_TYPE", "TYPES", "read_typed_data"]

DOMAIN_TYPE = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]
TYPES: Mapping[str, list[dict[str, str]]] = {
    kind: [
        {"name": name, "type": type_}
        for type_, _, name in (each.partition(" ") for each in fields.split(","))
    ]
    for kind, fields in re.findall(r"(\w+)\(([^)]*)\)", ORDER_TYPES)
}
_LONGEST = 100_000
_MOST_ITEMS = 20
_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_NUMBER = re.compile(r"\d{1,78}|0x[0-9a-fA-F]{1,64}")


def read_typed_data(given: object) -> tuple[Domain, Order]:
    """Read what a page asks to have signed.

    Raises:
        RequestRefused: it is anything but a Seaport order, whole and without additions.
    """
    values = _parse(given)
    _keys("typed data", values, {"types", "domain", "primaryType", "message"})
    types = dict(values["types"]) if isinstance(values["types"], dict) else {}
    domain_type = types.pop("EIP712Domain", DOMAIN_TYPE)
    if values["primaryType"] != "OrderComponents" or types != TYPES or domain_type != DOMAIN_TYPE:
        raise RequestRefused(
            f"The wallet signs Seaport orders only, not {quoted(values['primaryType'])}."
        )
    return _domain(values["domain"]), _order(values["message"])


def _parse(given: object) -> dict[str, Any]:
    values = given
    if isinstance(given, str):
        try:
            values = json.loads(given) if len(given) <= _LONGEST else None
        except (ValueError, RecursionError):
            values = None
    if not isinstance(values, dict):
        raise RequestRefused("The typed data cannot be read.")
    return values


def _domain(values: object) -> Domain:
    held = _keys("domain", values, {each["name"] for each in DOMAIN_TYPE})
    return Domain(
        chain_id=_number(held["chainId"]),
        contract=_address(held["verifyingContract"]),
        name=str(held["name"]),
        version=str(held["version"]),
    )


def _order(values: object) -> Order:
    held = _keys("order", values, {each["name"] for each in TYPES["OrderComponents"]})
    return Order(
        offerer=_address(held["offerer"]),
        zone=_address(held["zone"]),
        offer=tuple(_offer(each) for each in _list(held["offer"])),
        consideration=tuple(_consideration(each) for each in _list(held["consideration"])),
        order_type=_one_of(OrderType, held["orderType"]),
        start=_number(held["startTime"]),
        end=_number(held["endTime"]),
        zone_hash=_hash(held["zoneHash"]),
        salt=_number(held["salt"]),
        conduit_key=_hash(held["conduitKey"]),
        counter=_number(held["counter"]),
    )


def _offer(values: object) -> OfferItem:
    held = _keys("offered item", values, {each["name"] for each in TYPES["OfferItem"]})
    return OfferItem(*_item(held))


def _consideration(values: object) -> ConsiderationItem:
    held = _keys("consideration", values, {each["name"] for each in TYPES["ConsiderationItem"]})
    return ConsiderationItem(*_item(held), _address(held["recipient"]))


def _item(held: Mapping[str, Any]) -> tuple[ItemType, str, int, int]:
    amount = _number(held["startAmount"])
    if _number(held["endAmount"]) != amount:
        raise RequestRefused("The order's price changes with time; allowed is one that stays.")
    return (
        _one_of(ItemType, held["itemType"]),
        _address(held["token"]),
        _number(held["identifierOrCriteria"]),
        amount,
    )


def _keys(what: str, values: object, wanted: set[str]) -> dict[str, Any]:
    if not isinstance(values, dict) or set(values) != wanted:
        given = sorted(map(str, values)) if isinstance(values, dict) else type(values).__name__
        raise RequestRefused(f"The {what} has {quoted(given)}; it must have {sorted(wanted)}.")
    return values


def _list(values: object) -> list[Any]:
    if not isinstance(values, list) or not 1 <= len(values) <= _MOST_ITEMS:
        raise RequestRefused(f"An order must have lists of 1 to {_MOST_ITEMS} items.")
    return values


def _number(given: object) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**256:
        return given
    if isinstance(given, str) and _NUMBER.fullmatch(given):
        number = int(given, 16 if given.startswith("0x") else 10)
        if number < 2**256:
            return number
    raise RequestRefused(f"{quoted(given)} is not a whole number of 256 bits.")


def _address(given: object) -> str:
    if not isinstance(given, str) or not is_hex_address(given) or not given.startswith("0x"):
        raise RequestRefused(f"{quoted(given)} is not an address.")
    return str(to_checksum_address(given))


def _hash(given: object) -> str:
    if not isinstance(given, str) or not _HASH.fullmatch(given):
        raise RequestRefused(f"{quoted(given)} is not a hash of 32 bytes.")
    return given.lower()


def _one_of(kind: Any, given: object) -> Any:
    try:
        return kind(_number(given))
    except ValueError as error:
        raise RequestRefused(f"{quoted(given)} is not a known {kind.__name__}.") from error
