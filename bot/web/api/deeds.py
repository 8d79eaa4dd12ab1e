"""What programs do: jobs, paintings, votes, rounds and choices, through the dispatcher."""

from starlette.responses import JSONResponse, Response

from bot.core.commands.definitions import COMMANDS
from bot.core.commands.parameters import Kind
from bot.core.messages import Action, Rank, Reply, parse_data
from bot.core.rendering.errors import RefusalError
from bot.web.api.caller import Caller
from bot.web.api.schemas import parameter_schema
from bot.web.api.shown import ROOT, show_job, show_paintings, show_reply, show_round
from bot.web.image_responses import Picture, file_name
from bot.web.site import Refused, Site
from bot.web.views.gallery import TABS
from bot.web.views.jobs import stream_news
from bot.web.views.leaderboards import leaderboards
from bot.web.views.media import read_blob
from bot.web.views.sheets import jobs_asked
from bot.web.views.walls import mark_of, paintings_of_tab
from ganshare.domain.engines import painted_by
from ganshare.domain.jobs import JobState
from ganshare.errors import ParameterError, must_be_one_of, quoted

__all__ = ["NOT_BY_TOKEN"]

PAGE, MOST = 24, 100
# What gives away who someone is, or ends it, takes more than a token.
NOT_BY_TOKEN = frozenset({"link", "export", "forget"})
_NOT_PRESSED = frozenset({Action.LINK, Action.FORGET})


# --- the member -------------------------------------------------------------------------------


async def get_me(site: Site, caller: Caller) -> Response:
    """Who the token acts for, and what they have chosen."""
    context = await caller.context(site)
    people, token = site.store.people, caller.token
    chosen = await people.visibility(context.main)
    return JSONResponse(
        {
            "account": caller.person.id,
            "accounts": list(context.accounts),
            "name": caller.person.name,
            "rank": context.person.rank.name.lower(),
            "scopes": [str(each) for each in sorted(token.scopes)] if token else [],
            "visibility": str(chosen or context.settings.visibility or "public"),
            "notify": str(await people.ping(context.main)),
        }
    )


async def change_me(site: Site, caller: Caller) -> Response:
    """Choose who sees what one asks for, and when one is told that it is done."""
    for name in caller.body:
        if name not in ("visibility", "notify"):
            raise must_be_one_of(ParameterError, "choice", name, ("visibility", "notify"))
    if when := caller.text("notify"):
        await caller.answer(site, "notify", {"when": when})
    if visibility := caller.text("visibility"):
        await caller.answer(site, "privacy", {"visibility": visibility})
    return await get_me(site, caller)


# --- jobs -------------------------------------------------------------------------------------


async def paint(site: Site, caller: Caller) -> Response:
    """Queue a painting, or several: the first one, and all of them as `jobs`."""
    return await _made(site, caller, await caller.answer(site, "paint", caller.body))


async def _made(site: Site, caller: Caller, replies: list[Reply]) -> Response:
    jobs = [await show_job(site, caller, each) for each in await jobs_asked(site, replies)]
    headers = {"Location": f"{ROOT}/jobs/{jobs[0]['id']}"}
    return JSONResponse(jobs[0] | {"jobs": jobs}, 201, headers)


async def paint_again(site: Site, caller: Caller) -> Response:
    """Queue the same again with another seed."""
    return await _made(site, caller, await caller.press(site, Action.AGAIN, _id(caller.part("id"))))


async def vary(site: Site, caller: Caller) -> Response:
    """Queue the same prompt, beginning from this painting."""
    return await _made(site, caller, await caller.press(site, Action.VARY, _id(caller.part("id"))))


async def list_jobs(site: Site, caller: Caller) -> Response:
    """The caller's jobs that wait or are under way."""
    accounts = await site.store.accounts.of_person(caller.person.id)
    found = [job for each in accounts for job in await site.store.queue.active(each)]
    return JSONResponse({"items": [await show_job(site, caller, each) for each in found]})


async def get_job(site: Site, caller: Caller) -> Response:
    """How a job stands."""
    job = await (await caller.context(site)).seen_job(caller.part("id"))
    return JSONResponse(await show_job(site, caller, job))


async def follow_job(site: Site, caller: Caller) -> Response:
    """What is new about a job, as server-sent events, until it is over."""
    job = await (await caller.context(site)).seen_job(caller.part("id"))
    return stream_news(
        site,
        caller.request,
        caller.rate_name,
        job,
        lambda view: show_job(site, caller, view.job, view),
    )


async def get_frame(site: Site, caller: Caller) -> Response:
    """The newest frame of a painting under way."""
    job = await (await caller.context(site)).seen_job(caller.part("id"))
    if job.preview is None or job.state.over:
        raise Refused(404, "api-no-frame")
    data = await read_blob(site, job.preview)
    return Picture(data, "image/jpeg", f"{job.id}-{job.step}").response(caller.request)


async def cancel_job(site: Site, caller: Caller) -> Response:
    """Cancel a job."""
    await (await caller.context(site)).seen_job(caller.part("id"))  # else it is not there
    await caller.press(site, Action.CANCEL, _id(caller.part("id")))
    job = await (await caller.context(site)).job(caller.part("id"))
    return JSONResponse(await show_job(site, caller, job))


async def get_queue(site: Site, caller: Caller) -> Response:
    """How long the queue is, and who paints."""
    counts = await site.store.queue.counts((JobState.QUEUED, JobState.RUNNING))
    live = await site.store.queue.engines()
    return JSONResponse(
        {
            "queued": counts[JobState.QUEUED],
            "running": counts[JobState.RUNNING],
            "engines": len(live),
            "models": painted_by(live),
        }
    )


# --- paintings --------------------------------------------------------------------------------


async def search(site: Site, caller: Caller) -> Response:
    """Public paintings, newest first, those of a tab of the gallery, or the caller's own."""
    given = caller.query("limit") or str(PAGE)
    if not (given.isdecimal() and 1 <= int(given) <= MOST):
        raise RefusalError(
            "refusal-number-range",
            parameter="limit",
            given=quoted(given),
            lowest="1",
            highest=str(MOST),
        )
    is_own = caller.query("mine") == "true"
    if is_own and caller.token is None:
        raise Refused(401, "api-token-needed")
    attributes = {
        name.capitalize(): value
        for name in ("style", "category", "colour")
        if (value := caller.query(name).strip())
    }
    tab, after, text = (
        caller.query("tab") or "new",
        caller.query("after") or None,
        caller.query("q"),
    )
    if tab not in TABS:
        raise must_be_one_of(ParameterError, "tab", tab, TABS)
    if tab != "new" and (is_own or text or attributes):
        raise Refused(422, "api-tab-alone")
    found = (
        await site.store.gallery.search(
            after=after,
            limit=int(given) + 1,
            text=text,
            attributes=attributes,
            person=caller.person.id if is_own else None,
        )
        if tab == "new"
        else await paintings_of_tab(site, tab, after, int(given) + 1)
    )
    shown = found[: int(given)]
    items = await show_paintings(site, caller, shown)
    more = mark_of(tab, shown, after) if len(found) > len(shown) else None
    return JSONResponse({"items": items, "next": more})


async def get_painting(site: Site, caller: Caller) -> Response:
    """One painting."""
    found = await (await caller.context(site)).artwork(caller.part("id"))
    (shown,) = await show_paintings(site, caller, [found])
    return JSONResponse(shown)


async def get_manifest(site: Site, caller: Caller) -> Response:
    """Everything that a painting was made from and with."""
    found = await (await caller.context(site)).artwork(caller.part("id"))
    made = {name: value for name, value in found.manifest.items() if name != "path"}
    return JSONResponse({**made, "id": found.id, "sha256": found.sha256})


async def get_picture(site: Site, caller: Caller) -> Response:
    """The picture: the full PNG, a JPEG that is large or small, or the film, a WebP."""
    found = await (await caller.context(site)).artwork(caller.part("id"))
    size = caller.query("size") or "full"
    tag = f"{found.sha256}-{size}"
    match size:
        case "full":
            data, name = await read_blob(site, found.blob), file_name(found)
            picture = Picture(data, "image/png", tag, attachment=name)
        case "small":
            picture = Picture(await read_blob(site, found.preview), "image/jpeg", tag)
        case "film":
            if found.film is None:
                raise Refused(404, "api-no-film")
            picture = Picture(await read_blob(site, found.film), "image/webp", tag)
        case "large":
            png = await read_blob(site, found.blob)
            data = await site.picture_sizes.get(size, png, found.sha256)
            picture = Picture(data, "image/jpeg", tag)
        case other:
            raise must_be_one_of(ParameterError, "size", other, ("full", "large", "small", "film"))
    return picture.response(caller.request)


async def change_painting(site: Site, caller: Caller) -> Response:
    """Choose who sees a painting of the caller's."""
    given = {"visibility": caller.text("visibility"), "artwork": caller.part("id")}
    await caller.answer(site, "privacy", given)
    return await get_painting(site, caller)


async def delete_painting(site: Site, caller: Caller) -> Response:
    """Take a painting away for good."""
    await caller.press(site, Action.DELETE, f"{_id(caller.part('id'))}-sure")
    return Response(status_code=204)


async def report(site: Site, caller: Caller) -> Response:
    """Tell the admins that a painting should be looked at."""
    (reply, *_) = await caller.answer(site, "report", {"artwork": caller.part("id")})
    return JSONResponse({"sentence": reply.text}, 202)


# --- votes and rounds -------------------------------------------------------------------------


async def vote(site: Site, caller: Caller) -> Response:
    """Vote for a painting; again changes nothing."""
    return await _vote(site, caller, wanted=True)


async def withdraw_vote(site: Site, caller: Caller) -> Response:
    """Take the vote back."""
    return await _vote(site, caller, wanted=False)


async def _vote(site: Site, caller: Caller, *, wanted: bool) -> Response:
    found = await (await caller.context(site)).artwork(caller.part("id"))
    state, said = await site.store.votes.state(found.id, caller.person.id), ""
    if state.voted is not wanted:
        (reply, *_) = await caller.press(site, Action.VOTE, found.id)
        state, said = await site.store.votes.state(found.id, caller.person.id), reply.text
    counts = state.voted and state.why_not is None
    return JSONResponse(
        {"votes": state.votes, "voted": state.voted, "counts": counts, "sentence": said}
    )


async def get_leaderboards(site: Site, caller: Caller) -> Response:
    """Who painted, who voted, and who voted early for what won, in the last 30 days."""
    found = await leaderboards(site, caller.query("place") or None)
    return JSONResponse(
        {
            name: [{"name": each.name, "count": each.count} for each in ranked]
            for name, ranked in found.items()
        }
    )


async def list_rounds(site: Site, caller: Caller) -> Response:
    """The rounds that go on, and the last ones with their winners."""
    found = await site.store.rounds.recent()
    return JSONResponse({"items": [await show_round(site, each) for each in found]})


async def next_of_round(site: Site, caller: Caller) -> Response:
    """A painting of a round that the caller has not seen; the view is counted."""
    found = await site.store.rounds.exposure.next_to_show(caller.person.id, caller.part("id"))
    shown = await show_paintings(site, caller, [found] if found else [])
    # How many voted is not said before one has: it would draw more.
    painting = {**shown[0], "votes": 0} if shown else None
    return JSONResponse({"painting": painting})


async def enter_round(site: Site, caller: Caller) -> Response:
    """Enter a painting of the caller's into the round."""
    (reply, *_) = await caller.press(site, Action.ENTER, _id(caller.part("id")))
    return JSONResponse({"sentence": reply.text})


async def leave_round(site: Site, caller: Caller) -> Response:
    """Take a painting out of its round."""
    given = {"artwork": caller.part("id"), "action": "leave"}
    (reply, *_) = await caller.answer(site, "curate", given)
    return JSONResponse({"sentence": reply.text})


# --- all commands -----------------------------------------------------------------------------


async def list_commands(site: Site, caller: Caller) -> Response:
    """The commands of the chats, for menus: with parameters and descriptions."""

    def say(message: str) -> str:
        return site.words.say(caller.locale, message)

    items = [
        {
            "name": command.name,
            "description": say(command.message),
            "rank": command.rank.name.lower(),
            "parameters": [
                {
                    "name": each.name,
                    "description": say(command.message_of(each)),
                    "required": each.required,
                    "schema": parameter_schema(each),
                }
                for each in command.parameters
                if each.kind is not Kind.PICTURE
            ],
        }
        for command in COMMANDS
        if command.name not in NOT_BY_TOKEN and caller.person.rank >= min(command.rank, Rank.MEMBER)
    ]
    return JSONResponse({"items": items})


async def do_command(site: Site, caller: Caller) -> Response:
    """Carry out a command as a chat would: for frontends of other chats, and moderation."""
    if (name := caller.part("command")) in NOT_BY_TOKEN:
        raise Refused(403, "api-not-by-token")
    replies = await caller.answer(site, name, caller.body)
    return JSONResponse({"items": [await show_reply(site, each) for each in replies]})


async def press_button(site: Site, caller: Caller) -> Response:
    """Press a button of a reply."""
    action, subject = parse_data(caller.text("data"))
    if action in _NOT_PRESSED:
        raise Refused(403, "api-not-by-token")
    replies = await caller.press(site, action, subject)
    return JSONResponse({"items": [await show_reply(site, each) for each in replies]})


def _id(given: str) -> str:
    """An id as it may stand in a button; raises RefusalError, as for one that is unknown."""
    if not (given.isascii() and given.isalnum()):
        raise RefusalError("refusal-no-artwork", given=quoted(given))
    return given
