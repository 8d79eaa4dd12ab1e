"""Delivery: what the engines tell the store becomes one message per job, always up to date."""

from bot.core.messenger import Messenger
from bot.core.words import Words
from ganshare.blobs import Blobs
from ganshare.store import Store

__all__ = ["Courier"]


class Courier:
    """Brings the jobs of one origin to their messages; one courier for each origin.

    A message shows the latest state only, and changes at most once per `pace` seconds, but for
    the end of a job, which is shown at once and waits for nobody else's message. What was shown
    is acknowledged, nothing else, so that a restart goes on where it was.

    Args:
        pace: seconds between two changes of one message.
        grace: seconds that the frontend has to post the answer to an ask, before the courier
            sends a message of its own.
        at_once: previews that are sent at the same moment; as many ends of jobs beside them.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        messenger: Messenger,
        words: Words,
        *,
        pace: float = 3.0,
        grace: float = 10.0,
        at_once: int = 16,
    ) -> None:
        self._store, self._blobs, self._messenger, self._words = store, blobs, messenger, words
        self._pace, self._grace, self._at_once = pace, grace, at_once

    async def run(self) -> None:
        """Deliver until cancelled; whatever fails is logged and tried again."""
        raise NotImplementedError
