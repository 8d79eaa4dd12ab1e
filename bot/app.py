"""What every frontend stands on, built once per process: store, blobs, words, moderation, desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.core.courier import Courier
from bot.core.desk import Desk
from bot.core.messenger import Messenger
from bot.core.moderation import Moderation
from bot.core.words import Words
from ganshare.blobs import Blobs
from ganshare.settings import BotSettings, CoreSettings
from ganshare.store import Store

__all__ = ["Front", "open_front"]


@dataclass(frozen=True)
class Front:
    """What a frontend is given."""

    store: Store
    blobs: Blobs
    words: Words
    moderation: Moderation
    desk: Desk

    def courier(self, messenger: Messenger, *, pace: float = 3.0) -> Courier:
        """Give the courier for a messenger; to be run beside the frontend, once per origin."""
        return Courier(self.store, self.blobs, messenger, self.words, pace=pace)


@asynccontextmanager
async def open_front(core: CoreSettings, settings: BotSettings) -> AsyncIterator[Front]:
    """Connect to store and blobs, and build the rest.

    Raises:
        WorldError: the store or the blobs cannot be used.
        SettingsError: a word list of the moderation cannot be read.
    """
    raise NotImplementedError
    yield
