"""Keeps messages with paintings right: what was hidden or deleted leaves them, and may come back.

A message is noted in the store before it shows anything, and what is to be done about it stands
there, too, so that nothing is forgotten by a kill, a restart or a platform that wants a rest.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.core.delivery.platform import (
    Away,
    MessageGone,
    PlaceGone,
    Renewer,
    SlowDown,
    message_name,
)
from bot.core.messages import Reply
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.painting_content import bare, pack_content, unpack_content
from ganshare.blobs import Blobs
from ganshare.domain.community import FORGOTTEN, ShownMessage
from ganshare.domain.jobs import Artwork
from ganshare.domain.visibility import Visibility
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger
from ganshare.store import Store

__all__ = ["PaintingMessages", "Renewals"]

LOOK_SECONDS = 1.0
FIRST_REST, LONGEST_REST = 60.0, 3600.0  # seconds, where the bot may not write now
TROUBLE_SECONDS = 5.0

Address = Mapping[str, Any]

_log = get_logger(__name__)


class PaintingMessages:
    """Shows paintings in messages that are known to show them."""

    def __init__(self, store: Store, blobs: Blobs, words: Catalogue) -> None:
        self._store, self._blobs, self._words = store, blobs, words

    async def show(
        self,
        origin: str,
        address: Address,
        reply: Reply,
        edit: Callable[[Reply], Awaitable[Address | None]],
        *,
        person: str = "",
        expires: float | None = None,
    ) -> None:
        """Show a reply in a message, which is noted before, with what may be seen of it by then.

        Raises what `edit` raises; then the renewals go on with it.

        Args:
            edit: makes the message show a reply, and gives where it stands from then on.
            person: who alone sees the message.
            expires: seconds after which nobody can change or see it any more.
        """
        name = message_name(address)
        if name is None or not reply.artworks:
            await edit(reply)
            if name is not None:
                await self._store.shown.forget(origin, name)
            return
        message = ShownMessage(
            origin, name, address, person, reply.locale, pack_content(reply), reply.artworks
        )
        try:
            due = await self._store.shown.begin(message, expires)
        except WorldError as error:  # what cannot be noted is not shown
            _log.warning("a painting is not shown", reason=str(error))
            await edit(bare(reply))
            return
        if len(await self._visible(message)) < len(set(reply.artworks)):
            reply = await self.render(message)
        try:
            moved = await edit(reply)
        except MessageGone:
            await self._store.shown.forget(origin, name)
            raise
        if (new := message_name(moved)) not in (None, name):
            await self._store.shown.forget(origin, name)
            await self._store.shown.begin(replace(message, message=str(new), address=moved or {}))
            name, due = str(new), 1
        await self._store.shown.end(origin, name, due, moved)

    async def render(self, message: ShownMessage) -> Reply:
        """Write what a message is to show now."""
        shown = await self._visible(message)
        if shown and message.content:
            return await unpack_content(message.content, shown, self._blobs)
        return Reply(text=self._words.say(message.locale, "withdrawn"))

    async def is_for_ever(self, message: ShownMessage) -> bool:
        """Whether none of its paintings can ever come back."""
        found = await self._store.gallery.several(message.artworks)
        return all(each.deleted is not None for each in found.values())

    async def _visible(self, message: ShownMessage) -> dict[str, Artwork]:
        for_review = bool(message.content.get("for_review"))
        found = await self._store.gallery.several(message.artworks)
        accounts = await self._store.accounts.of_person(message.person) if message.person else ()
        return {
            name: each
            for name, each in found.items()
            if each.deleted is None
            and (each.hidden is None or for_review)
            and (
                each.visibility is Visibility.PUBLIC
                or each.person in accounts
                or (each.visibility is Visibility.UNLISTED and bool(message.person))
            )
        }


class Renewals:
    """Looks after one origin's messages that show paintings; run it beside the announcer.

    A job's own message is the delivery service's.
    """

    def __init__(
        self,
        store: Store,
        messages: PaintingMessages,
        renewer: Renewer,
        *,
        look: float = LOOK_SECONDS,
    ) -> None:
        self._store, self._messages, self._renewer, self._look = store, messages, renewer, look
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._rests: dict[str, float] = {}

    async def run(self) -> None:
        """Run until cancelled; failures are logged and retried."""
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    for each in await self._store.shown.due(self._renewer.origin):
                        # One chat that wants a rest must not keep the others waiting.
                        if each.message not in self._under_way:
                            task = group.create_task(self._renew(each))
                            self._under_way[each.message] = task
                except WorldError as error:
                    _log.warning("messages are not renewed", reason=str(error))
                await asyncio.sleep(self._look)

    async def _renew(self, message: ShownMessage) -> None:
        try:
            await self._try_renew(message)
        except WorldError as error:
            _log.warning("a message is not renewed", message=message.message, reason=str(error))
        except Exception:
            number = secrets.token_hex(4)
            _log.exception("a message is not renewed", message=message.message, id=number)
            await asyncio.sleep(TROUBLE_SECONDS)
        finally:
            del self._under_way[message.message]

    async def _try_renew(self, message: ShownMessage) -> None:
        origin, name, shown = message.origin, message.message, self._store.shown
        try:
            address = await self._renewer.renew(
                message.address, await self._messages.render(message)
            )
        except SlowDown as error:
            await asyncio.sleep(min(error.seconds, TROUBLE_SECONDS))
            return
        except Away as error:
            _log.info("a message is renewed later", message=name, reason=str(error))
            await asyncio.sleep(self._look)
            return
        except MessageGone as error:
            _log.info("a message is gone already", message=name, reason=str(error))
            await shown.forget(origin, name)
            return
        except PlaceGone as error:  # perhaps the bot may write there again some day
            rest = self._rests.get(name, FIRST_REST)
            self._rests[name] = min(2 * rest, LONGEST_REST)
            _log.info("a message cannot be renewed now", message=name, reason=str(error), rest=rest)
            await shown.postpone(origin, name, rest)
            return
        self._rests.pop(name, None)
        if message.person.startswith(FORGOTTEN) or await self._messages.is_for_ever(message):
            await shown.forget(origin, name)
        elif message_name(address) not in (None, name):
            await shown.forget(origin, name)
            moved = replace(message, message=str(message_name(address)), address=address)
            await shown.end(origin, moved.message, await shown.begin(moved))
        else:
            await shown.end(origin, name, message.due, address)
