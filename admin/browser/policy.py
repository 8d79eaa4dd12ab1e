"""What a page may have signed: only what the settings allow, for the present item."""

import json
import re
from dataclasses import dataclass

from admin.browser.errors import Code, RequestRefused
from admin.browser.typed_data import read_typed_data
from admin.marketplace.seaport.amounts import Currency
from admin.marketplace.seaport.order import NO_KEY, Domain, ItemType, Order
from ganshare.chain.sign_in import SignIn, read_sign_in
from ganshare.errors import ParameterError, SettingsError, quoted

__all__ = ["Policy", "Wanted", "origin_of"]

_ORIGIN = re.compile(r"(https?://[A-Za-z0-9.-]+(?::\d+)?)(?:/.*)?")
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The listing in hand: the token, its id at the marketplace, and its price."""

    token: int
    identifier: int
    price: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What the owner allows pages to ask for.

    Args:
        origin: of the only pages that are answered: scheme, host and port.
        seaport, collection, currency: the only ones of an order.
        recipients: who may get a share of a price beside the seller.
        price_cap: the highest price, in the currency's smallest units.
        conduit_key: of the conduit that may move tokens; none at all is allowed, too.
    """

    origin: str
    owner: str
    chain_id: int
    seaport: str
    collection: str
    currency: Currency
    recipients: frozenset[str]
    price_cap: int
    conduit_key: str

    @property
    def host(self) -> str:
        """The origin without its scheme."""
        return self.origin.partition("://")[2]

    def check_origin(self, origin: object) -> None:
        """Raise RequestRefused unless it is the marketplace's."""
        if origin != self.origin:
            raise RequestRefused(
                f"The wallet answers pages of {self.origin} only, not of {quoted(origin)}.",
                Code.UNAUTHORIZED,
            )

    def read_sign_in(self, text: object, account: object) -> SignIn:
        """Read what `personal_sign` is asked for; raises RequestRefused."""
        self._check_account(account)
        try:
            message = read_sign_in(_text(text), of_marketplace=True)
        except ParameterError as error:
            raise RequestRefused(f"{error} The wallet signs nothing else as a message.") from error
        for what, given, allowed in (
            ("page", message.domain, self.host),
            ("account", message.address, self.owner),
            ("chain", message.chain_id, self.chain_id),
        ):
            if given != allowed:
                raise _refusal(what, given, allowed)
        return message

    def read_order(self, given: object, account: object, wanted: Wanted) -> Order:
        """Read what `eth_signTypedData_v4` is asked for; raises RequestRefused."""
        self._check_account(account)
        domain, order = read_typed_data(given)
        self._check_domain(domain)
        self._check_offer(order, wanted)
        self._check_price(order, wanted)
        return order

    def _check_account(self, account: object) -> None:
        if not isinstance(account, str) or account.lower() != self.owner.lower():
            raise RequestRefused(
                f"The wallet has the account {self.owner}, not {quoted(account)}.",
                Code.UNAUTHORIZED,
            )

    def _check_domain(self, domain: Domain) -> None:
        for what, given, allowed in (
            ("name", domain.name, "Seaport"),
            ("version", domain.version, "1.6"),
            ("chain", domain.chain_id, self.chain_id),
            ("contract", domain.contract, self.seaport),
        ):
            if given != allowed:
                raise _refusal(f"{what} of the domain", given, allowed)

    def _check_offer(self, order: Order, wanted: Wanted) -> None:
        if order.offerer != self.owner:
            raise _refusal("offerer", order.offerer, self.owner)
        if len(order.offer) != 1:
            raise _refusal("number of offered items", len(order.offer), 1)
        item = order.offer[0]
        for what, given, allowed in (
            ("offered contract", item.token, self.collection),
            ("offered token", item.identifier, wanted.identifier),
            ("offered amount", item.amount, 1),
        ):
            if given != allowed:
                raise _refusal(what, given, allowed)
        if item.item_type not in (ItemType.ERC721, ItemType.ERC1155):
            raise _refusal("kind of what is offered", item.item_type.name, "ERC721 or ERC1155")
        if order.conduit_key not in (self.conduit_key.lower(), NO_KEY):
            raise _refusal("conduit key", order.conduit_key, self.conduit_key)

    def _check_price(self, order: Order, wanted: Wanted) -> None:
        for item in order.consideration:
            if item.token != self.currency.address:
                raise _refusal("currency", item.token, self.currency.address)
            if item.item_type not in (ItemType.NATIVE, ItemType.ERC20):
                raise _refusal("kind of currency", item.item_type.name, "coins")
            if item.recipient != self.owner and item.recipient not in self.recipients:
                raise _refusal("recipient", item.recipient, sorted({self.owner, *self.recipients}))
        show = self.currency.show
        if order.price != wanted.price:
            raise _refusal("price", show(order.price), show(wanted.price))
        if order.price > self.price_cap:
            raise _refusal("price", show(order.price), f"up to {show(self.price_cap)}")


def origin_of(url: str) -> str:
    """Give the origin of the marketplace's pages.

    Raises:
        SettingsError: it is no address of a page.
    """
    found = _ORIGIN.fullmatch(url)
    if found is None:
        raise SettingsError(
            f"ADMIN_OPENSEA_WEB_BASE is {quoted(url)}; it must be an address such as "
            "https://opensea.io."
        )
    return found[1].lower()


def _text(given: object) -> str:
    """Wallets take a message as hexadecimal digits, or as it is."""
    if isinstance(given, str) and _HEX.fullmatch(given):
        return bytes.fromhex(given[2:]).decode("utf-8", "replace")
    return given if isinstance(given, str) else json.dumps(given)


def _refusal(what: str, given: object, allowed: object) -> RequestRefused:
    return RequestRefused(f"The wallet does not sign this: the {what} is {given}, not {allowed}.")
