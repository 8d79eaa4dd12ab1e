"""`ganshare admin deploy`: make the collection's contract."""

import asyncio

import click
from eth_utils.address import is_hex_address, to_checksum_address

from admin.contract.collection import deployment
from admin.ledger import TransactionState
from admin.marketplace.seaport.amounts import basis_points
from admin.prompts import agree, dry_run_option, password_option, yes_option
from admin.session import COIN, opened_session
from ganshare.errors import SettingsError, quoted

__all__ = ["deploy"]


@click.command()
@click.option("--name", required=True, help="Of the collection, such as 'GANshare paintings'.")
@click.option("--symbol", required=True, help="A few letters, such as PAINT.")
@click.option("--contract-uri", default="", help="ipfs:// address of the collection's metadata.")
@click.option("--owner", required=True, help="Who may appoint minters; not the minter's key.")
@click.option("--royalty-to", help="Who gets royalties; the owner if left out.")
@click.option("--royalty", default="5", show_default=True, help="In percent of each sale.")
@dry_run_option
@yes_option
@password_option
def deploy(
    name: str,
    symbol: str,
    contract_uri: str,
    owner: str,
    royalty_to: str | None,
    royalty: str,
    dry_run: bool,
    yes: bool,
    password_fd: int | None,
) -> None:
    """Make a collection; the keystore's address becomes its minter."""
    receiver = royalty_to or owner
    for given in (owner, receiver):
        if not is_hex_address(given):
            raise SettingsError(f"{quoted(given)} is no address, 0x and 40 digits.", given=given)
    values = {
        "name": name,
        "symbol": symbol,
        "contract_uri": contract_uri,
        "admin": to_checksum_address(owner),
        "royalty_receiver": to_checksum_address(receiver),
        "royalty_basis_points": basis_points(royalty),
    }
    asyncio.run(_deploy(values, dry_run=dry_run, yes=yes, password_fd=password_fd))


async def _deploy(
    values: dict[str, object], *, dry_run: bool, yes: bool, password_fd: int | None
) -> None:
    async with opened_session() as session, session.chain() as chain:
        code = deployment(minter=session.address, **values)  # type: ignore[arg-type]
        fees = session.fees.choose(await chain.base_fee(), await chain.tip())
        gas = await chain.estimate(session.address, None, code)
        lines = [(name, str(value)) for name, value in values.items()]
        lines += [("minter", session.address), ("costs at most", COIN.show(gas * fees.max_fee))]
        if not agree(lines, dry_run=dry_run, yes=yes):
            return
        signer = session.unlock(password_fd, may_deploy=True)
        async with session.ledger.held():
            sender = session.sender(chain, signer)
            left = await session.ledger.transactions(
                chain.chain_id, signer.address, TransactionState.SENT
            )
            # One that was killed while it waited is seen through, not begun again.
            same = [each for each in left if each.data == code]
            sent = same[0] if same else await sender.send("deploy", [], None, code)
            receipt = await sender.settle(sent)
    if receipt is not None and receipt.contract is not None:
        click.echo(f"ADMIN_COLLECTION={receipt.contract}")
