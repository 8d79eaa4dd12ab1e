"""`ganshare admin approve`: lets the marketplace's conduit move sold tokens, once."""

import asyncio

import click
from eth_utils.address import to_checksum_address

from admin.marketplace.seaport.contract import GET_CONDUIT, INFORMATION, IS_APPROVED, SET_APPROVAL
from admin.prompts import agree_to_spend, dry_run_option, password_option, spend, yes_option
from admin.session import open_session
from admin.wallet.gas import estimate_gas
from ganshare.errors import SettingsError

__all__ = ["approve"]


@click.command()
@dry_run_option
@yes_option
@password_option
def approve(dry_run: bool, yes: bool, password_fd: int | None) -> None:
    """Let OpenSea's conduit transfer the seller's tokens of this collection when they are sold."""
    asyncio.run(_approve(dry_run=dry_run, yes=yes, password_fd=password_fd))


async def _approve(*, dry_run: bool, yes: bool, password_fd: int | None) -> None:
    async with open_session() as opened, opened.chain() as chain:
        session = opened.selling
        contract, owner = session.collection.address, session.address
        controller = (await chain.call(session.seaport, INFORMATION))[2]
        key = bytes.fromhex(session.settings.conduit_key.removeprefix("0x"))
        conduit, exists = await chain.call(controller, GET_CONDUIT, key)
        if not exists:
            raise SettingsError(f"No conduit exists for the key {session.settings.conduit_key}.")
        if (await chain.call(contract, IS_APPROVED, owner, conduit))[0]:
            click.echo(f"The conduit {conduit} is approved already.")
            return
        lines = [("collection", contract), ("owner", owner), ("conduit", str(conduit))]
        data = SET_APPROVAL.call_data(conduit, True)
        gas = await estimate_gas(chain, owner, contract, data)
        budget = await agree_to_spend(session, chain, lines, gas, dry_run=dry_run, yes=yes)
        if budget is None:
            return
        signer = session.unlock(password_fd, operators=[to_checksum_address(conduit)])
        async with spend(session, chain, signer, budget, "approve") as sender:
            await sender.resume()
            await sender.transact("approve", [], contract, data)
        click.echo(f"The conduit {conduit} is approved.")
