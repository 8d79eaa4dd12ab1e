"""`ganshare admin shares grant` and `revoke`: gives engines' time, and takes it back."""

import click

from admin.context import open_store_session, run_async, whoever_types
from ganshare.errors import ParameterError, quoted

__all__ = ["grant", "revoke"]


@click.command()
@click.argument("account")
@click.option("--hours", type=click.FloatRange(min=0, min_open=True), required=True)
@click.option(
    "--days",
    type=click.FloatRange(min=0, min_open=True, max=3650),
    default=30.0,
    show_default=True,
    help="How many days the gift is valid.",
)
@click.option("--reason", default="a gift", show_default=True, help="Shown to the person.")
@run_async
async def grant(account: str, hours: float, days: float, reason: str) -> None:
    """Give an account, such as discord:42, hours of engine time without a share."""
    async with open_store_session() as store:
        gift = await store.shares.usage.give(
            account, hours * 3600, days, by=whoever_types(), reason=reason
        )
    click.echo(f"{account} has {hours:g} h more for {days:g} days (gift {gift}).")


@click.command()
@click.argument("what", metavar="GIFT|WALLET")
@run_async
async def revoke(what: str) -> None:
    """Take back a gift by its id, or unlink a wallet by its address.

    Paintings stay. A share belongs to its holder; nobody can take it.
    """
    async with open_store_session() as store:
        if what.startswith("0x"):
            every = {each.wallet: each for each in await store.shares.wallets.all()}
            wallet = every.get(what.lower())
            if wallet is None:
                raise ParameterError(f"No wallet {quoted(what)} is linked.", given=what)
            await store.shares.wallets.unlink(wallet.account, wallet.wallet)
            said = f"The wallet {wallet.wallet} is no longer linked to {wallet.account}."
        elif await store.shares.usage.take_back(what):
            said = f"The gift {what} is revoked."
        else:
            raise ParameterError(
                f"There is no gift {quoted(what)} that could be revoked; `ganshare admin shares "
                "status` lists them.",
                given=what,
            )
        ended = await store.queue.end_unpaid()
    click.echo(f"{said} {ended} jobs that waited for it have ended." if ended else said)
