"""`ganshare admin doctor`: checks what minting and listing need; changes nothing."""

from collections.abc import Awaitable, Callable

import click

from admin.browser.setup import Choices
from admin.commands.routes import drop
from admin.commands.routes.browser import DROP, browser_options, inspect
from admin.context import run_async
from admin.contract.collection import HAS_ROLE, MINTER_ROLE, PAUSED, TOTAL_SUPPLY
from admin.ledger import TokenState
from admin.marketplace.opensea import NotYetAtOpenSea
from admin.marketplace.seaport.contract import INFORMATION, IS_APPROVED
from admin.marketplace.seaport.order import Domain
from admin.minting.list import LIVE
from admin.prompts import password_option
from admin.session import COIN, Session, open_session
from admin.wallet.nonces import find_waiting
from ganshare.chain.chain import Chain
from ganshare.chain.checkup import check_endpoints
from ganshare.errors import GanshareError, SettingsError

__all__ = ["doctor"]

Check = Callable[[Session, Chain], Awaitable[str]]


@click.command()
@browser_options
@password_option
@run_async
async def doctor(choices: Choices | None, password_fd: int | None) -> int:
    """Check endpoints, key, collection, Seaport, approval, IPFS and OpenSea, without changes.

    With --route browser: look on the marketplace's pages for every element it uses.

    Prints the next step; exits with code 3 if something is wrong.
    """
    if choices is DROP:
        return await drop.check()
    if choices is not None:
        return await inspect(choices, password_fd=password_fd)
    async with open_session() as session:
        settings = session.settings
        try:
            account = session.address
        except SettingsError:  # told below, with all else
            account = None
        urls = settings.rpc_urls.get_secret_value()
        found = await check_endpoints(urls, settings.chain_id, account)
        for each in found:
            click.echo(f"  {'ok' if each.is_well else 'no'}  endpoint {each.endpoint}: {each.text}")
        wrong = [each.text for each in found if not each.is_well]
        try:
            async with session.chain() as chain:
                faults = [await _print_findings(*check, session, chain) for check in _CHECKS]
        except GanshareError as error:
            click.echo(f"  no  endpoints: {error}")
            faults = [str(error)]
        wrong += [each for each in faults if each]
        click.echo(f"next: {next(filter(None, faults), None) or await _next_step(session)}")
    return 3 if wrong else 0


async def _print_findings(name: str, check: Check, session: Session, chain: Chain) -> str:
    """Gives what is wrong; "" for nothing."""
    try:
        found = await check(session, chain)
    except GanshareError as error:
        if isinstance(error, NotYetAtOpenSea) and not await _has_tokens(session, chain):
            click.echo(f"  --  {name}: {error} Minting does not need it.")
            return ""
        click.echo(f"  no  {name}: {error}")
        return str(error)
    click.echo(f"  ok  {name}: {found}")
    return ""


async def _has_tokens(session: Session, chain: Chain) -> bool:
    if session.settings.collection is None:
        return False
    try:
        return bool((await chain.call(session.collection.address, TOTAL_SUPPLY))[0])
    except GanshareError:
        return False


async def _next_step(session: Session) -> str:
    """What is to be done when nothing is wrong, by how far the paintings are."""
    tokens = await session.ledger.tokens(session.collection)
    if not tokens:
        return "`ganshare admin plan --prices prices.toml` takes the curated paintings in."
    if any(each.state is not TokenState.MINTED for each in tokens):
        return "`ganshare admin mint` mints what is planned."
    live = {each.token for each in await session.ledger.listings(session.collection, *LIVE)}
    if any(each.owner == session.selling.address and each.token not in live for each in tokens):
        return "`ganshare admin list --prices prices.toml` lists minted tokens for sale."
    return "nothing; everything that was planned is minted and listed."


async def _endpoints(session: Session, chain: Chain) -> str:
    fees = session.fees.choose(await chain.base_fee(), await chain.tip())
    return f"block {await chain.height()}, gas up to {fees.max_fee / 10**9:.4g} gwei"


async def _key(session: Session, chain: Chain) -> str:
    found = []
    for name, address in _accounts(session):
        balance = await chain.balance(address)
        if balance == 0:
            raise SettingsError(
                f"The {name} {address} has no coins for gas; send it some, no more than you would "
                "carry in a pocket."
            )
        found.append(f"{address} has {COIN.show(balance)}")
    return ", ".join(found)


def _accounts(session: Session) -> list[tuple[str, str]]:
    """Whose keys send transactions: the minter's, and the seller's if it has one of its own."""
    both = [("minter", session.address), ("seller", session.selling.address)]
    return both[: len({address for _, address in both})]


async def _nonces(session: Session, chain: Chain) -> str:
    under_way = 0
    for name, address in _accounts(session):
        waiting = await find_waiting(session.ledger, chain, address)
        strange = [str(each.nonce) for each in waiting if each.transaction is None]
        if strange:
            how = "" if name == "minter" else " --keystore FILE"
            raise SettingsError(
                f"Transactions of {address} wait for nonce {', '.join(strange)}, which the ledger "
                f"did not send; `ganshare admin chain unstick{how}` fills or replaces them."
            )
        under_way += len(waiting)
    return f"{under_way} transactions under way" if under_way else "nothing waits"


async def _collection(session: Session, chain: Chain) -> str:
    contract = session.collection.address
    if not await chain.has_code(contract):
        raise SettingsError(f"There is no contract at {contract} on this chain.")
    if not (await chain.call(contract, HAS_ROLE, MINTER_ROLE, session.address))[0]:
        raise SettingsError(f"{session.address} is not a minter of {contract}.")
    if (await chain.call(contract, PAUSED))[0]:
        raise SettingsError(f"Minting is paused at {contract}.")
    return contract


async def _seaport(session: Session, chain: Chain) -> str:
    version, separator, _ = await chain.call(session.seaport, INFORMATION)
    if separator != Domain(chain.chain_id, session.seaport).separator:
        raise SettingsError(f"Seaport {version} at {session.seaport} has another domain than ours.")
    conduit, owner = await session.conduit(chain), session.selling.address
    if not (await chain.call(session.collection.address, IS_APPROVED, owner, conduit))[0]:
        raise SettingsError(
            f"The conduit {conduit} may not move tokens yet; `ganshare admin approve` allows it."
        )
    return f"{version}, conduit {conduit} approved"


async def _opensea(session: Session, chain: Chain) -> str:
    market = (await session.shop(chain, 30)).market
    fees = sum(fee.basis_points for fee in market.fees)
    return f"{market.slug} on {market.chain}, {market.currency.symbol}, fees {fees / 100:g} %"


async def _ipfs(session: Session, chain: Chain) -> str:
    return ", ".join(await session.pinner().check())


_CHECKS: tuple[tuple[str, Check], ...] = (
    ("endpoints", _endpoints),
    ("key", _key),
    ("nonces", _nonces),
    ("collection", _collection),
    ("Seaport", _seaport),
    ("IPFS", _ipfs),
    ("OpenSea", _opensea),
)
