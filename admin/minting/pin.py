"""From planned to pinned: puts picture and metadata on IPFS under precomputed CIDs."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Container

from admin.ledger import Collection, Ledger, Token, TokenState
from admin.minting.ipfs import Pinner, cid_of
from admin.minting.metadata import as_json, metadata, rarities
from ganshare.errors import BlobError, quoted

__all__ = ["ReadPicture", "pin_all"]

ReadPicture = Callable[[Token], Awaitable[bytes]]


async def pin_all(
    ledger: Ledger,
    pinner: Pinner,
    read_picture: ReadPicture,
    collection: Collection,
    *,
    site: str | None = None,
    description: str | None = None,
    skip: Container[int] = (),
) -> AsyncIterator[Token]:
    """Pin all planned tokens but those to skip; yields each when it is done.

    Raises:
        BlobError: a picture is not the one that was chosen.
        IpfsError: a service is away or disagrees about a CID.
        ParameterError: a painting may not be sold.
    """
    every = await ledger.tokens(collection)
    rarity = dict(
        zip((each.token for each in every), rarities([each.item for each in every]), strict=True)
    )
    for token in every:
        if token.state is not TokenState.PLANNED or token.token in skip:
            continue
        picture = await read_picture(token)
        if int(hashlib.sha256(picture).hexdigest(), 16) != token.token:
            raise BlobError(
                f"The picture of {quoted(token.artwork)} is not the one that was chosen: its "
                "SHA-256 is another.",
                given=token.artwork,
            )
        values = metadata(
            token.item,
            rarity[token.token],
            cid_of(picture),
            site=site,
            description=description,
        )
        text = as_json(values)
        image_cid = await pinner.pin(f"{token.artwork}.png", picture)
        metadata_cid = await pinner.pin(f"{token.artwork}.json", text.encode())
        await ledger.pin(token, image_cid=image_cid, metadata_cid=metadata_cid, metadata=text)
        yield token
