"""`ganshare admin verify-contract`: publishes the contract's source on the explorer."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from admin.contract.explorer import Explorer, check_input, constructor_arguments
from admin.prompts import agree, dry_run_option
from admin.session import Session, open_session
from ganshare.errors import SettingsError

__all__ = ["verify_contract"]


@click.command("verify-contract")
@click.option(
    "--input",
    "input_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=Path(".node/Paintings.input.json"),
    show_default=True,
    help="The full compiler input, as `make contracts` writes it.",
)
@dry_run_option
def verify_contract(input_file: Path, dry_run: bool) -> None:
    """Submit the collection's source to the explorer, and wait until it is verified.

    Its bytecode must equal that on the chain; then anyone can read what the contract does.
    """
    whole = check_input(input_file.read_text("utf-8"))
    asyncio.run(_verify(whole, dry_run=dry_run))


async def _verify(whole: Mapping[str, Any], *, dry_run: bool) -> None:
    async with open_session() as session:
        arguments = await _arguments(session)
        settings, collection = session.settings, session.collection
        lines = [
            ("collection", collection.address),
            ("explorer", settings.explorer_api),
            ("sources", f"{len(whole['sources'])} files"),
            ("constructor arguments", f"{len(arguments)} bytes"),
        ]
        if not agree(lines, dry_run=dry_run, yes=True):
            return
        if settings.explorer_api_key is None:
            raise SettingsError(
                "No key for the explorer's API is set; ADMIN_EXPLORER_API_KEY takes it."
            )
        key = settings.explorer_api_key.get_secret_value()
        explorer = Explorer(settings.explorer_api, key, collection.chain_id, session.client)
        number = await explorer.submit(collection.address, whole, arguments)
        click.echo(await explorer.wait_until_done(number))


async def _arguments(session: Session) -> bytes:
    """What the collection was made with, as the ledger has it."""
    collection = session.collection
    sent = await session.ledger.transactions(collection.chain_id, session.address)
    async with session.chain() as chain:
        for each in sent:
            if each.recipient is None and each.hash is not None:
                receipt = await chain.receipt(each.hash)
                if receipt is not None and receipt.contract == collection.address:
                    return constructor_arguments(each.data)
    raise SettingsError(
        f"The ledger has no deployment of {collection.address}; it was made elsewhere, or by "
        "another key."
    )
