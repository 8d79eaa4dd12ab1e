"""From pinned to minted: sends batches, waits for them and reads them back."""

from collections.abc import AsyncIterator, Container, Mapping, Sequence
from dataclasses import dataclass

from eth_utils.address import to_checksum_address

from admin.contract.collection import TOKENS, mint_batch
from admin.ledger import Collection, Ledger, Token, TokenState, Transaction, TransactionState
from admin.minting.ipfs import raw_digest
from admin.wallet.sender import Sender
from ganshare.chain.chain import Chain

__all__ = [
    "Drift",
    "Minted",
    "digest_of",
    "look_up",
    "mint_all",
    "reconcile_tokens",
    "token_drift",
]

BATCH = 50
_NOBODY = "0x" + "00" * 20
_LOOKED_UP_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Minted:
    """What the chain says about a token that is minted."""

    owner: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Drift:
    """How the ledger differs from the chain.

    Args:
        found: minted, though the ledger does not know; with the owner.
        lost: not minted, though the ledger says so, or that it is under way.
        moved: minted, but with another owner than the ledger says.
        changed: minted, with other metadata than the ledger has; `accept` takes it over.
    """

    found: Mapping[int, str]
    lost: tuple[int, ...]
    moved: Mapping[int, str]
    changed: Mapping[int, Minted]


def digest_of(token: Token) -> bytes:
    """What the contract keeps of a token's metadata."""
    return raw_digest((token.metadata or "").encode())


async def look_up(
    chain: Chain, collection: Collection, tokens: Sequence[int], block: int | None = None
) -> dict[int, Minted]:
    """Read from the chain which of these tokens are minted, as of a block."""
    height = await chain.height() if block is None else block
    found = {}
    for start in range(0, len(tokens), _LOOKED_UP_AT_ONCE):
        asked = list(tokens[start : start + _LOOKED_UP_AT_ONCE])
        owners, digests = await chain.call_at(height, collection.address, TOKENS, asked)
        for token, owner, digest in zip(asked, owners, digests, strict=True):
            if owner != _NOBODY:
                found[token] = Minted(to_checksum_address(owner), bytes(digest))
    return found


async def mint_all(
    ledger: Ledger,
    sender: Sender,
    chain: Chain,
    collection: Collection,
    to: str,
    batch: int = BATCH,
    skip: Container[int] = (),
) -> AsyncIterator[tuple[Transaction, int]]:
    """Mint all pinned tokens but those to skip.

    It yields each transaction when it is final, and how many it minted.
    What an earlier run left is seen through first. It may be ended at any moment and begun again.
    What is on the chain with other metadata is passed over.

    Raises:
        TransactionFailed, FeeCapError, PolicyError, Disagreement: what is minted stays minted.
    """
    await sender.resume()
    drift = await reconcile_tokens(ledger, chain, collection, sender.address)
    while pinned := (await _pinned(ledger, collection, drift, skip))[:batch]:
        tokens = [each.token for each in pinned]
        data = mint_batch(to, tokens, [digest_of(each) for each in pinned])
        subject = [str(token) for token in tokens]
        sent = await sender.send("mint", subject, collection.address, data, collection)
        await sender.settle(sent)
        drift = await reconcile_tokens(ledger, chain, collection, sender.address)
        found = await look_up(chain, collection, tokens)
        yield sent, len(found)


async def _pinned(
    ledger: Ledger, collection: Collection, drift: Drift, skip: Container[int]
) -> list[Token]:
    pinned = await ledger.tokens(collection, TokenState.PINNED)
    return [each for each in pinned if each.token not in drift.changed and each.token not in skip]


async def token_drift(ledger: Ledger, chain: Chain, collection: Collection, sender: str) -> Drift:
    """Compare the ledger's tokens with the chain; what is still under way is left alone."""
    tokens = [each for each in await ledger.tokens(collection) if each.metadata is not None]
    found = await look_up(chain, collection, [each.token for each in tokens])
    waiting = await ledger.transactions(collection.chain_id, sender, TransactionState.SENT)
    under_way = {int(each) for one in waiting if one.kind == "mint" for each in one.subject}
    return _compare([each for each in tokens if each.token not in under_way], found)


async def reconcile_tokens(
    ledger: Ledger, chain: Chain, collection: Collection, sender: str
) -> Drift:
    """Make the ledger's tokens what the chain says; gives what was different before.

    Metadata that was changed on the chain is left to `accept`: someone should look at it.
    """
    drift = await token_drift(ledger, chain, collection, sender)
    news = {**drift.found, **drift.moved}
    if news:
        await ledger.note_minted(collection, news)
    if drift.lost:
        await ledger.unmint(collection, drift.lost)
    return drift


def _compare(tokens: Sequence[Token], found: Mapping[int, Minted]) -> Drift:
    minted = [(each, found[each.token].owner) for each in tokens if each.token in found]
    gone = [each for each in tokens if each.token not in found]
    known = TokenState.MINTED
    changed = {
        each.token: found[each.token]
        for each, _ in minted
        if found[each.token].digest != digest_of(each)
    }
    return Drift(
        found={
            each.token: owner
            for each, owner in minted
            if each.state is not known and each.token not in changed
        },
        lost=tuple(each.token for each in gone if each.state in (TokenState.SENT, known)),
        moved={
            each.token: owner
            for each, owner in minted
            if each.state is known and each.owner != owner
        },
        changed=changed,
    )
