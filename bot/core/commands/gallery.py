"""/gallery and /mine, page by page, the full-size picture, and the leaderboards of /stats."""

import asyncio
import base64
import binascii
from dataclasses import replace

from bot.core.context import CommandContext
from bot.core.messages import Action, Button, File, Reply
from bot.core.rendering.errors import RefusalError
from bot.core.rendering.job_view import load_job_view
from bot.core.rendering.painting_content import thumbnails
from bot.core.rendering.replies import accent, shortened
from bot.core.rendering.sales import sale_line
from ganshare.domain.community import Ranked
from ganshare.domain.jobs import Artwork
from ganshare.domain.sales import Sale
from ganshare.domain.visibility import Visibility
from ganshare.errors import quoted

__all__ = [
    "gallery",
    "master",
    "mine",
    "page_subject",
    "pick",
    "show",
    "stats",
    "turn_gallery",
    "turn_mine",
]

PAGE = 4  # paintings; with more, none is to be made out on a phone
LONGEST_SUBJECT = 64 - len("gallery:")
LABEL = 60  # UTF-16 units of a prompt in a list
DAYS, MOST = 30, 5  # of the leaderboards
NAME = 40  # UTF-16 units


# --- paintings --------------------------------------------------------------------------------


async def gallery(
    context: CommandContext, query: str, after: str = "", *, turned: bool = False
) -> list[Reply]:
    """Show a page of the gallery.

    Args:
        after: id of the last painting of the page before.
        turned: whether a button of another page asked for it.
    """
    found = await context.store.gallery.search(after=after or None, limit=PAGE + 1, text=query)
    if not found and query and not after:
        return [context.quietly("gallery-none-for", query=quoted(query))]
    page = await _page(context, found, Action.GALLERY, query, after)
    return [_titled(page, context.say("gallery-title"), turned=turned)]


async def mine(context: CommandContext, after: str = "", *, turned: bool = False) -> list[Reply]:
    """Show a page of the asker's own paintings, to them alone."""
    found = await context.store.gallery.search(
        after=after or None, limit=PAGE + 1, person=context.main
    )
    page = await _page(context, found, Action.MINE, "", after)
    return [_titled(page, context.say("mine-title"), turned=turned, is_private=True)]


async def turn_gallery(context: CommandContext, subject: str) -> list[Reply]:
    """Show another page of the gallery in place of the one that has the button."""
    after, query = _read_page(subject)
    return await gallery(context, query, after, turned=True)


async def turn_mine(context: CommandContext, subject: str) -> list[Reply]:
    """Show another page of one's own paintings."""
    return await mine(context, _read_page(subject)[0], turned=True)


async def show(context: CommandContext, artwork_id: str) -> list[Reply]:
    """Show one painting with its own buttons."""
    artwork = await context.artwork(artwork_id)
    view = await load_job_view(
        context.store, context.services.blobs, await context.job(artwork.job)
    )
    reply = context.replies.whole(view, context.locale)
    shown = replace(reply, artworks=(artwork.id,) if reply.pictures else ())
    return [_titled(shown, reply.title, is_private=True)]


async def pick(context: CommandContext, artwork_id: str) -> list[Reply]:
    """Show one of several paintings by itself, where they were asked for."""
    (reply,) = await show(context, artwork_id)
    artwork = await context.artwork(artwork_id)
    return [replace(reply, is_private=artwork.visibility is Visibility.ONLY_ME)]


async def master(context: CommandContext, artwork_id: str) -> list[Reply]:
    """Hand over the full PNG."""
    artwork = await context.artwork(artwork_id)
    png = await context.services.blobs.get(artwork.blob)
    document = File(png, f"ganshare-{artwork.id}.png", "image/png")
    fields = context.replies.artwork_details(artwork, None, context.locale)
    return [
        Reply(
            title=context.say("master-title"),
            text=shortened(artwork.prompt),
            fields=fields,
            document=document,
            colour=accent(artwork.attributes.get("Hex")),
            is_private=artwork.visibility is not Visibility.PUBLIC,
            artworks=(artwork.id,),
        )
    ]


async def _page(
    context: CommandContext, found: list[Artwork], action: Action, query: str, after: str
) -> Reply:
    shown, more = found[:PAGE], len(found) > PAGE
    say, text = context.say, ""
    if not shown and after:
        text = say("gallery-end")
    elif not shown:
        text = say("gallery-none" if action is Action.GALLERY else "mine-none")
    alts = {each.id: say("done-alt", prompt=shortened(each.prompt, 200)) for each in shown}
    sales = await context.store.sales.of_artworks(each.id for each in shown)
    fields = tuple(
        (f"{number} · {say('field-seed')} {each.seed}", _label(context, each, sales.get(each.id)))
        for number, each in enumerate(shown, 1)
    )
    rows = []
    if shown:
        rows.append(
            tuple(
                Button(Action.SHOW, each.id, str(number), "🔍")
                for number, each in enumerate(shown, 1)
            )
        )
    turns = []
    first, following = page_subject("", query), page_subject(shown[-1].id if shown else "", query)
    if after and first is not None:
        turns.append(context.button(action, first, "newest"))
    if more and following is not None:
        turns.append(context.button(action, following, "older"))
    elif more:
        text = say("gallery-long")
    if turns:
        rows.append(tuple(turns))
    return Reply(
        text=text,
        fields=fields,
        pictures=await thumbnails(context.services.blobs, shown, alts),
        buttons=tuple(rows),
        colour=accent(shown[0].attributes.get("Hex")) if shown else None,
        artworks=tuple(each.id for each in shown),
        listed=len(shown),
    )


def _label(context: CommandContext, artwork: Artwork, sale: Sale | None) -> str:
    """A painting's prompt, and whether it is minted, for sale or sold."""
    prompt = shortened(artwork.prompt, 2 * LABEL)
    if sale is None:
        return prompt
    return f"{prompt} · {sale_line(context.services.words, context.locale, sale)}"


def _titled(reply: Reply, title: str, *, turned: bool = False, is_private: bool = False) -> Reply:
    return replace(reply, title=title, replaces=turned, is_private=is_private, job=None)


# --- a page's place in a button ---------------------------------------------------------------


def page_subject(after: str, query: str) -> str | None:
    """Write where a page begins, and its query, into a button; None if it is too long for that."""
    if not query:
        return after
    words = base64.b32encode(query.encode()).decode().rstrip("=").lower()
    subject = f"{after}-{words}"
    return subject if len(subject) <= LONGEST_SUBJECT else None


def _read_page(subject: str) -> tuple[str, str]:
    """Read what `page_subject` wrote, as (after, query); raises RefusalError."""
    after, _, words = subject.partition("-")
    padded = words.upper() + "=" * (-len(words) % 8)
    try:
        return after, base64.b32decode(padded).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise RefusalError("refusal-button") from error


# --- leaderboards -----------------------------------------------------------------------------


async def stats(context: CommandContext) -> list[Reply]:
    """Show the leaderboards of the last days, and the asker's own count."""
    boards, seconds = context.store.leaderboards, DAYS * 86_400.0
    ranked = await asyncio.gather(
        boards.painters(seconds, MOST),
        boards.voters(seconds, MOST),
        boards.tasters(seconds, MOST),
    )
    fields = tuple(
        (context.say(f"stats-{name}"), _listed(context, each))
        for name, each in zip(("painters", "voters", "tasters"), ranked, strict=True)
        if each
    )
    own = await context.store.accounts.painted_since(context.main, seconds)
    text = context.say("stats-own", days=DAYS, count=own)
    return [Reply(title=context.say("stats-title"), text=text, fields=fields, is_private=True)]


def _listed(context: CommandContext, ranked: list[Ranked]) -> str:
    somebody = context.say("stats-somebody")
    return "\n".join(
        f"{number}. {shortened(each.name, NAME) or somebody} · {each.count}"
        for number, each in enumerate(ranked, 1)
    )
