"""`ganshare admin chain`: shows the account's transactions and frees them when stuck."""

from pathlib import Path

import click

from admin.context import run_async
from admin.ledger import Transaction
from admin.prompts import RunOptions, agree_to_spend, keystore_option, spend, spend_options
from admin.session import Session, open_session
from admin.wallet.fees import GWEI
from admin.wallet.gas import TransactionFailed, estimate_gas
from admin.wallet.nonces import Waiting, find_waiting
from admin.wallet.sender import Sender
from ganshare.errors import SettingsError

__all__ = ["chain"]


@click.group()
def chain() -> None:
    """Manage the account's transactions."""


@chain.command()
@click.option(
    "--drop",
    type=click.IntRange(min=0),
    multiple=True,
    metavar="NONCE",
    help="Replace this one with an empty transaction instead of sending it again.",
)
@keystore_option
@spend_options
@run_async
async def unstick(drop: tuple[int, ...], keystore: Path | None, run: RunOptions) -> int:
    """Unblock the account when transactions never confirm.

    Empty transactions fill missing nonces and replace transactions that are not in this ledger. The
    ledger's own are sent again, with higher fees if they offer too little. All of this respects the
    caps.
    """
    async with open_session() as opened, opened.chain() as network:
        session = opened.signing_with(keystore)
        address = session.address
        waiting = await find_waiting(session.ledger, network, address)
        unknown = set(drop) - {each.nonce for each in waiting}
        if unknown:
            raise SettingsError(f"No transaction of {address} waits with nonce {min(unknown)}.")
        if not waiting:
            click.echo(f"Nothing waits: {address} has used {await network.nonce(address)} nonces.")
            return 0
        empty = [each for each in waiting if each.transaction is None or each.nonce in drop]
        lines = [await _describe(session, each, dropped=each in empty) for each in waiting]
        gas = await estimate_gas(network, address, address, b"") * len(empty)
        dropped = [each.transaction for each in empty if each.transaction is not None]
        budget = await agree_to_spend(session, network, lines, gas, run, instead=dropped)
        if budget is None:
            return 0
        signer = session.unlock(run.password_fd)
        async with spend(session, network, signer, budget, "unstick") as sender:
            await sender.reopen()
            sent = [await _send(sender, each, fill=each in empty) for each in waiting]
            failed = [each.nonce for each in sent if not await _see_through(sender, each)]
    return 3 if failed else 0


async def _describe(session: Session, waiting: Waiting, *, dropped: bool) -> tuple[str, str]:
    name, ours = f"nonce {waiting.nonce}", waiting.transaction
    if ours is None and waiting.is_pooled:
        return name, "not of this ledger; an empty one replaces it"
    if ours is None:
        return name, "nobody has sent it; an empty one fills it"
    if dropped:
        return name, f"{ours.kind}; an empty one replaces it"
    last = (await session.ledger.attempts(ours))[-1]
    return name, f"{ours.kind}, offers up to {last.max_fee / GWEI:.4g} gwei; is sent again"


async def _send(sender: Sender, waiting: Waiting, *, fill: bool) -> Transaction:
    if waiting.transaction is not None and not fill:
        return await sender.push(waiting.transaction)
    return await sender.send(
        "fill", [], sender.address, b"", instead=waiting.transaction, nonce=waiting.nonce
    )


async def _see_through(sender: Sender, transaction: Transaction) -> bool:
    try:
        receipt = await sender.settle(transaction)
    except TransactionFailed as error:
        click.echo(str(error), err=True)
        return False
    which = "another transaction" if receipt is None else transaction.kind
    click.echo(f"nonce {transaction.nonce}: used by {which}")
    return True
