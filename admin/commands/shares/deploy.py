"""`ganshare admin shares deploy` and `set-uri`: mints all shares; updates their metadata."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from eth_utils.address import to_checksum_address

from admin.commands.deploy import Deployment, deploy_contract, read_royalty
from admin.context import run_async
from admin.contract.shares import (
    SET_URI,
    SUPPLY_OF,
    URI,
    share_arguments,
    shares_deployment,
    shares_values,
)
from admin.minting.collection_metadata import collection_metadata, data_uri
from admin.prompts import RunOptions, agree_to_spend, keystore_option, spend, spend_options
from admin.session import Session, open_session, read_address
from admin.wallet.gas import estimate_gas
from ganshare.domain.shares import ShareToken, Unlockable
from ganshare.errors import SettingsError

__all__ = ["deploy", "set_uri", "share_metadata", "shares_session"]

MOST_EDITIONS = 50


@click.command()
@click.option("--name", required=True, help="Of the collection, such as 'GANshare shares'.")
@click.option("--symbol", default="SHARE", show_default=True, help="A few letters.")
@click.option(
    "--editions",
    default="4",
    show_default=True,
    metavar="N[,N...]",
    help="How many shares; each further number makes another edition, with IDs 1, 2 and so on.",
)
@click.option("--description", default="", help="What a share is good for; shown on OpenSea.")
@click.option("--image", default="", help="URI of a picture, such as ipfs://...")
@click.option("--owner", required=True, help="Who may correct metadata; not the minter's address.")
@click.option("--royalty-to", help="Who receives royalties; the owner if left out.")
@click.option("--royalty", default="5", show_default=True, help="Royalty in percent of each sale.")
@click.option("--another", is_flag=True, help="Deploy even if one with the same arguments exists.")
@spend_options
@run_async
async def deploy(
    name: str,
    symbol: str,
    editions: str,
    description: str,
    image: str,
    owner: str,
    royalty_to: str | None,
    royalty: str,
    another: bool,
    run: RunOptions,
) -> None:
    """Mint all shares to the seller at once; nobody can mint more."""
    supplies = _read_editions(editions)
    points = read_royalty(royalty)
    admin = read_address("--owner", owner)
    receiver = read_address("--royalty-to", royalty_to) if royalty_to else admin
    about = description or "Holders of a share may use this community's engines to paint."
    uris = [
        data_uri(share_metadata(name, number, len(supplies), about, image))
        for number in range(1, len(supplies) + 1)
    ]
    contract_uri = data_uri(collection_metadata(name, about, symbol=symbol))

    def make(session: Session) -> Deployment:
        holder = session.selling.address
        code = shares_deployment(
            name=name,
            symbol=symbol,
            contract_uri=contract_uri,
            admin=admin,
            holder=holder,
            royalty_receiver=receiver,
            royalty_basis_points=points,
            supplies=supplies,
            uris=uris,
        )
        lines = [
            ("name", name),
            ("shares", ", ".join(f"{count} of id {at}" for at, count in enumerate(supplies, 1))),
            ("owner", admin),
            ("in the hands of", holder),
            ("royalty", f"{points / 100:g} % to {receiver}"),
        ]
        return Deployment(code, lines, share_arguments, _is_same, "ADMIN_GATE_CONTRACT")

    await deploy_contract(make, run, another=another)
    if not run.dry_run:
        click.echo("ADMIN_GATE_TOKEN_ID=" + ",".join(str(at + 1) for at in range(len(supplies))))


def _read_editions(text: str) -> list[int]:
    parts = [each.strip() for each in text.split(",")]
    if not all(each.isdecimal() and 1 <= int(each) <= 1_000_000 for each in parts):
        message = f"--editions is {text!r}; it must be numbers of shares from 1 to 1,000,000."
        raise SettingsError(message, given=text)
    if len(parts) > MOST_EDITIONS:
        raise SettingsError(f"There are {len(parts)} editions; at most {MOST_EDITIONS} are made.")
    return [int(each) for each in parts]


def _is_same(one: bytes, other: bytes) -> bool:
    """Whether two deployments make the same shares, whatever is said of them."""
    first, second = shares_values(one) or (), shares_values(other) or ()
    return bool(first) and (*first[:2], *first[3:8]) == (*second[:2], *second[3:8])


def share_metadata(
    name: str,
    edition: int,
    editions: int,
    description: str,
    image: str = "",
    unlocked: Sequence[Unlockable] = (),
) -> dict[str, Any]:
    """Build the metadata of an edition, with the sums of what it unlocks."""
    values: dict[str, Any] = {
        "name": name if editions == 1 else f"{name} {edition}",
        "description": description,
    }
    if image:
        values["image"] = image
    if unlocked:
        values["unlockables"] = [
            {"name": each.name, "sha256": each.sha256, "size": each.size} for each in unlocked
        ]
    return values


def shares_session(session: Session) -> Session:
    """The same session about the shares' contract; raises SettingsError if none is set."""
    contract = session.settings.gate_contract
    if contract is None:
        raise SettingsError(
            "No shares are set; `ganshare admin shares deploy` makes them, and "
            "ADMIN_GATE_CONTRACT takes their address."
        )
    address = read_address("ADMIN_GATE_CONTRACT", contract)
    return replace(session, settings=session.settings.model_copy(update={"collection": address}))


@click.command("set-uri")
@click.option("--edition", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--description", help="The new description; unchanged if left out.")
@click.option("--image", help="URI of the new picture; unchanged if left out.")
@keystore_option
@spend_options
@run_async
async def set_uri(
    edition: int,
    description: str | None,
    image: str | None,
    keystore: Path | None,
    run: RunOptions,
) -> None:
    """Update an edition's metadata, with checksums of what it unlocks; needs the owner's key."""
    async with open_session() as opened, opened.chain() as chain:
        session = shares_session(opened.signing_with(keystore))
        contract = session.collection.address
        if not (await chain.call(contract, SUPPLY_OF, edition))[0]:
            raise SettingsError(f"There is no edition {edition} of {contract}.")
        (before,) = await chain.call(contract, URI, edition)
        values = _read_uri(before)
        token = ShareToken(chain.chain_id, contract, (edition,))
        async with session.open_store() as store:
            unlocked = await store.shares.unlockables.all(next(iter(token.names)))
        new = share_metadata(
            str(values.get("name", "")),
            edition,
            1,
            str(values.get("description", "")) if description is None else description,
            str(values.get("image", "")) if image is None else image,
            unlocked,
        )
        data = SET_URI.call_data(edition, data_uri(new))
        lines = [("edition", str(edition)), ("metadata", json.dumps(new, ensure_ascii=False))]
        gas = await estimate_gas(chain, session.address, contract, data)
        budget = await agree_to_spend(session, chain, lines, gas, run)
        if budget is None:
            return
        signer = session.unlock(run.password_fd, calls=[SET_URI.selector])
        async with spend(session, chain, signer, budget, "set-uri") as sender:
            await sender.resume()
            await sender.transact("set-uri", [], to_checksum_address(contract), data)
        click.echo(f"Edition {edition} names {len(unlocked)} files that it unlocks.")


def _read_uri(uri: str) -> dict[str, Any]:
    """Read metadata that is in the address itself; {} if it is elsewhere."""
    text = uri.removeprefix("data:application/json;utf8,")
    try:
        found = json.loads(text) if text != uri else {}
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}
