"""What every frontend stands on, built once per process: store, blobs, words, moderation, desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.core.delivery.platform import Messenger, Publisher
from bot.core.delivery.service import Courier
from bot.core.delivery.vote_counts import Labels
from bot.core.dispatcher import Desk, DeskOptions
from bot.core.moderation.image_check import door_check
from bot.core.moderation.prompt_filter import Moderation, open_moderation
from bot.core.rendering.catalogue import Words, load_words
from bot.core.rounds.scheduler import Recount, Steward, no_recount
from ganshare.blobs import Blobs, open_blobs
from ganshare.domain.votes import Guards
from ganshare.prompts.sources import find_prompt_source
from ganshare.settings import BotSettings, CoreSettings
from ganshare.store import Store, open_store

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

    def steward(self, publisher: Publisher, recount: Recount | None = None) -> Steward:
        """Give the steward of a publisher's rounds; to be run beside the courier.

        Args:
            recount: reads votes that were missed, before a round ends.
        """
        return Steward(self.store, self.blobs, self.words, publisher, recount=recount or no_recount)

    def labels(self, publisher: Publisher) -> Labels:
        """Give what keeps a publisher's vote buttons up to date; to be run beside the courier."""
        return Labels(self.store, self.words, publisher)


@asynccontextmanager
async def open_front(
    core: CoreSettings, settings: BotSettings, *, migrate: bool = False
) -> AsyncIterator[Front]:
    """Connect to store and blobs, and build the rest.

    Args:
        migrate: whether to make or renew the store's tables.

    Raises:
        WorldError: the store or the blobs cannot be used.
        SettingsError: a word list of the moderation cannot be read, or no installed package
            offers the safety check or the source of prompts.
    """
    words, safety = load_words(), door_check(settings.safety_check)
    moderation = open_moderation(settings.moderation_dir, safety)
    options = DeskOptions(
        model=settings.model,
        web_url=settings.web_url,
        guests_per_day=settings.web_guests_per_day,
        admins=frozenset(settings.admins),
        curators=frozenset(settings.curators),
        prompts=find_prompt_source(settings.prompt_source),
    )
    guards = Guards(per_minute=settings.votes_per_minute, burst_votes=settings.burst_votes)
    blobs = open_blobs(core.blobs_url.get_secret_value())
    url = core.database_url.get_secret_value()
    async with open_store(url, core.limits, migrate=migrate, guards=guards) as store:
        desk = Desk(store, blobs, words, moderation, options)
        yield Front(store, blobs, words, moderation, desk)
