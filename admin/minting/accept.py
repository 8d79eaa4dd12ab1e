"""Accepts metadata that the owner changed on the chain into the ledger.

The contract keeps the SHA-256 of the metadata, and the owner may correct it until it is frozen. A
token whose metadata is another's than the ledger has is neither minted nor listed before.
"""

import json
from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from pathlib import Path

from admin.ledger import Collection, Ledger, Token
from admin.minting.ipfs import CHUNK, Kubo, Pinner, cid_of_digest
from admin.minting.mint import Minted
from ganshare.errors import SettingsError, WorldError, quoted

__all__ = ["accept", "read_folder"]

_IPFS = "ipfs://"


def read_folder(folder: Path) -> dict[bytes, bytes]:
    """Read the metadata files of a folder, by their SHA-256.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        files = [each for each in folder.iterdir() if each.is_file()]
        texts = [each.read_bytes() for each in files if each.stat().st_size <= CHUNK]
    except OSError as error:
        message = f"The folder {quoted(str(folder))} cannot be read: {error.strerror}."
        raise SettingsError(message, given=str(folder)) from error
    return {sha256(text).digest(): text for text in texts}


async def accept(
    ledger: Ledger,
    collection: Collection,
    changed: Mapping[int, Minted],
    node: Kubo | None,
    pinner: Pinner,
    given: Mapping[bytes, bytes],
) -> AsyncIterator[tuple[Token, str]]:
    """Take over what the chain has; gives each token with what hindered it, if anything.

    Args:
        node: that is asked for the text of new metadata, if there is one.
        pinner: keeps it, as it keeps our own.
        given: metadata by its SHA-256, looked through before the node is asked.

    Raises:
        IpfsError: a service is away.
    """
    for token in await ledger.tokens(collection):
        if token.token not in changed:
            continue
        there = changed[token.token]
        cid = cid_of_digest(there.digest)
        text = given.get(there.digest)
        if text is None and node is not None:
            text = await node.read(cid)
        if text is None or sha256(text).digest() != there.digest:
            yield (
                token,
                f"no IPFS node of yours has {cid}; `--metadata FOLDER` takes it from a file",
            )
            continue
        try:
            values = _read(text)
        except WorldError as error:
            yield token, str(error)
            continue
        await pinner.pin(f"{token.artwork}.json", text)
        image = str(values.get("image", ""))
        kept = image.removeprefix(_IPFS) if image.startswith(_IPFS) else token.image_cid
        await ledger.accept(
            token,
            owner=there.owner,
            image_cid=kept or "",
            metadata_cid=cid,
            metadata=text.decode("utf-8"),
        )
        yield token, ""


def _read(text: bytes) -> Mapping[str, object]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise WorldError("what the chain names is not metadata: not a JSON object")
    return values
