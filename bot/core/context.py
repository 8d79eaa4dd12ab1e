"""`CommandContext`: what a handler needs to know of one command or button press."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.core.messages import (
    Action,
    Button,
    ButtonPress,
    CommandRequest,
    Person,
    Place,
    Rank,
    Reply,
)
from bot.core.moderation.prompt_filter import Moderation
from bot.core.random_prompts import Prompts
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.errors import RefusalError
from bot.core.rendering.replies import Replies
from bot.core.round_entry import curation_place
from ganshare.blobs import Blobs
from ganshare.domain.community import PlaceSettings
from ganshare.domain.jobs import Artwork, Job
from ganshare.domain.visibility import Visibility
from ganshare.errors import quoted
from ganshare.prompts.sources import MakeSource
from ganshare.prompts.thompson import ThompsonSource
from ganshare.shares.gate import Gate
from ganshare.store import Store

__all__ = ["CommandContext", "DispatcherOptions", "Services"]


_READ_BY_ALL = frozenset(
    {"paint", "random", "describe", "gallery"}
    | {Action.AGAIN, Action.VARY, Action.PAINT, Action.PICK, Action.GALLERY}
)


@dataclass(frozen=True, slots=True)
class DispatcherOptions:
    """Options that the owner chooses.

    Args:
        model: that paints unless the asker names one; None for the first of a live engine's.
        web_url: public address of the web page, for sign-in links; None without a page.
        guests_per_day: paintings of a guest, unless the place has its own setting.
        admins: accounts that are admins everywhere.
        curators: accounts that are curators everywhere.
        prompts: makes what `/random` draws from.
        requester_share: percent of the proceeds that is promised to requesters.
    """

    model: str | None = None
    web_url: str | None = None
    guests_per_day: int = 0
    admins: frozenset[str] = frozenset()
    curators: frozenset[str] = frozenset()
    prompts: MakeSource = ThompsonSource
    requester_share: str = "0"

    def rank_of(self, accounts: Iterable[str]) -> Rank | None:
        """The rank of a person everywhere, by any of their accounts; None for most."""
        theirs = frozenset(accounts)
        if theirs & self.admins:
            return Rank.ADMIN
        return Rank.CURATOR if theirs & self.curators else None


@dataclass(frozen=True)
class Services:
    """What every command handler may use."""

    store: Store
    blobs: Blobs
    words: Catalogue
    moderation: Moderation
    options: DispatcherOptions
    prompts: Prompts
    gate: Gate | None = None  # without one, everyone paints

    async def context(self, given: CommandRequest | ButtonPress) -> "CommandContext":
        """Look up the asker's accounts and the settings of the place."""
        accounts, settings = await asyncio.gather(
            self.store.accounts.of_person(given.person.id),
            self.store.places.settings(given.place.id, given.place.within),
        )
        what = given.command if isinstance(given, CommandRequest) else given.action
        # What only the asker reads is in their own language.
        locale = (settings.language if what in _READ_BY_ALL else None) or given.person.locale
        named = None if given.person.acts_as_member else self.options.rank_of(accounts)
        if named is not None and named > given.person.rank:
            given = replace(given, person=replace(given.person, rank=named))
        return CommandContext(self, given, tuple(accounts) or (given.person.id,), settings, locale)


@dataclass(frozen=True)
class CommandContext:
    """A command or button press that is being handled.

    Args:
        accounts: all accounts of the person, the main one first.
        settings: of the place.
        locale: language of the answer.
    """

    services: Services
    given: CommandRequest | ButtonPress
    accounts: tuple[str, ...]
    settings: PlaceSettings
    locale: str

    @property
    def store(self) -> Store:
        """The store."""
        return self.services.store

    @property
    def replies(self) -> Replies:
        """Writes replies about paintings."""
        return Replies(self.services.words)

    @property
    def person(self) -> Person:
        """Who asks, with the account that they used."""
        return self.given.person

    @property
    def main(self) -> str:
        """The account that limits count by."""
        return self.accounts[0]

    @property
    def is_press(self) -> bool:
        """Whether a button was pressed."""
        return isinstance(self.given, ButtonPress)

    @property
    def place(self) -> Place:
        """The place where it was asked."""
        return self.given.place

    @property
    def origin(self) -> str:
        """The frontend that will deliver: "discord", "telegram", "web", "terminal"."""
        return self.place.id.partition(":")[0]

    @property
    def is_admin_everywhere(self) -> bool:
        """Whether the owner named the asker an admin; other ranks hold in their place only.

        Anyone who makes a server or a group and invites the bot is an admin of that place.
        """
        return self._named is Rank.ADMIN

    @property
    def is_named(self) -> bool:
        """Whether the owner named them admin or curator."""
        return self._named is not None

    @property
    def _named(self) -> Rank | None:
        if self.person.acts_as_member:
            return None
        return self.services.options.rank_of(self.accounts)

    def oversees(self, job: Job) -> bool:
        """Whether the asker is an admin for a job: everywhere, or in its place or its server."""
        is_here = self.place.id == job.place or self.place.server in job.within
        is_admin_here = self.person.rank >= Rank.ADMIN and is_here
        return is_admin_here or self.is_admin_everywhere

    @property
    def picture(self) -> bytes | None:
        """An image that came with a command, unchecked."""
        return self.given.picture if isinstance(self.given, CommandRequest) else None

    @property
    def server(self) -> str:
        """The whole server or group around the place; the place itself where there is none."""
        return self.place.server or self.place.id

    async def check_not_banned(self) -> None:
        """Raise RefusalError if the admins of this place or server have blocked the asker."""
        if await self.store.community.is_banned(
            [self.place.id, *self.place.within], self.person.id
        ):
            raise RefusalError("refusal-banned")

    @property
    def curation_place(self) -> str:
        """Where paintings of this place are voted on."""
        return self.settings.curation_place or self.place.id

    def curates(self, place: str) -> bool:
        """Whether the asker may hold rounds in a place: by the owner's choice, or by rank there."""
        return self.is_named or (self.person.rank >= Rank.CURATOR and self.place.id == place)

    async def curates_job(self, job: Job, place: str) -> bool:
        """Whether the asker may enter and judge a job's painting in a place's rounds.

        A rank in a place holds for what was asked for there: whoever makes a server or a group is
        a curator of it, and must not dispose of the paintings of others.
        """
        if self.is_named:
            return True
        return self.curates(place) and await curation_place(self.store, job) == place

    def kept(
        self,
        why: str = "",
        unread: str = "",
        *,
        tells_visibility: bool = False,
        grid: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        """What is kept with a job: the frontend's own, and what the delivery service needs.

        Args:
            why: the prompt was drawn, in one line.
            unread: words of the prompt that are left out.
            tells_visibility: its message says who sees the painting.
            grid: that its message is a part of; see `bot.core.rendering.grid`.
        """
        own: dict[str, Any] = {"person": self.person.id, "locale": self.locale}
        own |= {"place": self.place.id}
        if self.person.locale != self.locale:
            own |= {"own_locale": self.person.locale}
        if self.place.within:
            own |= {"within": list(self.place.within)}
        if self.place.is_private:
            own |= {"private": True}
        if self.person.name:
            own |= {"name": self.person.name[:100]}
        told: dict[str, Any] = {
            name: text for name, text in (("why", why), ("unread", unread)) if text
        }
        if tells_visibility:
            told |= {"tells_visibility": True}
        if grid is not None:
            told |= {"grid": dict(grid)}
        return {**self.given.reply_to, "desk": own | told}

    def say(self, message: str, /, **values: str | int | float) -> str:
        """Give a message in the asker's language."""
        return self.services.words.say(self.locale, message, **values)

    def quietly(self, message: str, /, **values: str | int | float) -> Reply:
        """Give a reply of one sentence for the asker alone."""
        text = self.services.words.say(self.person.locale, message, **values)
        return Reply(text=text, is_private=True)

    def button(self, action: Action, subject: str, name: str = "") -> Button:
        """Give a button in the asker's language."""
        return self.replies.button(action, subject, self.locale, name)

    def owns(self, person: str) -> bool:
        """Whether an account belongs to the asker."""
        return person in self.accounts

    async def artwork(self, artwork_id: str) -> Artwork:
        """Read a painting that the asker may see; raises RefusalError."""
        found = await self.store.gallery.get(artwork_id)
        if found is None or found.deleted is not None:
            raise RefusalError("refusal-no-artwork", given=quoted(artwork_id))
        if found.hidden is not None and not self.oversees(await self.job(found.job)):
            raise RefusalError("refusal-no-artwork", given=quoted(artwork_id))
        if found.visibility is Visibility.ONLY_ME and not self.owns(found.person):
            raise RefusalError("refusal-no-artwork", given=quoted(artwork_id))
        return found

    async def job(self, job_id: str) -> Job:
        """Read a job; raises RefusalError."""
        found = await self.store.queue.get(job_id)
        if found is None:
            raise RefusalError("refusal-no-job", given=quoted(job_id))
        return found

    async def seen_job(self, job_id: str) -> Job:
        """Read a job whose prompt the asker may see; raises RefusalError."""
        found = await self.job(job_id)
        if found.visibility is Visibility.ONLY_ME and not self.owns(found.person):
            raise RefusalError("refusal-no-job", given=quoted(job_id))
        return found
