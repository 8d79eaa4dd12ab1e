"""Feeds (Atom), oEmbed and the sitemap: for readers, other sites and search engines."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from starlette.responses import JSONResponse, Response

from bot.core.rendering.replies import shortened
from bot.web.image_responses import sized_path
from bot.web.picture_sizes import CARD
from bot.web.request_context import RequestContext
from bot.web.site import LONGEST_TITLE, Refused, Site
from bot.web.views.gallery import TABS, artist_of, shown_artwork
from bot.web.views.walls import by_artist, paintings_of_tab
from ganshare.domain.jobs import Artwork

__all__ = ["artist_feed", "oembed", "sitemap", "wall_feed"]

ENTRIES, ADDRESSES = 24, 5_000
_ATOM, _SITEMAP = "http://www.w3.org/2005/Atom", "http://www.sitemaps.org/schemas/sitemap/0.9"
_PATH = re.compile(r"/paintings/([0-9A-Za-z]{1,100})/?")


async def wall_feed(site: Site, context: RequestContext) -> Response:
    """A tab of the gallery."""
    tab = context.request.path_params["tab"]
    found = await paintings_of_tab(site, tab)
    title = f"GANshare: {site.words.say(context.locale, f'web-tab-{tab}')}"
    return await _feed(site, context, title, f"/gallery/{tab}", found[:ENTRIES])


async def artist_feed(site: Site, context: RequestContext) -> Response:
    """The paintings of one artist."""
    artwork = await shown_artwork(site, context.request.path_params["artwork"], context.request)
    name = await artist_of(site, artwork)
    if not (name and artwork.public):
        raise Refused(404, "web-not-found")
    found = await by_artist(site, artwork)
    page = f"/paintings/{artwork.id}/artist"
    return await _feed(site, context, f"GANshare: {name}", page, found[:ENTRIES])


async def _feed(
    site: Site, context: RequestContext, title: str, page: str, found: Sequence[Artwork]
) -> Response:
    origin = site.origin(context.request)
    feed = ET.Element("feed", xmlns=_ATOM)
    _text(feed, "title", title)
    _text(feed, "id", origin + page)
    ET.SubElement(feed, "link", href=origin + page)
    ET.SubElement(feed, "link", rel="self", href=origin + context.path)
    _text(feed, "updated", _moment(max((each.created for each in found), default=0.0)))
    for each in found:
        entry, address = ET.SubElement(feed, "entry"), f"{origin}/paintings/{each.id}"
        _text(entry, "title", shortened(each.prompt, LONGEST_TITLE))
        _text(entry, "id", address)
        ET.SubElement(entry, "link", href=address)
        picture = origin + sized_path(each, "large")
        ET.SubElement(entry, "link", rel="enclosure", type="image/jpeg", href=picture)
        _text(entry, "updated", _moment(each.created))
        author = ET.SubElement(entry, "author")
        _text(author, "name", await artist_of(site, each) or "GANshare")
        _text(entry, "summary", shortened(each.prompt, 500))
    return _xml(feed, "application/atom+xml")


async def sitemap(site: Site, context: RequestContext) -> Response:
    """The public pages, the newest paintings first."""
    origin = site.origin(context.request)
    found = await site.store.gallery.search(limit=ADDRESSES)
    paths = [
        "/",
        "/gallery",
        *(f"/gallery/{tab}" for tab in TABS[1:]),
        "/round",
        "/leaderboards",
        "/help",
    ]
    urls = ET.Element("urlset", xmlns=_SITEMAP)
    for path in [*paths, *(f"/paintings/{each.id}" for each in found)]:
        _text(ET.SubElement(urls, "url"), "loc", origin + path)
    return _xml(urls, "application/xml")


async def oembed(site: Site, context: RequestContext) -> Response:
    """What other sites show for a painting's address (oEmbed 1.0, JSON)."""
    query, origin = context.request.query_params, site.origin(context.request)
    given = query.get("url", "")[:500]
    match = _PATH.fullmatch(given[len(origin) :]) if given.lower().startswith(origin) else None
    if match is None or query.get("format", "json") != "json":
        raise Refused(404, "web-not-found")
    artwork = await shown_artwork(site, match[1], context.request)
    width, height = CARD
    return JSONResponse(
        {
            "version": "1.0",
            "type": "photo",
            "title": shortened(artwork.prompt, LONGEST_TITLE),
            "author_name": await artist_of(site, artwork),
            "provider_name": "GANshare",
            "provider_url": origin,
            "url": origin + sized_path(artwork, "card"),
            "width": width,
            "height": height,
        }
    )


def _text(parent: ET.Element, tag: str, text: str) -> None:
    # What XML does not take, a prompt never has; names of people may.
    ET.SubElement(parent, tag).text = "".join(each for each in text if each.isprintable())


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _xml(root: ET.Element, media_type: str) -> Response:
    return Response(ET.tostring(root, "utf-8", xml_declaration=True), media_type=media_type)
