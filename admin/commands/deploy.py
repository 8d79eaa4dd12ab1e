"""`ganshare admin deploy`: deploys the collection's contract."""

from collections.abc import Callable
from dataclasses import dataclass

import click
from eth_utils.address import is_hex_address, to_checksum_address

from admin.context import run_async
from admin.contract.collection import (
    MOST_ROYALTY,
    arguments_of,
    constructor_values,
    deployment,
)
from admin.ledger import Transaction, TransactionState
from admin.marketplace.seaport.amounts import basis_points
from admin.minting.collection_metadata import collection_metadata, data_uri
from admin.prompts import RunOptions, agree_to_spend, spend, spend_options
from admin.session import Session, open_session
from admin.wallet.gas import TransactionFailed, estimate_gas
from admin.wallet.nonces import find_deployments, made_address
from ganshare.errors import SettingsError, quoted

__all__ = ["Deployment", "deploy", "deploy_contract", "read_royalty"]


@click.command()
@click.option("--name", required=True, help="The collection's name, such as 'GANshare paintings'.")
@click.option("--symbol", required=True, help="A few letters, such as PAINT.")
@click.option("--description", help="The collection's description, stored in the contract.")
@click.option("--contract-uri", help="URI of collection metadata that you made.")
@click.option("--owner", required=True, help="Who may appoint minters; not the minter's address.")
@click.option("--royalty-to", help="Who receives royalties; the owner if left out.")
@click.option("--royalty", default="5", show_default=True, help="Royalty in percent of each sale.")
@click.option("--another", is_flag=True, help="Deploy even if one with the same arguments exists.")
@spend_options
@run_async
async def deploy(
    name: str,
    symbol: str,
    description: str | None,
    contract_uri: str | None,
    owner: str,
    royalty_to: str | None,
    royalty: str,
    another: bool,
    run: RunOptions,
) -> None:
    """Deploy a collection contract; the keystore's address becomes its minter.

    Once there are paintings, `ganshare admin collection set-uri` gives it a picture.
    """
    receiver = royalty_to or owner
    for given in (owner, receiver):
        if not is_hex_address(given):
            raise SettingsError(
                f"{quoted(given)} is not an address, which is 0x and 40 hexadecimal digits.",
                given=given,
            )
    if contract_uri is None:
        told = description or f"Paintings that a community asked for and chose: {name}."
        contract_uri = data_uri(collection_metadata(name, told, symbol=symbol))
    elif description:
        raise SettingsError(
            "--description goes into metadata that is made, without --contract-uri."
        )
    points = read_royalty(royalty)
    values = {
        "name": name,
        "symbol": symbol,
        "contract_uri": contract_uri,
        "admin": to_checksum_address(owner),
        "royalty_receiver": to_checksum_address(receiver),
        "royalty_basis_points": points,
    }

    def make(session: Session) -> Deployment:
        code = deployment(minter=session.address, **values)  # type: ignore[arg-type]
        lines = [*((name, str(value)) for name, value in values.items())]
        lines.append(("minter", session.address))
        return Deployment(code, lines, arguments_of, _is_same, "ADMIN_COLLECTION")

    await deploy_contract(make, run, another=another)


def read_royalty(text: str) -> int:
    """Read a royalty in percent as basis points; raises SettingsError beyond the contracts' cap."""
    points = basis_points(text)
    if points > MOST_ROYALTY:
        raise SettingsError(
            f"The royalty is {points / 100:g} %; the contract takes at most "
            f"{MOST_ROYALTY / 100:g} %.",
            given=text,
            allowed=MOST_ROYALTY / 100,
        )
    return points


@dataclass(frozen=True, slots=True)
class Deployment:
    """A contract to be made.

    Args:
        lines: what is shown before it is confirmed.
        arguments_of: gives the constructor's arguments of a deployment of this kind, else None.
        is_same: whether two deployments make the same, so that one is enough.
        setting: that takes the address.
    """

    code: bytes
    lines: list[tuple[str, str]]
    arguments_of: Callable[[bytes], bytes | None]
    is_same: Callable[[bytes, bytes], bool]
    setting: str


async def deploy_contract(
    make: Callable[[Session], Deployment], run: RunOptions, *, another: bool
) -> None:
    """Make a contract once, whatever happens on the way, and print its address."""
    async with open_session() as session, session.chain() as chain:
        wanted = make(session)
        code, arguments = wanted.code, wanted.arguments_of(wanted.code)
        made = [
            each
            for each in await find_deployments(session.ledger, chain.chain_id, session.address)
            if wanted.arguments_of(each.data) is not None
        ]
        done = [each for each in made if each.state is TransactionState.CONFIRMED]
        same = [each for each in made if wanted.arguments_of(each.data) == arguments]
        # What the contract's metadata says can be changed; no second one is made for that.
        before = next((each for each in done if wanted.is_same(each.data, code)), None)
        if before is not None and not another:
            click.echo("This collection was made before; --another makes one more.", err=True)
            click.echo(_address_line(before, wanted.setting))
            return
        waiting = [each for each in made if each.state is TransactionState.SENT]
        if len(waiting) > 1:
            raise SettingsError(
                f"Deployments wait with the nonces {waiting[1].nonce} and {waiting[0].nonce}; "
                f"`ganshare admin chain unstick --drop {waiting[0].nonce}` gives one of them up, "
                "so that only one is paid for."
            )
        # One that was killed while it waited is seen through, not begun again; and one with other
        # arguments gives up its place.
        begun = next((each for each in waiting if each in same), None)
        older = next((each for each in waiting if each not in same), None)
        lines = list(wanted.lines)
        if older is not None:
            lines.append(("instead of", f"the deployment that waits with nonce {older.nonce}"))
        gas = 0 if begun else await estimate_gas(chain, session.address, None, code)
        instead = [] if older is None else [older]
        budget = await agree_to_spend(session, chain, lines, gas, run, instead=instead)
        if budget is None:
            return
        signer = session.unlock(run.password_fd, may_deploy=True)
        async with spend(session, chain, signer, budget, "deploy") as sender:
            if older is None and begun is None:
                await sender.resume()
            sent = begun or await sender.send("deploy", [], None, code, instead=older)
            receipt = await sender.settle(sent)
        if receipt is None:
            made = await find_deployments(session.ledger, chain.chain_id, session.address)
            quicker = any(each.nonce == sent.nonce for each in made)
            raise TransactionFailed(
                "This collection was not made: "
                + (
                    "the earlier deployment was quicker, and has "
                    f"{_address_line(sent, wanted.setting)}."
                    if quicker
                    else f"a foreign transaction took nonce {sent.nonce}. Run the command again."
                )
            )
    click.echo(_address_line(sent, wanted.setting))


def _is_same(one: bytes, other: bytes) -> bool:
    """Whether two deployments make the same collection, whatever its own metadata."""
    first, second = (constructor_values(each) or () for each in (one, other))
    return bool(first) and first[:2] + first[3:] == second[:2] + second[3:]


def _address_line(deployed: Transaction, setting: str) -> str:
    return f"{setting}={made_address(deployed.sender, deployed.nonce)}"
