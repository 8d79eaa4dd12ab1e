"""The signing key, used under a policy only.

A `Signer` has no way to sign just any bytes: it takes transactions, Seaport orders and messages to
sign in with, looks at what they do, and refuses what the owner's limits don't allow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rlp
from eth_abi.abi import decode
from eth_typing import Hash32
from eth_utils.address import to_checksum_address

from admin.contract.collection import MINT_BATCH, TRANSFER_TOKEN
from admin.marketplace.currency import TRANSFER_CURRENCY
from admin.marketplace.seaport.order import Domain, ItemType, Order
from admin.marketplace.seaport.signing import cancellation_digest, sign_orders
from admin.wallet.fees import GWEI, Fees
from ganshare.chain.abi import Function
from ganshare.chain.sign_in import SignIn
from ganshare.errors import AskerError

# eth_account takes a second to import, and most commands sign nothing.
if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

__all__ = [
    "Limits",
    "PolicyError",
    "Signed",
    "Signer",
    "purpose_of",
]


class PolicyError(AskerError):
    """What should be signed is not what the owner allowed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the key may be used for.

    Args:
        chain_id: the only chain.
        recipients: the contracts that it may call.
        may_deploy: whether it may make a contract.
        gas_price: the most by unit of gas, in wei.
        transaction: the most that one transaction may cost, gas and value, in wei.
        day: the same for all transactions of 24 hours.
        month: the same for 30 days; None for no such limit.
        seaport: where its orders hold; None if it must not list.
        collection: whose tokens it may offer.
        least_share: of an order's price that it must get itself, in basis points.
        longest: seconds that an order may hold.
        site: host of the only page that it may sign in at; None for none.
        currency: the contract of the only one that orders may be in; None for any.
        floor: the lowest price of an order, in smallest units.
        payees: who may get coins, currency and tokens besides the key's own account.
        currencies: the contracts whose money may be sent to them.
    """

    chain_id: int
    recipients: frozenset[str]
    gas_price: int
    transaction: int
    day: int
    may_deploy: bool = False
    seaport: str | None = None
    collection: str | None = None
    least_share: int = 7_500
    longest: int = 180 * 86_400
    month: int | None = None
    site: str | None = None
    currency: str | None = None
    floor: int = 0
    payees: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Signed:
    """A transaction as it is sent."""

    raw: bytes
    hash: str


class Signer:
    """A key and what it may be used for; it shows neither itself nor the key."""

    def __init__(self, account: "LocalAccount", limits: Limits) -> None:
        self._account = account
        self._limits = limits
        self.address: str = account.address

    def __repr__(self) -> str:
        return f"Signer({self.address})"

    def __reduce__(self) -> Any:
        raise TypeError("A signer stays in its process.")

    def sign_transaction(
        self,
        *,
        chain_id: int,
        nonce: int,
        to: str | None,
        data: bytes,
        value: int,
        gas: int,
        fees: Fees,
        spent: int,
        spent_in_month: int = 0,
    ) -> Signed:
        """Sign a transaction.

        Args:
            spent: in the last 24 hours, without this one; the other in the last 30 days.

        Raises:
            PolicyError: it is more than the owner allowed.
        """
        self._check_recipient(chain_id, to, data, value)
        # What goes to a payee isn't spent; whatever else has a value is.
        paid = 0 if to in self._limits.payees else value
        self._check_cost(gas * fees.max_fee + paid, fees, spent, spent_in_month)
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": chain_id,
            "nonce": nonce,
            "value": value,
            "data": data,
            "gas": gas,
            "maxFeePerGas": fees.max_fee,
            "maxPriorityFeePerGas": fees.priority,
        }
        if to is not None:
            fields["to"] = to
        signed = self._account.sign_transaction(fields)
        return Signed(bytes(signed.raw_transaction), "0x" + bytes(signed.hash).hex())

    def sign_listings(self, orders: Sequence[Order], domain: Domain) -> list[bytes]:
        """Sign orders, with one signature for all of them.

        Raises:
            PolicyError: one of them offers or gives away more than the owner allowed.
        """
        for order in orders:
            self._check_order(order, domain)

        def sign(digest: bytes) -> bytes:
            return bytes(self._account.unsafe_sign_hash(Hash32(digest)).signature)

        return sign_orders(orders, domain, sign)

    def sign_cancellation(self, order: Order, domain: Domain) -> bytes:
        """Sign for OpenSea that an order of one's own is to be taken off.

        Raises:
            PolicyError: it is somebody else's, or of another Seaport.
        """
        self._check_domain(domain)
        if order.offerer != self.address:
            raise _refusal("offerer", order.offerer, self.address)
        digest = Hash32(cancellation_digest(order, domain))
        return bytes(self._account.unsafe_sign_hash(digest).signature)

    def sign_in(self, message: SignIn) -> bytes:
        """Sign a message to sign in with.

        Raises:
            PolicyError: it is for another page, account or chain than the owner allowed.
        """
        limits = self._limits
        if limits.site is None or message.domain != limits.site:
            raise _refusal("page", message.domain, limits.site)
        if message.uri.split("/")[2] != limits.site:
            raise _refusal("page", message.uri, limits.site)
        if message.address != self.address:
            raise _refusal("account", message.address, self.address)
        if message.chain_id != limits.chain_id:
            raise _refusal("chain", message.chain_id, limits.chain_id)
        from eth_account.messages import encode_defunct

        return bytes(self._account.sign_message(encode_defunct(text=message.text)).signature)

    def _check_recipient(self, chain_id: int, to: str | None, data: bytes, value: int) -> None:
        limits = self._limits
        if chain_id != limits.chain_id:
            raise _refusal("chain", chain_id, limits.chain_id)
        if to is None and not limits.may_deploy:
            raise _refusal("recipient", "a new contract", sorted(limits.recipients))
        if to == self.address and not data and not value:
            return  # it does nothing but use a nonce
        if to in limits.payees and not data:
            return
        if to is not None and to not in limits.recipients | limits.currencies:
            raise _refusal("recipient", to, sorted(limits.recipients))
        if data[:4] in _NEVER:
            raise _refusal("call", f"0x{data[:4].hex()}", [each.signature for each in _MOVES])
        moved = next((each for each in _MOVES if data.startswith(each.selector)), None)
        if moved is None and to in limits.currencies:
            raise _refusal("call of a currency", f"0x{data[:4].hex()}", TRANSFER_CURRENCY.signature)
        if moved is not None:
            values = decode(moved.arguments, data[4:])
            payee = to_checksum_address(values[_MOVES[moved]])
            allowed = limits.payees | {self.address}
            if payee not in allowed:
                raise _refusal("payee", payee, sorted(allowed))

    def _check_cost(self, most: int, fees: Fees, spent: int, spent_in_month: int) -> None:
        limits = self._limits
        if fees.max_fee > limits.gas_price:
            raise _refusal("gas price in gwei", fees.max_fee / GWEI, limits.gas_price / GWEI)
        if most > limits.transaction:
            raise _refusal("cost of a transaction in wei", most, limits.transaction)
        if spent + most > limits.day:
            raise _refusal("cost of 24 hours in wei", spent + most, limits.day)
        if limits.month is not None and spent_in_month + most > limits.month:
            raise _refusal("cost of 30 days in wei", spent_in_month + most, limits.month)

    def _check_domain(self, domain: Domain) -> None:
        limits = self._limits
        where = (domain.chain_id, domain.contract, domain.name, domain.version)
        if where != (limits.chain_id, limits.seaport, "Seaport", "1.6"):
            raise _refusal("Seaport", where, (limits.chain_id, limits.seaport))

    def _check_order(self, order: Order, domain: Domain) -> None:
        limits = self._limits
        self._check_domain(domain)
        if order.offerer != self.address:
            raise _refusal("offerer", order.offerer, self.address)
        for item in order.offer:
            kind = item.item_type in (ItemType.ERC721, ItemType.ERC1155)
            mine = kind and item.token == limits.collection
            if (
                not mine
                or item.amount < 1
                or (item.item_type is ItemType.ERC721 and item.amount != 1)
            ):
                raise _refusal("offered item", item.token, limits.collection)
        if len(order.offer) != 1:
            raise _refusal("number of offered items", len(order.offer), 1)
        if order.price <= 0 or order.proceeds * 10_000 < order.price * limits.least_share:
            raise _refusal("seller's share", order.proceeds, f"{limits.least_share / 100:g} %")
        paid = {item.token for item in order.consideration}
        if limits.currency is not None and paid != {limits.currency}:
            raise _refusal("currency", ", ".join(sorted(paid)), limits.currency)
        if order.price < limits.floor * order.offer[0].amount:
            raise _refusal("price in smallest units", order.price, f"at least {limits.floor}")
        if len({(item.item_type, item.token) for item in order.consideration}) != 1:
            raise _refusal("number of currencies", "several", 1)
        if order.consideration[0].item_type not in (ItemType.NATIVE, ItemType.ERC20):
            raise _refusal("currency", order.consideration[0].item_type.name, "coins")
        if not 0 < order.end - order.start <= limits.longest:
            raise _refusal("duration in seconds", order.end - order.start, limits.longest)


# Calls by which something gets another owner, and which of their arguments names it.
_MOVES = {MINT_BATCH: 0, TRANSFER_TOKEN: 1, TRANSFER_CURRENCY: 0}
# Others by which somebody could get a token; GANshare never sends them.
_NEVER = frozenset(
    Function(each).selector
    for each in (
        "approve(address,uint256)",
        "safeTransferFrom(address,address,uint256)",
        "safeTransferFrom(address,address,uint256,bytes)",
    )
)


def purpose_of(raw: bytes) -> tuple[str, bytes]:
    """Read whom a signed transaction calls, in lower case, and with what; "" makes a contract."""
    # EIP-1559: 2, then a list of chain, nonce, fees, gas, recipient, value, data and signature.
    fields = rlp.decode(raw[1:])
    to, data = fields[5], fields[7]
    return f"0x{to.hex()}" if to else "", bytes(data)


def _refusal(what: str, given: object, allowed: object) -> PolicyError:
    message = f"The key may not sign this: the {what} is {given}; allowed is {allowed}."
    return PolicyError(message, given=given, allowed=allowed)
