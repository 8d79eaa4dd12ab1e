"""`ganshare admin verify`: checks a picture or a token against the chain and its metadata."""

import asyncio
import hashlib
import json
from pathlib import Path

import click

from admin.contract.collection import OWNER_OF, TOKEN_URI
from admin.minting.ipfs import cid_of
from admin.minting.mint import look_up
from admin.session import open_session
from ganshare.errors import SettingsError

__all__ = ["verify"]


@click.command()
@click.argument("picture", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--metadata",
    "metadata_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The token's metadata, from any source; if left out, only the picture is checked.",
)
def verify(picture: Path, metadata_file: Path | None) -> None:
    """Check a picture against its token on the chain, and its metadata against both.

    A token's ID is the SHA-256 of its picture, and its address on IPFS is the hash of its metadata,
    so you need not trust GANshare.
    """
    metadata = metadata_file.read_bytes() if metadata_file else None
    asyncio.run(_verify(picture.read_bytes(), metadata))


async def _verify(picture: bytes, metadata: bytes | None) -> None:
    token = int(hashlib.sha256(picture).hexdigest(), 16)
    click.echo(f"token     {token}")
    async with open_session() as session, session.chain() as chain:
        contract = session.collection.address
        if token not in await look_up(chain, session.collection, [token]):
            raise SettingsError(f"The collection {contract} has no token of this picture.")
        uri = str((await chain.call(contract, TOKEN_URI, token))[0])
        owner = str((await chain.call(contract, OWNER_OF, token))[0])
    click.echo(f"owner     {owner}\nmetadata  {uri}")
    if metadata is None:
        return
    if f"ipfs://{cid_of(metadata)}" != uri:
        raise SettingsError("The metadata file is not this token's.")
    image = json.loads(metadata)["image"]
    if image != f"ipfs://{cid_of(picture)}":
        raise SettingsError(f"The metadata names another picture: {image}.")
    click.echo("The picture, its metadata and the token belong together.")
