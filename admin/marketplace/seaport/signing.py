"""Signatures of orders: one by one, or one for thousands through a Merkle tree.

A bulk signature signs the root of a tree whose leaves are order hashes; each order carries that
signature, its index and the hashes beside its way to the root. Seaport verifies either form.
"""

from collections.abc import Callable, Sequence

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from admin.marketplace.seaport.order import EMPTY, ORDER_TYPES, Domain, Order, order_hash
from ganshare.errors import ParameterError

__all__ = [
    "MOST_ORDERS",
    "SignHash",
    "cancellation_digest",
    "order_digest",
    "sign_bulk",
    "sign_orders",
    "sign_single",
]

SignHash = Callable[[bytes], bytes]  # 32 bytes -> 65: r, s, v
_CANCELLATION = bytes(keccak(text="OrderHash(bytes32 orderHash)"))
MOST_ORDERS = 2**24  # Seaport's greatest tree


def order_digest(order: Order, domain: Domain) -> bytes:
    """Give what is signed for a single order."""
    return bytes(keccak(b"\x19\x01" + domain.separator + order_hash(order)))


def cancellation_digest(order: Order, domain: Domain) -> bytes:
    """Give what is signed for OpenSea, so that it takes an order off for nothing."""
    told = encode(("bytes32", "bytes32"), (_CANCELLATION, order_hash(order)))
    return bytes(keccak(b"\x19\x01" + domain.separator + keccak(told)))


def sign_orders(orders: Sequence[Order], domain: Domain, sign: SignHash) -> list[bytes]:
    """Sign any number of orders with one signature; gives each order's own form of it."""
    if len(orders) == 1:
        return [sign_single(orders[0], domain, sign)]
    return sign_bulk(orders, domain, sign)


def sign_single(order: Order, domain: Domain, sign: SignHash) -> bytes:
    """Sign one order."""
    return sign(order_digest(order, domain))


def sign_bulk(orders: Sequence[Order], domain: Domain, sign: SignHash) -> list[bytes]:
    """Sign a tree of orders.

    Raises:
        ParameterError: there are none, or more than a tree holds.
    """
    if not 1 <= len(orders) <= MOST_ORDERS:
        message = f"A bulk signature takes 1 to {MOST_ORDERS} orders, not {len(orders)}."
        raise ParameterError(message, given=len(orders), allowed=(1, MOST_ORDERS))
    layers = _layers([order_hash(order) for order in orders])
    root = keccak(encode(("bytes32", "bytes32"), (_tree_type(len(layers) - 1), layers[-1][0])))
    signature = sign(bytes(keccak(b"\x19\x01" + domain.separator + root)))
    return [
        signature + index.to_bytes(3, "big") + b"".join(_proof(layers, index))
        for index in range(len(orders))
    ]


def _layers(leaves: list[bytes]) -> list[list[bytes]]:
    """Hash pair by pair, from the leaves up to the root; a tree is at least one pair."""
    height = max(1, (len(leaves) - 1).bit_length())
    layers = [leaves + [order_hash(EMPTY)] * (2**height - len(leaves))]
    while len(layer := layers[-1]) > 1:
        layers.append([bytes(keccak(layer[i] + layer[i + 1])) for i in range(0, len(layer), 2)])
    return layers


def _proof(layers: list[list[bytes]], index: int) -> list[bytes]:
    return [layer[(index >> level) ^ 1] for level, layer in enumerate(layers[:-1])]


def _tree_type(height: int) -> bytes:
    return bytes(keccak(text=f"BulkOrder(OrderComponents{'[2]' * height} tree){ORDER_TYPES}"))
