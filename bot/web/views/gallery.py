"""GET handlers: gallery, a painting, help."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.core.commands.definitions import COMMANDS
from bot.core.commands.sales import share_promised
from bot.core.messages import Rank
from bot.core.rendering.replies import asked_by
from bot.core.rendering.wording import word_name
from bot.core.round_entry import enterable
from bot.web.request_context import RequestContext
from bot.web.site import Refused, Site
from bot.web.template_data import (
    Painting,
    category_name,
    facts,
    made_by,
)
from ganshare.domain.jobs import Artwork, Job
from ganshare.domain.visibility import Visibility
from wordlists import CATEGORIES, word_lists

__all__ = [
    "artist_of",
    "check_alone",
    "gallery",
    "help_page",
    "manifest",
    "painting",
    "paintings",
    "robots",
    "shown_artwork",
    "wall",
]

PAGE = 24  # paintings
RELATED = 6
TABS = ("new", "voted", "round", "minted")
LONGEST_QUERY = 100


# --- many paintings ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Query:
    """A search in the gallery."""

    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    after: str | None = None

    def __bool__(self) -> bool:
        """Whether it is anything in particular."""
        return bool(self.text or self.attributes)

    def further(self, path: str, after: str) -> str:
        """The address of what comes after a painting."""
        wanted = {name.lower(): value for name, value in self.attributes.items()}
        texts = {"q": self.text} if self.text else {}
        return f"{path}?{urlencode(texts | wanted | {'after': after})}"


def _query(context: RequestContext) -> Query:
    given = context.request.query_params
    attributes = {
        name.capitalize(): value
        for name in ("style", "category", "colour")
        if (value := given.get(name, "").strip()[:LONGEST_QUERY])
    }
    after = given.get("after", "")
    is_id = after.isascii() and after.isalnum() and len(after) <= LONGEST_QUERY
    text = given.get("q", "").strip()[:LONGEST_QUERY]
    return Query(text, attributes, after if is_id else None)


async def gallery(site: Site, context: RequestContext) -> Response:
    """All paintings, or those that were looked for."""
    query = _query(context)
    found = await site.store.gallery.search(
        after=query.after, limit=PAGE + 1, text=query.text, attributes=query.attributes
    )
    say = site.words.say
    styles = [(each, word_name(each, context.locale)) for each in word_lists().styles]
    categories = [
        (each.title(), category_name(each, site.words, context.locale)) for each in CATEGORIES
    ]
    filters = [
        ("style", say(context.locale, "web-style"), styles),
        ("category", say(context.locale, "web-category"), categories),
    ]
    empty = say(context.locale, "web-gallery-none" if query else "web-gallery-empty")
    return await wall(
        site,
        context,
        query,
        found,
        title=say(context.locale, "web-nav-gallery"),
        empty=empty,
        filters=filters,
        tabs=[] if query else TABS,
        tab="new",
    )


async def wall(
    site: Site,
    context: RequestContext,
    query: Query,
    found: list[Artwork],
    title: str,
    empty: str,
    mark: Callable[[Sequence[Artwork]], str] = lambda shown: shown[-1].id,
    **values: Any,
) -> Response:
    """A page of paintings, with a link to further ones if there are more than it shows.

    Args:
        mark: says from where the next page goes on.
    """
    shown, rest = found[:PAGE], found[PAGE:]
    return site.page(
        context,
        "gallery.html",
        title=title,
        paintings=await paintings(site, context, shown),
        query=query,
        further=query.further(context.path, mark(shown)) if rest else "",
        empty=empty,
        action=context.path,
        **({"working": [], "sheet": "", "filters": [], "tabs": [], "tab": "", "feed": ""} | values),
    )


async def paintings(
    site: Site, context: RequestContext, found: Sequence[Artwork]
) -> list[Painting]:
    """Artworks as pages show them, with their votes, and how they stand as tokens."""
    ids = [each.id for each in found]
    votes, sales = await site.store.votes.count(ids), await site.store.sales.of_artworks(ids)
    voted = await site.store.votes.voted(context.person.id, ids)
    return [
        Painting.of(
            each,
            site.words,
            context.locale,
            votes[each.id],
            sales.get(each.id),
            voted=each.id in voted,
        )
        for each in found
    ]


# --- one painting -----------------------------------------------------------------------------


async def shown_artwork(site: Site, artwork_id: str, request: Request) -> Artwork:
    """The artwork, if whoever asks may see it; else the answer is 404."""
    artwork = await site.store.gallery.get(artwork_id)
    if artwork is None or not artwork.shown:
        raise Refused(404, "web-not-found")
    await check_alone(site, artwork, request)
    return artwork


async def check_alone(site: Site, made: Artwork | Job, request: Request) -> None:
    """Raise Refused if it is for its requester alone, and someone else asks."""
    if made.visibility is not Visibility.ONLY_ME:
        return
    visitor = (await site.stranger(request, looks_up=True)).person.id
    if visitor not in await site.store.accounts.of_person(made.person):
        raise Refused(404, "web-not-found")


async def painting(site: Site, context: RequestContext) -> Response:
    """A painting, what it was made with, and what may be done with it."""
    artwork = await shown_artwork(site, context.request.path_params["artwork"], context.request)
    (view,) = await paintings(site, context, [artwork])
    style = artwork.attributes.get("Style", "")
    related = (
        await site.store.gallery.search(limit=RELATED + 1, attributes={"Style": style})
        if style
        else []
    )
    owners = await site.store.accounts.of_person(artwork.person)
    return site.page(
        context,
        "painting.html",
        painting=view,
        description=site.words.say(context.locale, "web-description", seed=str(artwork.seed)),
        facts=facts(artwork, site.words, context.locale),
        models=made_by(artwork, site.words, context.locale),
        sale=await _sale_of(site, context, artwork) if context.person.id in owners else None,
        may_delete=context.person.id in owners or context.person.rank >= Rank.ADMIN,
        style=word_name(style, context.locale),
        artist=await artist_of(site, artwork),
        made=f"{datetime.fromtimestamp(artwork.created, UTC):%Y-%m-%d}",
        edit=_edit(artwork),
        neighbours=await _neighbours(site, artwork),
        is_public=artwork.public,
        visibility=artwork.visibility,
        visibilities=list(Visibility),
        related=await paintings(
            site, context, [each for each in related if each.id != artwork.id][:RELATED]
        ),
        **await voting(site, context, artwork),
    )


async def artist_of(site: Site, artwork: Artwork) -> str:
    """The name of who asked for it, where that was public; "" else."""
    job = await site.store.queue.get(artwork.job)
    return asked_by(job) if job is not None else ""


def _edit(artwork: Artwork) -> str:
    """The prompt box with what this was painted from."""
    return "/?" + urlencode({"prompt": artwork.prompt[:2000]})


async def _neighbours(site: Site, artwork: Artwork) -> tuple[str, str]:
    """Addresses of the next newer and the next older public painting; "" where there is none."""
    if not artwork.public:
        return "", ""
    newer, older = await site.store.gallery.neighbours(artwork.id)
    return tuple(f"/paintings/{each}" if each else "" for each in (newer, older))  # type: ignore[return-value]


async def _sale_of(site: Site, context: RequestContext, artwork: Artwork) -> dict[str, Any]:
    """What the owner promises a painting's requester, and what they have said of its sale."""
    said = (await site.store.consents.of_artworks([artwork.id])).get(artwork.id)
    share = site.front.dispatcher.requester_share
    return {
        "promise": share_promised(site.words, context.locale, share),
        "agreed": None if said is None else said.agreed,
    }


async def voting(site: Site, context: RequestContext, artwork: Artwork) -> dict[str, Any]:
    """How a painting stands with the visitor, and the round that goes on around it."""
    owners = await site.store.accounts.of_person(artwork.person)
    round_id = context.request.query_params.get("round", "")
    is_id = round_id.isascii() and round_id.isalnum() and len(round_id) <= LONGEST_QUERY
    job = await site.store.queue.get(artwork.job)
    is_own = context.person.id in owners
    may_enter = is_own and job is not None and await enterable(site.store, job, artwork.id)
    return {
        "is_own": is_own,
        "round": round_id if is_id else "",
        "may_enter": may_enter,
    }


async def manifest(site: Site, context: RequestContext) -> Response:
    """Everything that a painting was made from and with, as JSON."""
    artwork = await shown_artwork(site, context.request.path_params["artwork"], context.request)
    made = {name: value for name, value in artwork.manifest.items() if name != "path"}
    return JSONResponse({**made, "id": artwork.id, "sha256": artwork.sha256})


# --- words ------------------------------------------------------------------------------------


async def help_page(site: Site, context: RequestContext) -> Response:
    """What can be done here and in the chat, from the commands themselves."""

    def say(message: str) -> str:
        return site.words.say(context.locale, message)

    ranks = {rank: say(f"web-rank-{rank.name.lower()}") for rank in Rank if rank > Rank.MEMBER}
    commands = [
        {
            "name": command.name,
            "rank": ranks.get(command.rank, ""),
            "description": say(command.message),
            "parameters": [
                {
                    "name": each.name,
                    "required": each.required,
                    "description": say(command.message_of(each)),
                }
                for each in command.parameters
            ],
        }
        for command in COMMANDS
    ]
    return site.page(context, "help.html", commands=commands)


async def robots(site: Site, context: RequestContext) -> Response:
    """robots.txt: excludes personal and short-lived pages."""
    return PlainTextResponse(
        "User-agent: *\nDisallow: /jobs/\nDisallow: /mine\nDisallow: /link\nDisallow: /sign-in\n"
        f"Sitemap: {site.origin(context.request)}/sitemap.xml\n"
    )
