"""The desk: a command or a press comes in, is checked and carried out, and replies go out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.moderation import Moderation
from bot.core.values import Ask, Person, Press, Reply
from bot.core.words import Words
from ganshare.blobs import Blobs
from ganshare.store import Store

__all__ = ["SIGN_IN_PATH", "Desk", "DeskOptions"]

SIGN_IN_PATH = "/sign-in/"  # below the page's address; the one-time token follows


@dataclass(frozen=True, slots=True)
class DeskOptions:
    """What an owner may choose.

    Args:
        model: that paints unless the asker names one; None for the first of a live engine's.
        web_url: public address of the web page, for sign-in links; None without a page.
    """

    model: str | None = None
    web_url: str | None = None


class Desk:
    """Answers every command and every button, on all platforms; it knows none of them.

    A reply with `job` set becomes that job's message: the frontend sends it, then tells `posted`
    where it stands, and from then on the courier keeps it up to date. The desk adds its own key
    "desk" to what a frontend gives as `reply_to`.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        words: Words,
        moderation: Moderation,
        options: DeskOptions | None = None,
    ) -> None:
        self._store, self._blobs, self._words = store, blobs, words
        self._moderation, self._options = moderation, options or DeskOptions()

    async def answer(self, ask: Ask) -> list[Reply]:
        """Carry out a command; never raises.

        A mistake is answered with its sentence, a store that is away with an honest "not now", and
        anything unexpected with an apology and the id that is logged. A repeated delivery (the
        same key) gives the same jobs.
        """
        raise NotImplementedError

    async def press(self, press: Press) -> list[Reply]:
        """Carry out what a button stands for; as `answer`."""
        raise NotImplementedError

    async def complete(self, command: str, parameter: str, typed: str, person: Person) -> list[str]:
        """Offer what could be meant, at most 25 texts of at most 100 characters; never raises."""
        raise NotImplementedError

    async def posted(self, job: str, origin: str, address: Mapping[str, Any]) -> None:
        """Remember where a job's message stands; never raises.

        Args:
            address: whatever the frontend's messenger needs to edit it; plain JSON.
        """
        raise NotImplementedError
