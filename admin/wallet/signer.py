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

from admin.contract.collection import (
    CLOSE_MINTING,
    FREEZE_METADATA,
    FREEZE_TOKENS,
    GRANT_ROLE,
    MINT_BATCH,
    MINTER_ROLE,
    PAUSE,
    PAUSER_ROLE,
    REVOKE_ROLE,
    SET_CONTRACT_URI,
    SET_ROYALTY,
    TRANSFER_TOKEN,
    UNPAUSE,
)
from admin.marketplace.currency import TRANSFER_CURRENCY
from admin.marketplace.seaport.contract import CANCEL, INCREMENT_COUNTER, SET_APPROVAL
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
        operators: who may be given the right to move the key's tokens, such as a conduit.
        calls: the first four bytes of calls that may be sent besides those that GANshare knows;
            none by which someone gets tokens or a contract.
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
    operators: frozenset[str] = frozenset()
    calls: frozenset[bytes] = frozenset()


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
        before: bytes | None = None,
    ) -> Signed:
        """Sign a transaction.

        Args:
            spent: in the last 24 hours, without this one; the other in the last 30 days.
            before: a transaction that it replaces; the same call of this key's, with the same
                nonce, may be signed with other fees.

        Raises:
            PolicyError: it is more than the owner allowed.
        """
        if before is None or not self._signed(before, chain_id, nonce, to, data, value):
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
            PolicyError: it is someone else's, or of another Seaport.
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

    def _signed(self, raw: bytes, *values: Any) -> bool:
        """Whether a transaction is this key's own, with this chain, nonce, call and value."""
        from eth_account import Account

        chain_id, nonce, to, data, value = values
        fields = rlp.decode(raw[1:])
        found = int.from_bytes(fields[0]), int.from_bytes(fields[1]), *purpose_of(raw)
        same = (*found, int.from_bytes(fields[6])) == (
            chain_id,
            nonce,
            (to or "").lower(),
            data,
            value,
        )
        return same and Account.recover_transaction(raw) == self.address

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
        if to is not None:
            self._check_call(to, data)

    def _check_call(self, to: str, data: bytes) -> None:
        """Refuse what GANshare never sends, and what gives something to someone not named."""
        limits = self._limits
        known = {TRANSFER_CURRENCY.selector} if to in limits.currencies else _CALLS | limits.calls
        if data[:4] not in known - _NEVER:
            raise _refusal("call", f"0x{data[:4].hex()}", "what GANshare's own commands send")
        named = next((each for each in _NAMES if data.startswith(each.selector)), None)
        if named is None:
            return
        what, position = _NAMES[named]
        found = decode(named.arguments, data[4:])[position]
        allowed: frozenset[Any] = {
            "payee": limits.payees | {self.address},
            "operator": limits.operators,
            "role": _ROLES,
        }[what]
        given = f"0x{found.hex()}" if isinstance(found, bytes) else to_checksum_address(found)
        if (found if isinstance(found, bytes) else given) not in allowed:
            raise _refusal(what, given, sorted(str(each) for each in allowed))

    def _check_cost(self, most: int, fees: Fees, spent: int, spent_in_month: int) -> None:
        limits = self._limits
        if fees.max_fee > limits.gas_price:
            most_gwei = f"{limits.gas_price / GWEI:g} (ADMIN_GAS_PRICE_CAP_GWEI)"
            raise _refusal("gas price in gwei", fees.max_fee / GWEI, most_gwei)
        if most > limits.transaction:
            raise _refusal(
                "cost of a transaction in wei",
                most,
                f"{limits.transaction} (ADMIN_TRANSACTION_CAP)",
            )
        if spent + most > limits.day:
            allowed = f"{limits.day} (ADMIN_DAY_CAP)"
            raise _refusal("cost of 24 hours in wei", spent + most, allowed)
        if limits.month is not None and spent_in_month + most > limits.month:
            allowed = f"{limits.month} (ADMIN_MONTH_CAP)"
            raise _refusal("cost of 30 days in wei", spent_in_month + most, allowed)

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


# What GANshare's commands send to the collection and to Seaport.
_CALLS = frozenset(
    each.selector
    for each in (
        CANCEL,
        CLOSE_MINTING,
        FREEZE_METADATA,
        FREEZE_TOKENS,
        GRANT_ROLE,
        INCREMENT_COUNTER,
        MINT_BATCH,
        PAUSE,
        REVOKE_ROLE,
        SET_APPROVAL,
        SET_CONTRACT_URI,
        SET_ROYALTY,
        TRANSFER_TOKEN,
        UNPAUSE,
    )
)
# Calls that nobody may ask for, by which someone gets tokens or a contract, or that hide others.
_NEVER = frozenset(
    Function(each).selector
    for each in (
        "approve(address,uint256)",
        "beginDefaultAdminTransfer(address)",
        "burn(uint256)",
        "execute(address,uint256,bytes)",
        "increaseAllowance(address,uint256)",
        "multicall(bytes[])",
        "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
        "safeTransferFrom(address,address,uint256)",
        "safeTransferFrom(address,address,uint256,bytes)",
        "safeTransferFrom(address,address,uint256,uint256,bytes)",
        "transferOwnership(address)",
        "upgradeTo(address)",
        "upgradeToAndCall(address,bytes)",
    )
)
# Calls by which someone gets something, and which of their arguments names whom or what.
_NAMES = {
    MINT_BATCH: ("payee", 0),
    TRANSFER_TOKEN: ("payee", 1),
    TRANSFER_CURRENCY: ("payee", 0),
    SET_APPROVAL: ("operator", 0),
    GRANT_ROLE: ("role", 0),
}
_ROLES = frozenset({MINTER_ROLE, PAUSER_ROLE})


def purpose_of(raw: bytes) -> tuple[str, bytes]:
    """Read whom a signed transaction calls, in lower case, and with what; "" makes a contract."""
    # EIP-1559: 2, then a list of chain, nonce, fees, gas, recipient, value, data and signature.
    fields = rlp.decode(raw[1:])
    to, data = fields[5], fields[7]
    return f"0x{to.hex()}" if to else "", bytes(data)


def _refusal(what: str, given: object, allowed: object) -> PolicyError:
    message = f"The key may not sign this: the {what} is {given}; allowed is {allowed}."
    return PolicyError(message, given=given, allowed=allowed)
