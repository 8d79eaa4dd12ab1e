"""What the chain's commands share: settings, ledger, endpoints and the signer."""

import functools
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click
import httpx
from eth_utils.address import is_hex_address, to_checksum_address

from admin.context import whoever_types
from admin.curation.withdrawn import find_withdrawn
from admin.ledger import Collection, Ledger, Token, TokenState
from admin.marketplace.currency import allowed_currencies, check_currency, read_currency
from admin.marketplace.drops import DropApi
from admin.marketplace.opensea import NotYetAtOpenSea, OpenSea
from admin.marketplace.seaport.amounts import Currency
from admin.marketplace.seaport.contract import GET_CONDUIT, INFORMATION
from admin.marketplace.seaport.listing import duration_of
from admin.marketplace.seaport.order import NATIVE
from admin.marketplace.terms import MarketTerms
from admin.minting.ipfs import Kubo, Pinata, Pinner, PinService
from admin.minting.list import Shop
from admin.wallet.budget import Budget
from admin.wallet.fees import GWEI, FeePolicy, priority_floor
from admin.wallet.keystore import (
    keep_out_of_dumps,
    keystore_address,
    open_keystore,
    read_password,
)
from admin.wallet.sender import Sender
from admin.wallet.signer import Limits, Signer
from admin.wallet.timing import Timing
from ganshare.blobs import Blobs, open_blobs
from ganshare.chain.chain import Chain, open_chain
from ganshare.errors import SettingsError, quoted
from ganshare.monitoring.log import start_log
from ganshare.settings import AdminSettings, CoreSettings, load
from ganshare.store import Store, open_store
from ganshare.tls import tls_context

__all__ = ["COIN", "Session", "open_session", "read_address"]

COIN = Currency("coins", NATIVE, 18)


@dataclass(frozen=True)
class Session:
    """One command's parts; what needs a setting asks for it when it is needed."""

    core: CoreSettings
    settings: AdminSettings
    ledger: Ledger
    client: httpx.AsyncClient
    keystore: Path | None = None  # whose key signs, in place of the minter's

    @property
    def collection(self) -> Collection:
        """The contract; raises SettingsError if none is set."""
        return Collection(self.settings.chain_id, read_address("ADMIN_COLLECTION", self._contract))

    @property
    def _contract(self) -> str:
        if self.settings.collection is None:
            raise SettingsError(
                "No collection is set; `ganshare admin deploy` makes one, and ADMIN_COLLECTION "
                "takes its address."
            )
        return self.settings.collection

    def page_of(self, token: int) -> str:
        """Where the chain's explorer shows a token."""
        return f"{self.settings.explorer.rstrip('/')}/nft/{self.collection.address}/{token}"

    @property
    def seaport(self) -> str:
        """Where orders are filled."""
        return read_address("ADMIN_SEAPORT", self.settings.seaport)

    @property
    def address(self) -> str:
        """Whose keystore it is; no password is needed for that."""
        return keystore_address(self._keystore)

    @property
    def _keystore(self) -> Path:
        found = self.keystore or self.settings.keystore
        if found is None:
            raise SettingsError(
                "No keystore is set; `ganshare admin keys new` makes one, and ADMIN_KEYSTORE "
                "takes its path."
            )
        return found

    def signing_with(self, keystore: Path | None) -> "Session":
        """The same with another key than the minter's; itself for None."""
        if keystore is None:
            return self
        return replace(self, keystore=keystore)

    @property
    def selling(self) -> "Session":
        """The same with the key of who gets the tokens and sells them."""
        return self.signing_with(self.settings.seller_keystore)

    @property
    def payees(self) -> frozenset[str]:
        """Who may get tokens and money: minter, seller, and whom the owner named."""
        named = {read_address("ADMIN_TREASURY", each) for each in self.settings.treasury}
        minter = replace(self, keystore=None)
        return frozenset({minter.address, self.selling.address, *named})

    @property
    def currencies(self) -> list[Currency]:
        """What proceeds may be in, besides the chain's coin."""
        allowed = allowed_currencies(self.settings.chain_id, self.currency)
        return [each for each in allowed if each.address != NATIVE]

    @property
    def fees(self) -> FeePolicy:
        """The owner's cap and the chain's floor."""
        cap = self.settings.gas_price_cap_gwei * GWEI
        return FeePolicy(cap, priority_floor(self.settings.chain_id))

    def chain(self) -> AbstractAsyncContextManager[Chain]:
        """The chain, to be entered."""
        urls = self.settings.rpc_urls.get_secret_value()
        confirmations = self.settings.confirmations
        return open_chain(urls, self.settings.chain_id, confirmations=confirmations)

    def open_store(self) -> Store:
        """The community's store, to be entered."""
        return open_store(self.core.database_url.get_secret_value(), self.core.limits)

    @property
    def blobs(self) -> Blobs:
        """Where the paintings' pictures are."""
        return open_blobs(self.core.blobs_url.get_secret_value())

    async def read_picture(self, token: Token) -> bytes:
        """The bytes of a token's picture; raises BlobError if it is not there."""
        return await self.blobs.get(str(token.item["blob"]))

    async def conduit(self, chain: Chain) -> str:
        """What moves sold tokens; raises SettingsError if there is none for the key."""
        controller = (await chain.call(self.seaport, INFORMATION))[2]
        key = bytes.fromhex(self.settings.conduit_key.removeprefix("0x"))
        conduit, exists = await chain.call(controller, GET_CONDUIT, key)
        if not exists:
            raise SettingsError(f"No conduit exists for the key {self.settings.conduit_key}.")
        return str(conduit)

    def unlock(
        self,
        password_fd: int | None,
        *,
        may_deploy: bool = False,
        site: str | None = None,
        currency: Currency | None = None,
        floor: int = 0,
        operators: Iterable[str] = (),
        calls: Iterable[bytes] = (),
        recipients: Iterable[str] = (),
    ) -> Signer:
        """Ask for the password and open the keystore, under the limits of the settings.

        Args:
            currency: of the orders that it may sign, for no less than `floor`.
            site: host of the page that it may sign in at; then it sends no transactions.
            operators, calls: as `Limits` has them.
            recipients: that it may call, besides collection and Seaport.
        """
        address = self.address
        contract = None if self.settings.collection is None else self.collection.address
        limits = Limits(
            chain_id=self.settings.chain_id,
            recipients=frozenset(
                {contract, self.seaport, *recipients} if contract and not site else ()
            ),
            gas_price=self.fees.cap,
            transaction=COIN.parse(self.settings.transaction_cap),
            day=COIN.parse(self.settings.day_cap),
            month=COIN.parse(self.settings.month_cap),
            may_deploy=may_deploy,
            seaport=self.seaport,
            collection=contract,
            site=site,
            currency=None if currency is None else currency.address,
            floor=floor,
            payees=frozenset() if site else self.payees,
            currencies=frozenset() if site else frozenset(each.address for each in self.currencies),
            operators=frozenset(operators),
            calls=frozenset(calls),
        )
        keep_out_of_dumps()
        password = read_password(f"Password of {address}: ", password_fd)
        return open_keystore(self._keystore, password, limits)

    def sender(self, chain: Chain, signer: Signer, budget: Budget | None = None) -> Sender:
        """The account's transactions; it tells on stderr what it waits for."""
        pace = 2.0 if self.settings.confirmations else 0.1
        timing = Timing(confirmations=self.settings.confirmations, look=pace)
        tell = functools.partial(click.echo, err=True)
        return Sender(chain, signer, self.ledger, self.fees, timing, budget=budget, tell=tell)

    async def withdrawn(self) -> dict[int, str]:
        """Name the planned tokens whose paintings were taken away since, and how."""
        planned = (TokenState.PLANNED, TokenState.PINNED, TokenState.CREATING)
        tokens = await self.ledger.tokens(self.collection, *planned)
        async with self.open_store() as store:
            found = await find_withdrawn(store, [each.artwork for each in tokens])
        for each in tokens:
            if reason := found.get(each.artwork):
                click.echo(f"left out: {each.artwork}: {reason}", err=True)
        return {each.token: found[each.artwork] for each in tokens if each.artwork in found}

    @property
    def ipfs_node(self) -> Kubo | None:
        """One's own IPFS node; None if there is none."""
        api = self.settings.ipfs_api
        return None if api.lower() in ("", "off") else Kubo(api, self.client)

    def pinner(self) -> Pinner:
        """Where pictures and metadata are kept."""
        node = self.ipfs_node
        services: list[PinService] = [] if node is None else [node]
        if self.settings.pinata_token is not None:
            token = self.settings.pinata_token.get_secret_value()
            services.append(Pinata(self.settings.pinata_api, token, self.client))
        if not services:
            raise SettingsError(
                "There is nothing that keeps files: set ADMIN_IPFS_API to a node's address, or "
                "ADMIN_PINATA_TOKEN to a pinning service's token."
            )
        return Pinner(*services)

    def opensea(self, **patience: float) -> OpenSea:
        """OpenSea's API; raises SettingsError if there is no key for it."""
        key = self.settings.opensea_api_key
        if key is None:
            raise NotYetAtOpenSea(
                "No key for OpenSea's API is set: opensea.io/settings/developer makes one, and "
                "ADMIN_OPENSEA_API_KEY takes it. To try it out, `curl -X POST "
                "https://api.opensea.io/api/v2/auth/keys` gives one for some days."
            )
        base = self.settings.opensea_api_base
        return OpenSea(base, key.get_secret_value(), self.client, **patience)

    def drop_api(self) -> DropApi:
        """OpenSea's API for drops; raises SettingsError if its key or token is not set."""
        key, token = self.settings.opensea_api_key, self.settings.opensea_token
        if key is None or token is None or self.settings.opensea_collection is None:
            raise SettingsError(
                "A drop takes ADMIN_OPENSEA_COLLECTION, its name at OpenSea, ADMIN_OPENSEA_API_KEY "
                "and ADMIN_OPENSEA_TOKEN, an access token of the wallet that owns it; `opensea "
                "login` gives one for some time."
            )
        base, secret = self.settings.opensea_api_base, key.get_secret_value()
        return DropApi(base, secret, self.client, token=token.get_secret_value())

    @property
    def currency(self) -> Currency | None:
        """What the owner wants to be paid in; None if that is left open."""
        named = self.settings.currency
        return None if named is None else read_currency(named, "ADMIN_CURRENCY")

    async def terms(self, opensea: OpenSea) -> MarketTerms:
        """What OpenSea wants of listings; asks for the collection's name there if none is set."""
        contract, chain_id = self.collection.address, self.settings.chain_id
        slug = self.settings.opensea_collection or await opensea.find_slug(contract, chain_id)
        return await opensea.terms(slug, contract, chain_id)

    async def shop(self, chain: Chain, days: float) -> Shop:
        """What OpenSea wants of listings today, and in a currency that the chain knows."""
        duration = duration_of(days)
        market = await self.terms(self.opensea())
        await check_currency(chain, market.currency, self.currency)
        return Shop(
            collection=self.collection,
            seaport=self.seaport,
            conduit_key=self.settings.conduit_key,
            market=market,
            duration=duration,
            site=self.settings.opensea_web_base.rstrip("/"),
        )


@asynccontextmanager
async def open_session() -> AsyncIterator[Session]:
    """Read the settings, start the log and open the ledger."""
    core, settings = load(CoreSettings), load(AdminSettings)
    start_log("admin", core, settings)
    url = core.database_url.get_secret_value()
    async with (
        Ledger(url, by=whoever_types()) as ledger,
        httpx.AsyncClient(timeout=30.0, verify=tls_context()) as client,
    ):
        yield Session(core, settings, ledger, client)


def read_address(setting: str, text: str) -> str:
    """Read an address; one in capitals and small letters must have its checksum (EIP-55).

    Raises:
        SettingsError: it is none.
    """
    if not is_hex_address(text):
        raise SettingsError(
            f"{setting} is {quoted(text)}; it must be an address, 0x and 40 digits."
        )
    address = str(to_checksum_address(text))
    digits = text.lower().removeprefix("0x")
    if text[-40:] not in (digits, digits.upper(), address[2:]):
        raise SettingsError(
            f"{setting} is {quoted(text)}, which has a wrong digit: its capitals don't fit."
        )
    return address
