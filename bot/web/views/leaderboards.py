"""The leaderboards: who painted, who voted, and who voted early for what won."""

import asyncio

from starlette.responses import Response

from bot.core.commands.gallery import DAYS
from bot.web.request_context import RequestContext
from bot.web.site import Site
from bot.web.views.walls import first_named
from ganshare.domain.community import Ranked

__all__ = ["BOARDS", "leaderboards", "leaderboards_page"]

BOARDS = ("painters", "voters", "tasters")
MOST = 10
SECONDS = DAYS * 86_400.0


async def leaderboards(site: Site) -> dict[str, list[Ranked]]:
    """The first ones of each board, by its name."""
    boards = site.store.leaderboards
    ranked = await asyncio.gather(
        *(getattr(boards, name)(SECONDS, MOST) for name in BOARDS)  # its methods
    )
    return dict(zip(BOARDS, ranked, strict=True))


async def leaderboards_page(site: Site, context: RequestContext) -> Response:
    """The boards of the last days; painters lead to their paintings."""
    found = await leaderboards(site)
    people = {each.person for ranked in found.values() for each in ranked if each.name}
    first = {person: await first_named(site, person) for person in people}
    boards = [
        (name, [(each, first.get(each.person)) for each in ranked])
        for name, ranked in found.items()
    ]
    return site.page(context, "leaderboards.html", boards=boards)
