"""Walls beside the newest paintings: most voted, in rounds, minted, of one artist, one's own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from starlette.responses import RedirectResponse, Response

from bot.core.rendering.replies import asked_by
from bot.web.request_context import RequestContext
from bot.web.site import Refused, Site
from bot.web.views.gallery import (
    LONGEST_QUERY,
    PAGE,
    TABS,
    Query,
    artist_of,
    shown_artwork,
    wall,
)
from bot.web.views.jobs import sheet_path
from bot.web.views.sheets import MOST, cells
from ganshare.domain.jobs import Artwork, Job

__all__ = [
    "artist_page",
    "by_artist",
    "first_named",
    "mark_of",
    "mine",
    "paintings_of_tab",
    "wall_page",
]

MOST_LOOKED_AT, LAST_RANK = 200, 2_400


async def _most_voted(site: Site, after: str | None, limit: int) -> list[Artwork]:
    ids = await site.store.votes.most_voted(limit, min(_rank(after), LAST_RANK))
    found = await site.store.gallery.several(ids)
    return [found[each] for each in ids if each in found and found[each].public]


def _rank(after: str | None) -> int:
    """How many better ones were shown before."""
    return int(after) if after and after.isdecimal() and len(after) < 9 else 0


async def _of_rounds(site: Site, after: str | None, limit: int) -> list[Artwork]:
    """Paintings of the rounds that go on, newest first."""
    moment = await site.store.now()
    open_ = [each for each in await site.store.rounds.recent() if each.is_open(moment)]
    entries = await asyncio.gather(*(site.store.rounds.entries.of_round(each.id) for each in open_))
    ids = sorted({entry.artwork for some in entries for entry in some}, reverse=True)
    wanted = [each for each in ids if after is None or each < after][:limit]
    found = await site.store.gallery.several(wanted)
    return [found[each] for each in wanted if each in found and found[each].public]


async def _minted(site: Site, after: str | None, limit: int) -> list[Artwork]:
    return await site.store.gallery.minted(after, limit)


async def _new(site: Site, after: str | None, limit: int) -> list[Artwork]:
    return await site.store.gallery.search(after=after, limit=limit)


_WALLS: dict[str, Callable[[Site, str | None, int], Awaitable[list[Artwork]]]] = {
    "new": _new,
    "voted": _most_voted,
    "round": _of_rounds,
    "minted": _minted,
}


async def paintings_of_tab(
    site: Site, tab: str, after: str | None = None, limit: int = PAGE + 1
) -> list[Artwork]:
    """The paintings of a tab of the gallery; the answer is 404 if there is none of that name."""
    if tab not in _WALLS:
        raise Refused(404, "web-not-found")
    return await _WALLS[tab](site, after, limit)


def mark_of(tab: str, shown: Sequence[Artwork], after: str | None) -> str:
    """From where a tab goes on after these paintings: by rank, or else by the last one's id."""
    return str(_rank(after) + len(shown)) if tab == "voted" else shown[-1].id


async def wall_page(site: Site, context: RequestContext) -> Response:
    """One tab of the gallery."""
    tab = context.request.path_params["tab"]
    if tab == "new":
        return RedirectResponse("/gallery", 301)
    after = _after(context)
    found = await paintings_of_tab(site, tab, after)
    return await wall(
        site,
        context,
        Query(after=after),
        found,
        title=site.words.say(context.locale, "web-nav-gallery"),
        empty=site.words.say(context.locale, f"web-empty-{tab}"),
        tabs=TABS,
        tab=tab,
        mark=lambda shown: mark_of(tab, shown, after),
    )


async def artist_page(site: Site, context: RequestContext) -> Response:
    """The paintings of whoever asked for this one, as far as their name stands there, too."""
    artwork = await shown_artwork(site, context.request.path_params["artwork"], context.request)
    name = await artist_of(site, artwork)
    if not (name and artwork.public):
        raise Refused(404, "web-not-found")
    found = await by_artist(site, artwork, _after(context))
    return await wall(
        site,
        context,
        Query(after=_after(context)),
        found,
        title=name,
        empty=site.words.say(context.locale, "web-gallery-empty"),
        feed=f"/paintings/{artwork.id}/artist.atom",
    )


async def by_artist(site: Site, artwork: Artwork, after: str | None = None) -> list[Artwork]:
    """Public paintings of the same person that say who asked for them, newest first."""
    return await _named(site, artwork.person, after)


async def first_named(site: Site, person: str) -> Artwork | None:
    """The newest public painting of a person that says who asked for it."""
    return next(iter(await _named(site, person)), None)


async def _named(site: Site, person: str, after: str | None = None) -> list[Artwork]:
    """Where someone asked in private, it is not told that it was they."""
    found = await site.store.gallery.search(after=after, limit=MOST_LOOKED_AT, person=person)
    public = [each for each in found if each.public]
    jobs = {each.id: each for each in await site.store.queue.several([a.job for a in public])}
    named = [each for each in public if each.job in jobs and asked_by(jobs[each.job])]
    return named[: PAGE + 1]


async def mine(site: Site, context: RequestContext) -> Response:
    """One's own paintings, those under way first."""
    after = _after(context)
    found = await site.store.gallery.search(after=after, limit=PAGE + 1, person=context.person.id)
    working = [] if after else await _under_way(site, context)
    return await wall(
        site,
        context,
        Query(after=after),
        found,
        title=site.words.say(context.locale, "web-nav-mine"),
        empty=site.words.say(context.locale, "web-mine-empty"),
        working=await cells(site, context, working),
        sheet=sheet_path(working),
    )


async def _under_way(site: Site, context: RequestContext) -> list[Job]:
    accounts = await site.store.accounts.of_person(context.person.id)
    found = [job for account in accounts for job in await site.store.queue.active(account)]
    return sorted(found, key=lambda each: each.id)[:MOST]


def _after(context: RequestContext) -> str | None:
    after = context.request.query_params.get("after", "")
    return after if after.isascii() and after.isalnum() and len(after) <= LONGEST_QUERY else None
