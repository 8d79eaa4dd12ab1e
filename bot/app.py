"""Builds what every frontend needs: store, blobs, texts, moderation and the dispatcher."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.core.delivery.platform import Announcer, Messenger, Renewer
from bot.core.delivery.renewals import Renewals
from bot.core.delivery.service import DeliveryService
from bot.core.delivery.vote_counts import VoteCounts
from bot.core.dispatcher import Dispatcher, DispatcherOptions
from bot.core.moderation.image_check import upload_check
from bot.core.moderation.prompt_filter import Moderation, open_moderation
from bot.core.rendering.catalogue import Catalogue, load_words
from bot.core.rounds.scheduler import Recount, RoundScheduler, no_recount
from ganshare.blobs import Blobs, open_blobs
from ganshare.domain.votes import Guards
from ganshare.prompts.sources import find_prompt_source
from ganshare.settings import BotSettings, CoreSettings
from ganshare.shares.gate import Gate
from ganshare.shares.sweeper import open_gate, run_sweeps
from ganshare.store import Store, open_store

__all__ = ["Front", "open_front"]


@dataclass(frozen=True)
class Front:
    """The services of a frontend."""

    store: Store
    blobs: Blobs
    words: Catalogue
    moderation: Moderation
    dispatcher: Dispatcher
    gate: Gate | None = None

    def delivery(self, messenger: Messenger, *, pace: float = 3.0) -> DeliveryService:
        """Make a messenger's delivery service; run it beside the frontend, once per origin."""
        return DeliveryService(self.store, self.blobs, messenger, self.words, pace=pace)

    def scheduler(self, announcer: Announcer, recount: Recount | None = None) -> RoundScheduler:
        """Make the scheduler of an announcer's rounds; run it beside the delivery service.

        Args:
            recount: reads votes that were missed, before a round ends.
        """
        return RoundScheduler(
            self.store, self.blobs, self.words, announcer, recount=recount or no_recount
        )

    def vote_counts(self, announcer: Announcer) -> VoteCounts:
        """Make what updates an announcer's vote buttons; run it beside the delivery service."""
        return VoteCounts(self.store, self.words, announcer)

    def renewals(self, renewer: Renewer) -> Renewals:
        """Make what takes paintings out of an origin's messages; run it likewise."""
        return Renewals(self.store, self.dispatcher.painting_messages, renewer)

    async def sweep(self) -> None:
        """Keep up with what wallets hold, until cancelled; nothing without a gate."""
        if self.gate is not None:
            await run_sweeps(self.gate, self.store)


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
            offers the safety check or the source of prompts; or the gate's settings are wrong.
    """
    words, safety = load_words(), upload_check(settings.safety_check)
    moderation = open_moderation(settings.moderation_dir, safety)
    options = DispatcherOptions(
        model=settings.model,
        web_url=settings.web_url,
        guests_per_day=settings.web_guests_per_day,
        admins=frozenset(settings.admins),
        curators=frozenset(settings.curators),
        prompts=find_prompt_source(settings.prompt_source),
        requester_share=f"{core.requester_share:g}",
    )
    guards = Guards(per_minute=settings.votes_per_minute, burst_votes=settings.burst_votes)
    blobs = open_blobs(core.blobs_url.get_secret_value())
    url = core.database_url.get_secret_value()
    opened = open_store(
        url,
        core.limits,
        migrate=migrate,
        guards=guards,
        connections=core.database_connections,
    )
    async with opened as store, open_gate(store) as gate:
        dispatcher = Dispatcher(store, blobs, words, moderation, options, gate)
        yield Front(store, blobs, words, moderation, dispatcher, gate)
