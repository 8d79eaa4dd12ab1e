"""`ganshare admin treasury`: shows what the keys have, and sends it where the owner allowed."""

from collections.abc import Sequence
from dataclasses import dataclass

import click

from admin.context import run_async
from admin.contract.collection import TRANSFER_TOKEN
from admin.ledger import Token, TokenState, TransactionState
from admin.marketplace.currency import BALANCE, TRANSFER_CURRENCY
from admin.minting.list import LIVE
from admin.minting.mint import look_up, reconcile_tokens
from admin.prompts import RunOptions, agree_to_spend, spend, spend_options
from admin.session import COIN, Session, open_session, read_address
from admin.wallet.gas import estimate_gas
from ganshare.chain.chain import Chain
from ganshare.errors import ParameterError, SettingsError

__all__ = ["treasury"]

_GAS_OF_COINS = 60_000  # a Safe takes more than the 21,000 of an account


@dataclass(frozen=True)
class _Withdrawal:
    """One transaction: whom it calls, with what, and what it moves."""

    to: str
    data: bytes
    value: int = 0
    subject: tuple[str, ...] = ()


@click.group(invoke_without_command=True)
@click.pass_context
@run_async
async def treasury(context: click.Context) -> None:
    """Show the balances of minter and seller, and withdraw them to ADMIN_TREASURY."""
    if context.invoked_subcommand is None:
        await _show()


@treasury.command()
@run_async
async def show() -> None:
    """Show the coins, currency and tokens of minter, seller and treasury."""
    await _show()


async def _show() -> None:
    async with open_session() as session, session.chain() as chain:
        names = {session.address: "minter"}
        names.setdefault(session.selling.address, "seller")
        tokens = await _owners(session, chain)
        for address in (*names, *sorted(session.payees - names.keys())):
            click.echo(f"{names.get(address, 'treasury')} {address}")
            click.echo(f"  coins       {COIN.show(await chain.balance(address))}")
            for each in session.currencies:
                if await chain.has_code(each.address):
                    held = (await chain.call(each.address, BALANCE, address))[0]
                    click.echo(f"  {each.symbol:<11} {each.show(held)}")
            count = sum(owner == address for owner in tokens.values())
            click.echo(f"  tokens      {count} of {len(tokens)} that are minted")


@treasury.command()
@click.argument("what", type=click.Choice(["coins", "currency", "tokens"]))
@click.argument("amounts", nargs=-1, required=True, metavar="AMOUNT|TOKEN...|all")
@click.option(
    "--to",
    metavar="ADDRESS",
    help="One of ADMIN_TREASURY (its only one if left out), the seller or the minter.",
)
@click.option(
    "--from",
    "source",
    type=click.Choice(["seller", "minter"]),
    default="seller",
    show_default=True,
    help="Whose assets to send, and whose key signs.",
)
@spend_options
@run_async
async def withdraw(
    what: str, amounts: tuple[str, ...], to: str | None, source: str, run: RunOptions
) -> None:
    """Send coins, currency or tokens to the treasury, or from minter to seller and back.

    `all` coins leaves enough for gas. Tokens with a live order stay: run `unlist` first.
    """
    if what != "tokens" and len(amounts) != 1:
        raise SettingsError("Name one amount, such as 1.5, or all.")
    async with open_session() as opened, opened.chain() as chain:
        payee = _payee(opened, to)
        session = opened.selling if source == "seller" else opened
        if what == "coins":
            found, moved = await _coins(session, chain, payee, amounts[0])
        elif what == "currency":
            found, moved = await _currency(session, chain, payee, amounts[0])
        else:
            found, moved = await _tokens(session, chain, payee, amounts)
        if not found:
            click.echo("There is nothing to withdraw.")
            return
        gas = sum(
            [
                await estimate_gas(chain, session.address, each.to, each.data, each.value)
                for each in found
            ]
        )
        lines = [("from", f"{source} {session.address}"), ("to", payee), (what, moved)]
        budget = await agree_to_spend(session, chain, lines, gas, run)
        if budget is None:
            return
        signer = session.unlock(run.password_fd)
        async with spend(session, chain, signer, budget, "withdraw") as sender:
            await sender.resume()
            for each in found:
                await sender.transact(
                    "withdraw", each.subject, each.to, each.data, value=each.value
                )
            if what == "tokens":
                where = (session.collection, opened.address)
                await reconcile_tokens(session.ledger, chain, *where)
    click.echo(f"withdrawn: {moved}")


def _payee(session: Session, to: str | None) -> str:
    named = [read_address("ADMIN_TREASURY", each) for each in session.settings.treasury]
    if to is None and len(named) == 1:
        return named[0]
    known = ", ".join(named) or "it is empty"
    if to is None:
        raise SettingsError(f"--to says which address of ADMIN_TREASURY: {known}.", allowed=named)
    payee = read_address("--to", to)
    if payee not in session.payees:
        raise SettingsError(
            f"{payee} is neither minter nor seller, and not among the addresses of "
            f"ADMIN_TREASURY: {known}.",
            given=payee,
            allowed=named,
        )
    return payee


async def _coins(
    session: Session, chain: Chain, payee: str, amount: str
) -> tuple[list[_Withdrawal], str]:
    balance = await chain.balance(session.address)
    price = session.fees.choose(await chain.base_fee(), await chain.tip()).max_fee
    sent = TransactionState.SENT
    waiting = await session.ledger.transactions(chain.chain_id, session.address, sent)
    # Twice, so that one that is replaced by a dearer one has enough left.
    needed = 2 * _GAS_OF_COINS * price + sum(each.cost + each.value for each in waiting)
    left = max(balance - needed, 0)
    wanted = left if amount == "all" else COIN.parse(amount)
    _check_enough(wanted, left, COIN.show(left))
    return [_Withdrawal(payee, b"", wanted)] if wanted else [], COIN.show(wanted)


async def _currency(
    session: Session, chain: Chain, payee: str, amount: str
) -> tuple[list[_Withdrawal], str]:
    if len(session.currencies) != 1:
        raise SettingsError("ADMIN_CURRENCY says which currency: its symbol, address and decimals.")
    [currency] = session.currencies
    held = int((await chain.call(currency.address, BALANCE, session.address))[0])
    wanted = held if amount == "all" else currency.parse(amount)
    _check_enough(wanted, held, currency.show(held))
    data = TRANSFER_CURRENCY.call_data(payee, wanted)
    return [_Withdrawal(currency.address, data)] if wanted else [], currency.show(wanted)


async def _tokens(
    session: Session, chain: Chain, payee: str, names: Sequence[str]
) -> tuple[list[_Withdrawal], str]:
    live = {each.token for each in await session.ledger.listings(session.collection, *LIVE)}
    owners = await _owners(session, chain)
    mine = {str(token): token for token, owner in owners.items() if owner == session.address}
    wanted = list(mine) if list(names) == ["all"] else list(dict.fromkeys(names))
    strange = [each for each in wanted if each not in mine]
    if strange:
        raise SettingsError(f"{strange[0]} is not a token of {session.address}.", given=strange[0])
    free = [mine[each] for each in wanted if mine[each] not in live]
    kept = len(wanted) - len(free)
    found = [
        _Withdrawal(
            session.collection.address,
            TRANSFER_TOKEN.call_data(session.address, payee, token),
            subject=(str(token),),
        )
        for token in free
    ]
    stay = f"; {kept} stay, as orders for them are live (`unlist`)" if kept else ""
    return found, f"{len(found)}{stay}"


async def _owners(session: Session, chain: Chain) -> dict[int, str]:
    """Whose the ledger's tokens are, as the chain says; those that are minted."""
    if session.settings.collection is None:
        return {}
    known: list[Token] = await session.ledger.tokens(session.collection)
    minted = [each.token for each in known if each.state is TokenState.MINTED]
    found = await look_up(chain, session.collection, minted) if minted else {}
    return {token: each.owner for token, each in found.items()}


def _check_enough(wanted: int, held: int, shown: str) -> None:
    if wanted > held:
        raise ParameterError(f"There are only {shown} to withdraw.", given=wanted, allowed=held)
