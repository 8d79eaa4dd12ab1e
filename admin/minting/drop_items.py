"""From planned to an item of a drop: picture, transaction, and the chain's word that it is there.

The ledger has each transaction, signed, before it is sent, with the painting that it is about. So
whatever is killed, the next run knows which paintings have an item, and asks nobody for it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Container
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from admin.ledger import Collection, Ledger, Token, TokenState, TransactionState
from admin.marketplace.drops import Drop, DropApi, ItemCall, ItemRefused
from admin.marketplace.opensea import OpenSeaAway
from admin.minting.item_form import Item, Outcome
from admin.wallet.gas import Reverted, WouldFail
from admin.wallet.sender import Sender

__all__ = ["KIND", "DropItems", "Outcome", "item_body"]

KIND = "drop-item"  # of the transactions
IN_A_ROW = 3  # failures after which the rest is left
_MOST_TRAITS = 40
_LONGEST_LINK = 1_000  # characters
LAG = 20.0  # seconds for which OpenSea may not have heard of what is on the chain
_REBUILDS = 4  # of a call that would fail: OpenSea may not have heard of the item before it
_OPEN = (TokenState.PLANNED, TokenState.CREATING)
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


def item_body(item: Item, media_token: str) -> dict[str, Any]:
    """Write an item as the API takes it: a single copy."""
    traits = [
        {"trait_type": name, "value": value} for name, value in item.properties if name and value
    ]
    body: dict[str, Any] = {"media_token": media_token, "name": item.name, "supply": "1"}
    body |= {"description": item.description, "traits": traits[:_MOST_TRAITS]}
    if item.external_link and len(item.external_link) <= _LONGEST_LINK:
        body["external_url"] = item.external_link
    return body


@dataclass
class DropItems:
    """The way of a collection's paintings to items of a drop.

    Args:
        item_of: what OpenSea is told of a token.
        read: gives a painting's bytes.
        target: the only contract that calls go to.
        skip: tokens that get no item, since they were withdrawn.
    """

    ledger: Ledger
    collection: Collection
    api: DropApi
    drop: Drop
    item_of: Callable[[Token], Item]
    read: Callable[[Token], Awaitable[bytes]]
    target: str
    skip: Container[int] = ()

    async def to_create(self) -> list[Token]:
        """Which paintings have no item, as far as the ledger knows."""
        tokens = await self.ledger.tokens(self.collection, TokenState.CREATING, TokenState.PLANNED)
        return [each for each in tokens if each.token not in self.skip]

    async def build(self, token: Token) -> ItemCall:
        """Upload a painting and have the call built that creates its item; sends nothing.

        Raises:
            ItemRefused, OpenSeaAway: there is none.
        """
        item = self.item_of(token)
        suffix = PurePosixPath(str(token.item["blob"])).suffix.lower()
        media_type = _TYPES.get(suffix, "application/octet-stream")
        slug, picture = self.drop.collection_slug, await self.read(token)
        media_token = await self.api.upload(slug, item.mark + suffix, picture, media_type)
        return await self.api.build_item(self.drop, item_body(item, media_token), self.target)

    async def create_all(self, sender: Sender, selector: bytes) -> AsyncIterator[Outcome]:
        """Create an item for each painting that has none, one after another.

        It ends after some failures in a row. It may be ended at any moment and begun again.

        Args:
            selector: of the function that was agreed to; no other one is called.

        Raises:
            TransactionFailed, FeeCapError, PolicyError, AgreementExceeded, Disagreement: the next
                run goes on from there.
        """
        await sender.resume()
        await self.reconcile(sender.address)
        failed = 0
        for token in await self.to_create():
            try:
                outcome = Outcome(await self._create(sender, token, selector))
                failed = 0
            except (ItemRefused, OpenSeaAway, Reverted, WouldFail) as error:
                outcome = Outcome(token, str(error))
                failed += 1
            yield outcome
            if failed == IN_A_ROW:
                return

    async def reconcile(self, sender: str, *, write: bool = True) -> list[Token]:
        """Make the ledger's paintings what its transactions say; gives those that changed."""
        sent = await self.ledger.transactions(
            self.collection.chain_id, sender, TransactionState.CONFIRMED
        )
        done = {int(each) for one in sent if one.kind == KIND for each in one.subject}
        changed = []
        for token in await self.ledger.tokens(self.collection):
            if token.state in _OPEN and token.token in done:
                state = TokenState.CREATED
            elif token.state is TokenState.CREATED and token.token not in done:
                if token.page != self.drop.opensea_url:
                    continue  # made in another way
                state = TokenState.CREATING
            else:
                continue
            changed.append(replace(token, state=state))
            if write:
                await self.ledger.move_token(token, state, self.drop.opensea_url)
        return changed

    async def _create(self, sender: Sender, token: Token, selector: bytes) -> Token:
        for attempt in range(1, _REBUILDS + 1):
            call = await self.build(token)
            if call.selector != selector:
                raise ItemRefused(
                    f"OpenSea wants the function 0x{call.selector.hex()} called for this item, and "
                    f"0x{selector.hex()} was agreed to; the next run shows it and asks."
                )
            token = await self.ledger.move_token(token, TokenState.CREATING, self.drop.opensea_url)
            try:
                sent = await sender.send(KIND, [str(token.token)], call.to, call.data)
            except WouldFail:
                if attempt == _REBUILDS:
                    raise
                await asyncio.sleep(LAG / _REBUILDS)
                continue
            if await sender.settle(sent) is not None:
                return await self.ledger.move_token(token, TokenState.CREATED)
        raise ItemRefused(
            "Foreign transactions took its nonces one after another; whoever sends them has the "
            "key. The next run continues."
        )
