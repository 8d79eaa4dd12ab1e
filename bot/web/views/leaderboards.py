"""The leaderboards: who painted, who voted, and who voted early for what won."""

import asyncio

from starlette.responses import Response

from bot.core.commands.gallery import DAYS
from bot.web.request_context import PLACE, RequestContext
from bot.web.site import Site
from bot.web.views.walls import first_named
from ganshare.domain.community import Ranked

__all__ = ["BOARDS", "leaderboards", "leaderboards_page"]

BOARDS = ("painters", "voters", "tasters")
MOST = 10
SECONDS = DAYS * 86_400.0


async def leaderboards(site: Site, place: str | None = None) -> dict[str, list[Ranked]]:
    """The first ones of each board, by its name; of one group or server, if one is named."""
    boards = site.store.leaderboards
    ranked = await asyncio.gather(
        *(getattr(boards, name)(SECONDS, MOST, place) for name in BOARDS)  # its methods
    )
    return dict(zip(BOARDS, ranked, strict=True))


async def leaderboards_page(site: Site, context: RequestContext) -> Response:
    """The boards of the last days, of all or of this page; painters lead to their paintings."""
    place = PLACE.id if "here" in context.request.query_params else None
    found = await leaderboards(site, place)
    people = {each.person for ranked in found.values() for each in ranked if each.name}
    first = {person: await first_named(site, person) for person in people}
    boards = [
        (name, [(each, first.get(each.person)) for each in ranked])
        for name, ranked in found.items()
    ]
    return site.page(context, "leaderboards.html", boards=boards, is_here=place is not None)
