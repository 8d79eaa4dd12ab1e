"""`ganshare admin approve`: lets the marketplace's conduit move sold tokens, once."""

import click
from eth_utils.address import to_checksum_address

from admin.context import run_async
from admin.marketplace.seaport.contract import IS_APPROVED, SET_APPROVAL
from admin.prompts import RunOptions, agree_to_spend, spend, spend_options
from admin.session import open_session
from admin.wallet.gas import estimate_gas

__all__ = ["approve"]


@click.command()
@spend_options
@run_async
async def approve(run: RunOptions) -> None:
    """Let OpenSea's conduit transfer the seller's tokens of this collection when they are sold."""
    async with open_session() as opened, opened.chain() as chain:
        session = opened.selling
        contract, owner = session.collection.address, session.address
        conduit = await session.conduit(chain)
        if (await chain.call(contract, IS_APPROVED, owner, conduit))[0]:
            click.echo(f"The conduit {conduit} is approved already.")
            return
        lines = [("collection", contract), ("owner", owner), ("conduit", conduit)]
        data = SET_APPROVAL.call_data(conduit, True)
        gas = await estimate_gas(chain, owner, contract, data)
        budget = await agree_to_spend(session, chain, lines, gas, run)
        if budget is None:
            return
        signer = session.unlock(run.password_fd, operators=[to_checksum_address(conduit)])
        async with spend(session, chain, signer, budget, "approve") as sender:
            await sender.resume()
            await sender.transact("approve", [], contract, data)
        click.echo(f"The conduit {conduit} is approved.")
