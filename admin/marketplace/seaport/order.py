"""A Seaport 1.6 order as a value, and its EIP-712 hash.

The structures are those of https://github.com/ProjectOpenSea/seaport: an order offers items for a
consideration, and its hash, which also is the leaf of a bulk signature's tree, names it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from ganshare.errors import ParameterError

__all__ = [
    "COMPONENTS",
    "EMPTY",
    "NATIVE",
    "NO_KEY",
    "ORDER_TYPES",
    "PARAMETERS",
    "ConsiderationItem",
    "Domain",
    "ItemType",
    "OfferItem",
    "Order",
    "OrderType",
    "order_hash",
]

NATIVE = "0x" + "00" * 20  # the chain's own coin, where a token's address would stand
NO_KEY = "0x" + "00" * 32

_OFFER_FIELDS = (
    "uint8 itemType,address token,uint256 identifierOrCriteria,"
    "uint256 startAmount,uint256 endAmount"
)
_OFFER_TYPE = f"OfferItem({_OFFER_FIELDS})"
_CONSIDERATION_TYPE = f"ConsiderationItem({_OFFER_FIELDS},address recipient)"
_COMPONENTS_TYPE = (
    "OrderComponents(address offerer,address zone,OfferItem[] offer,"
    "ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,"
    "bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter)"
)
# EIP-712 lists the types that a type refers to after it, in alphabetical order.
ORDER_TYPES = _CONSIDERATION_TYPE + _OFFER_TYPE + _COMPONENTS_TYPE
_OFFER_HASH = keccak(text=_OFFER_TYPE)
_CONSIDERATION_HASH = keccak(text=_CONSIDERATION_TYPE)
_COMPONENTS_HASH = keccak(text=_COMPONENTS_TYPE + _CONSIDERATION_TYPE + _OFFER_TYPE)
_DOMAIN_HASH = keccak(
    text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)

_OFFER_ABI = ("uint8", "address", "uint256", "uint256", "uint256")
_CONSIDERATION_ABI = (*_OFFER_ABI, "address")
_ORDER_ABI = (
    f"address,address,({','.join(_OFFER_ABI)})[],({','.join(_CONSIDERATION_ABI)})[],"
    "uint8,uint256,uint256,bytes32,uint256,bytes32,uint256"
)
# Two forms in which contracts take an order; only the meaning of the last number differs: the
# counter, or how many items of the consideration there were at first.
COMPONENTS = PARAMETERS = f"({_ORDER_ABI})"


class ItemType(IntEnum):
    """What an item is."""

    NATIVE = 0
    ERC20 = 1
    ERC721 = 2
    ERC1155 = 3


class OrderType(IntEnum):
    """How an order may be filled; a restricted one needs its zone's agreement."""

    FULL_OPEN = 0
    PARTIAL_OPEN = 1
    FULL_RESTRICTED = 2
    PARTIAL_RESTRICTED = 3


@dataclass(frozen=True, slots=True)
class Domain:
    """Where an order holds: one Seaport on one chain."""

    chain_id: int
    contract: str
    name: str = "Seaport"
    version: str = "1.6"

    @property
    def separator(self) -> bytes:
        """The hash that keeps a signature from being valid elsewhere."""
        names = (keccak(text=self.name), keccak(text=self.version))
        values = (_DOMAIN_HASH, *names, self.chain_id, self.contract)
        return bytes(keccak(encode(("bytes32",) * 3 + ("uint256", "address"), values)))


@dataclass(frozen=True, slots=True)
class OfferItem:
    """What the offerer gives; the amount stays the same from beginning to end."""

    item_type: ItemType
    token: str
    identifier: int
    amount: int

    def as_tuple(self) -> tuple[Any, ...]:
        """As contracts take it."""
        return (int(self.item_type), self.token, self.identifier, self.amount, self.amount)


@dataclass(frozen=True, slots=True)
class ConsiderationItem:
    """What a recipient gets for it."""

    item_type: ItemType
    token: str
    identifier: int
    amount: int
    recipient: str

    def as_tuple(self) -> tuple[Any, ...]:
        """As contracts take it."""
        start = (int(self.item_type), self.token, self.identifier, self.amount, self.amount)
        return (*start, self.recipient)


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that an offerer signs.

    Args:
        zone: a contract that must agree, if the type is restricted.
        start: when it begins to hold, `end` when it no longer does; seconds since 1970.
        conduit_key: names the contract that moves the tokens; `NO_KEY` for Seaport itself.
        counter: the offerer's at Seaport; raising it there disables all orders signed before.
    """

    offerer: str
    zone: str
    offer: tuple[OfferItem, ...]
    consideration: tuple[ConsiderationItem, ...]
    order_type: OrderType
    start: int
    end: int
    zone_hash: str
    salt: int
    conduit_key: str
    counter: int

    @property
    def price(self) -> int:
        """What a buyer pays in all."""
        return sum(item.amount for item in self.consideration)

    @property
    def proceeds(self) -> int:
        """What the offerer gets of it."""
        return sum(each.amount for each in self.consideration if each.recipient == self.offerer)

    def as_components(self) -> tuple[Any, ...]:
        """As Seaport's `cancel` and `getOrderHash` take it."""
        return (*self._common(), self.counter)

    def as_parameters(self) -> tuple[Any, ...]:
        """As Seaport's ways to fulfil take it."""
        return (*self._common(), len(self.consideration))

    def _common(self) -> tuple[Any, ...]:
        return (
            self.offerer,
            self.zone,
            [item.as_tuple() for item in self.offer],
            [item.as_tuple() for item in self.consideration],
            int(self.order_type),
            self.start,
            self.end,
            bytes.fromhex(self.zone_hash[2:]),
            self.salt,
            bytes.fromhex(self.conduit_key[2:]),
        )

    def to_json(self) -> dict[str, Any]:
        """As one JSON object without loss; `from_json` reads it again."""
        values = asdict(self)
        # Numbers above 2**53 are kept as text: not every reader of JSON has them exactly.
        for item in (*values["offer"], *values["consideration"]):
            item["identifier"], item["amount"] = str(item["identifier"]), str(item["amount"])
        return values | {"salt": str(self.salt), "counter": str(self.counter)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Order":
        """Read what `to_json` gave.

        Raises:
            ParameterError: a value is missing or of a wrong kind.
        """
        try:
            items = {
                "offer": tuple(OfferItem(**_numbers(each)) for each in values["offer"]),
                "consideration": tuple(
                    ConsiderationItem(**_numbers(each)) for each in values["consideration"]
                ),
                "order_type": OrderType(values["order_type"]),
                "salt": int(values["salt"]),
                "counter": int(values["counter"]),
            }
            return cls(**(dict(values) | items))
        except (KeyError, TypeError, ValueError) as error:
            raise ParameterError(f"This is not an order: {error}.", given=None) from error


def _numbers(item: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {name: int(item[name]) for name in ("identifier", "amount")}
    return dict(item) | numbers | {"item_type": ItemType(item["item_type"])}


def order_hash(order: Order) -> bytes:
    """Give the 32 bytes that name an order, as Seaport's `getOrderHash` does."""
    offer = _array_hash(_OFFER_HASH, _OFFER_ABI, [item.as_tuple() for item in order.offer])
    consideration = _array_hash(
        _CONSIDERATION_HASH, _CONSIDERATION_ABI, [item.as_tuple() for item in order.consideration]
    )
    types = ("bytes32", "address", "address", "bytes32", "bytes32", "uint8", "uint256", "uint256")
    offerer, zone, _, _, *rest = order.as_components()
    values = (_COMPONENTS_HASH, offerer, zone, offer, consideration, *rest)
    return bytes(keccak(encode((*types, "bytes32", "uint256", "bytes32", "uint256"), values)))


def _array_hash(type_hash: bytes, types: tuple[str, ...], items: list[tuple[Any, ...]]) -> bytes:
    hashes = (keccak(encode(("bytes32", *types), (type_hash, *item))) for item in items)
    return bytes(keccak(b"".join(hashes)))


# What fills a tree up to a power of two.
EMPTY = Order(NATIVE, NATIVE, (), (), OrderType.FULL_OPEN, 0, 0, NO_KEY, 0, NO_KEY, 0)
