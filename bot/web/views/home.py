"""The first page: the prompt box, paintings in progress, and recent paintings."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from bot.core.commands.definitions import find_command
from bot.core.commands.parameters import Parameter
from bot.core.rendering.wording import word_name
from bot.web.request_context import RequestContext
from bot.web.site import Site
from bot.web.template_data import Painting, composed, suggestions
from bot.web.views.gallery import LONGEST_QUERY, paintings, shown_artwork
from bot.web.views.sheets import Cell, cells
from ganshare.domain.engines import painted_by
from ganshare.domain.jobs import JobState
from ganshare.domain.limits import DEFAULT_SIDE, DEFAULT_STEPS
from ganshare.domain.visibility import Visibility
from wordlists import word_lists

__all__ = ["compose", "home", "now_page", "show_home", "suggest"]

LATELY = 12
CHIPS, MOST_WORKING = 4, 12
SHAPES = {  # of about the same area, so that they take about as long
    "square": "256x256",
    "portrait": "224x288",
    "landscape": "288x224",
    "tall": "192x336",
    "wide": "336x192",
    "large": "384x384",
}
_HELPERS = ("style", "subject", "colour")


async def home(site: Site, context: RequestContext) -> Response:
    """The prompt, and what was painted lately."""
    query = context.request.query_params
    names = [each.name for each in find_command("paint").parameters]
    given = {name: query.get(name, "")[:LONGEST_QUERY] for name in (*names, *_HELPERS, "from")}
    given["prompt"] = query.get("prompt", "")[:2000]
    if "surprise" in query:
        made = composed("", "", "", context.locale)
        given |= made | {"prompt": made["text"]}
    return await show_home(site, context, given)


async def show_home(
    site: Site, context: RequestContext, given: dict[str, str], error: str = "", status: int = 200
) -> Response:
    """The first page with what was typed, and what is wrong with it."""
    found = await site.store.gallery.search(limit=LATELY)
    (prompt, *others) = find_command("paint").parameters
    models = await _models(site)
    parameters = [
        _as_field(site, context, each, given.get(each.name, ""), models)
        for each in others
        if each.name not in _HELPERS
    ]
    return site.page(
        context,
        "home.html",
        status,
        paintings=await paintings(site, context, found),
        prompt=prompt,
        parameters=parameters,
        has_more=any(each["value"] for each in parameters),
        given=given,
        kept=urlencode({name: value for name, value in given.items() if value}) if error else "",
        error=error,
        styles=[(each, word_name(each, context.locale)) for each in word_lists().styles],
        example=composed("", "", "", context.locale)["text"],
        chips=[composed("", "", "", context.locale)["text"] for _ in range(CHIPS)],
        begins_from=await _begins_from(site, context, given.get("from", "")),
        working=await being_painted(site, context),
        may_paint=await site.may_paint(context),
    )


def _as_field(
    site: Site, context: RequestContext, parameter: Parameter, value: str, models: list[str]
) -> dict[str, Any]:
    command = find_command("paint")
    defaults = {"count": "1", "steps": str(DEFAULT_STEPS), "size": f"{DEFAULT_SIDE}x{DEFAULT_SIDE}"}
    shapes = [
        (size, f"{site.words.say(context.locale, f'web-shape-{name}')} ({size.replace('x', '×')})")
        for name, size in SHAPES.items()
    ]
    visibilities = [
        (str(each), site.words.say(context.locale, f"visibility-{each}")) for each in Visibility
    ]
    offered = {
        "size": shapes,
        "model": [(each, each) for each in models],
        "visibility": visibilities,
    }
    options = offered.get(parameter.name, [(each, each) for each in parameter.choices])
    if value and options and value not in dict(options):
        options = [*options, (value, value)]
    return {
        "name": parameter.name,
        "options": options,
        "is_choice": bool(options) or parameter.name in offered,
        "kind": str(parameter.kind),
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "label": site.words.say(context.locale, f"web-{parameter.name.replace('_', '-')}"),
        "description": site.words.say(context.locale, command.message_of(parameter)),
        "default": defaults.get(parameter.name, site.words.say(context.locale, "web-random"))
        if parameter.name != "model"
        else "",
        "value": value,
    }


async def _models(site: Site) -> list[str]:
    return painted_by(await site.store.queue.engines())


async def _begins_from(site: Site, context: RequestContext, artwork: str) -> Painting | None:
    """The painting that the next one begins from, if the visitor may see it."""
    if not artwork:
        return None
    found = await shown_artwork(site, artwork, context.request)
    return (await paintings(site, context, [found]))[0]


async def being_painted(site: Site, context: RequestContext) -> list[Cell]:
    """Public paintings under way, of which there is a frame."""
    running = [
        each
        for each in await site.store.queue.jobs(MOST_WORKING)
        if each.state is JobState.RUNNING and each.visibility is Visibility.PUBLIC
    ]
    return [each for each in await cells(site, context, running) if each.picture]


async def now_page(site: Site, context: RequestContext) -> Response:
    """What is being painted now, for the script of the first page."""
    return site.page(context, "now.html", working=await being_painted(site, context))


async def suggest(site: Site, context: RequestContext) -> Response:
    """Words for a field, as JSON."""
    query = context.request.query_params
    found = suggestions(query.get("what", ""), query.get("typed", ""), context.locale)
    return JSONResponse(found)


async def compose(site: Site, context: RequestContext) -> Response:
    """A prompt from a style, a subject and a colour, or from chance; as JSON."""
    query = context.request.query_params
    style, subject, colour = (query.get(each, "")[:100] for each in ("style", "subject", "colour"))
    return JSONResponse(composed(style, subject, colour, context.locale))
