"""Opens the browser on a marketplace's pages, by settings and options."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from eth_utils.address import is_hex_address, to_checksum_address

from admin.browser.browser import Browser
from admin.browser.locators import read_locators
from admin.browser.page_session import Pace, PageSession
from admin.browser.policy import Policy, Wanted, origin_of
from admin.browser.route import Route
from admin.browser.signed_orders import Orders
from admin.browser.wallet import Wallet
from admin.ledger import Token
from admin.marketplace.currency import read_currency
from admin.marketplace.seaport.order import Order
from admin.minting.item_form import Item, make_item
from admin.session import Session
from admin.wallet.signer import Signer
from ganshare.errors import SettingsError, quoted

__all__ = ["Choices", "open_route", "policy_of"]

WALLET = "GANshare"  # as wallet.js announces itself
_STEP = 60.0


@dataclass(frozen=True, slots=True)
class Choices:
    """What the command line says about the browser.

    Args:
        profile: the owner's own, whose wallet asks the owner; None for ours, with our wallet.
        window: show it.
        human: seconds to wait for a person before the run ends with `needs_human`.
    """

    profile: Path | None = None
    window: bool = False
    human: float = 0.0


@asynccontextmanager
async def open_route(
    session: Session,
    choices: Choices,
    signer: Signer | None,
    *,
    site: str | None = None,
    description: str | None = None,
) -> AsyncIterator[Route]:
    """Start the browser and sign in; it is ended afterwards.

    Args:
        signer: None with the owner's own profile.
    """
    settings = session.settings
    currency = read_currency(settings.browser_currency)
    orders = Orders(session.ledger, session.collection)

    async def record(wanted: Wanted, order: Order, signature: bytes) -> None:
        await orders.record(wanted, order, signature, currency)

    async def called(reason: str) -> None:
        click.echo(f"needs_human: {reason}", err=True)
        await session.ledger.note("needs_human", [], {"reason": reason})

    def item_of(token: Token) -> Item:
        return make_item(token, site=site, description=description)

    wallet = None if signer is None else Wallet(signer, policy_of(session), record)
    browser = Browser.start(
        origin_of(settings.opensea_web_base),
        read_locators(settings.browser_locators),
        # One for each account: what is signed in must be whose wallet it is.
        choices.profile or settings.browser_folder / f"profile-{session.address}",
        headless=not choices.window,
        wallet=wallet is not None,
    )
    pace = Pace(
        # In a wallet of their own, the owner confirms by hand.
        step=_STEP if wallet is not None else max(_STEP, choices.human),
        between=settings.browser_pause_seconds,
        patience=settings.browser_patience_seconds,
        human=choices.human,
    )
    try:
        page_session = PageSession(
            browser, wallet, pace, settings.browser_folder / "failures", called
        )
        route = Route(
            session.ledger,
            session.collection,
            page_session,
            origin_of(settings.opensea_web_base),
            item_of,
            session.read_picture,
            currency,
            None if wallet is None else WALLET,
        )
        await route.sign_in()
        yield route
    finally:
        await asyncio.to_thread(browser.quit)


def policy_of(session: Session) -> Policy:
    """What pages may ask the wallet for, by the settings.

    Raises:
        SettingsError: one of them is missing or no address.
    """
    settings = session.settings
    currency = read_currency(settings.browser_currency)
    for each in settings.browser_fee_recipients:
        if not is_hex_address(each):
            raise SettingsError(
                f"ADMIN_BROWSER_FEE_RECIPIENTS has {quoted(each)}; it must have addresses, 0x and "
                "40 digits."
            )
    return Policy(
        origin=origin_of(settings.opensea_web_base),
        owner=session.address,
        chain_id=settings.chain_id,
        seaport=session.seaport,
        collection=session.collection.address,
        currency=currency,
        recipients=frozenset(
            str(to_checksum_address(each)) for each in settings.browser_fee_recipients
        ),
        price_cap=currency.parse(settings.browser_price_cap),
        conduit_key=settings.conduit_key,
    )
