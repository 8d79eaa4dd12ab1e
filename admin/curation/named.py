"""Whose approvals are minted: only those of curators and places that the owner named."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ganshare.domain.votes import CuratedItem
from ganshare.errors import quoted
from ganshare.settings import AdminSettings, BotSettings, load
from ganshare.store import Store

__all__ = ["Named", "divide", "left_out"]

_TERMINAL = "terminal:"  # `ganshare admin curate approve`, by whoever has the store in their hands


@dataclass(frozen=True, slots=True)
class Named:
    """What the owner named.

    Args:
        places: whose own curators' approvals are minted, too.
        curators: accounts of admins and curators everywhere.
    """

    places: frozenset[str]
    curators: frozenset[str]

    @classmethod
    def from_settings(cls) -> "Named":
        """Read ADMIN_CURATION_PLACES, BOT_ADMINS and BOT_CURATORS."""
        bot = load(BotSettings)
        places = load(AdminSettings).curation_places
        return cls(frozenset(places), frozenset(bot.admins) | frozenset(bot.curators))

    async def approves(self, store: Store, item: CuratedItem) -> bool:
        """Whether a painting's approval may lead to a token."""
        if item.approved_by.startswith(_TERMINAL) or item.place in self.places:
            return True
        return not self.curators.isdisjoint(await store.accounts.of_person(item.approved_by))


async def divide(
    store: Store, items: Iterable[CuratedItem], named: Named
) -> tuple[list[CuratedItem], list[CuratedItem]]:
    """Divide a set into what may be minted and what others approved.

    The store knows where each of its rounds was, whatever a file says. A painting of a round that
    it does not know is the owner's own word.
    """
    yes: list[CuratedItem] = []
    no: list[CuratedItem] = []
    for item in items:
        round_ = await store.rounds.get(item.round)
        known = item if round_ is None else replace(item, place=round_.place)
        is_good = round_ is None or await named.approves(store, known)
        (yes if is_good else no).append(known)
    return yes, no


def left_out(item: CuratedItem) -> str:
    """Say that others approved a painting, and how the owner lets them."""
    return (
        f"left out: {item.id} {quoted(item.prompt)}: won in {item.place} and approved by "
        f"{item.approved_by}, whom BOT_CURATORS and ADMIN_CURATION_PLACES don't name; "
        f"`ganshare admin curate approve {item.id}` takes it in"
    )
