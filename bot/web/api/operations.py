"""The operations of the API, each with its handler; routes and document are made from them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.responses import Response

from bot.core.commands.definitions import COMMANDS, VISIBILITIES
from bot.web.api import deeds
from bot.web.api.caller import Caller
from bot.web.api.schemas import NUMBER, TEXT, Schema, arguments_schema, listed, reference
from bot.web.site import Site
from bot.web.views.gallery import TABS
from ganshare.domain.community import Scope

__all__ = ["OPERATIONS", "Operation"]

Handler = Callable[[Site, Caller], Awaitable[Response]]


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    Args:
        path: below /api/v1; its parameters are texts.
        handler: its docstring is the summary.
        scope: that the token needs; None: nobody needs a token for what is public.
        answer: schema of the JSON; None for none. `media` where it is another type.
        query: parameters by name.
        body: schema of the JSON that it takes; with `takes_picture` a form may come in its place.
        once: whether an Idempotency-Key lets it be sent again without harm.
    """

    method: str
    path: str
    name: str
    handler: Handler
    scope: Scope | None
    answer: Schema | None = None
    status: int = 200
    query: dict[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    takes_picture: bool = False
    media: str = "application/json"
    once: bool = False

    @property
    def summary(self) -> str:
        """What it does, in one line."""
        return (self.handler.__doc__ or "").strip().splitlines()[0]


_JOB, _ASKED, _PAINTING = reference("Job"), reference("Asked"), reference("Painting")
_PICTURE: Schema = {"type": "string", "format": "binary"}
_SEARCH: dict[str, Schema] = {
    "q": TEXT,
    "style": TEXT,
    "category": TEXT,
    "colour": TEXT,
    "mine": {**TEXT, "enum": ["true", "false"]},
    "tab": {**TEXT, "enum": list(TABS)},
    "after": TEXT,
    "limit": {**NUMBER, "minimum": 1, "maximum": deeds.MOST},
}
_VISIBILITY: Schema = {
    "type": "object",
    "properties": {"visibility": {**TEXT, "enum": [*VISIBILITIES, "default"]}},
    "required": ["visibility"],
}
_ARGUMENTS: Schema = {"type": "object", "additionalProperties": {"type": ["string", "integer"]}}
_DATA: Schema = {"type": "object", "properties": {"data": TEXT}, "required": ["data"]}
_PLACE = "A group or server, such as `discordserver:42`; all together without it."
_READ, _WRITE = Scope.READ, Scope.WRITE

OPERATIONS = (
    Operation("GET", "/me", "getMe", deeds.get_me, _READ, reference("Member")),
    Operation(
        "PATCH", "/me", "changeMe", deeds.change_me, _WRITE, reference("Member"),
        body=reference("Choices"),
    ),
    Operation("GET", "/queue", "getQueue", deeds.get_queue, None, reference("Queue")),
    Operation("GET", "/jobs", "listJobs", deeds.list_jobs, _READ, listed("Job")),
    Operation(
        "POST", "/jobs", "paint", deeds.paint, _WRITE, _ASKED, 201,
        body=arguments_schema("paint"), takes_picture=True, once=True,
    ),
    Operation("GET", "/jobs/{id}", "getJob", deeds.get_job, None, _JOB),
    Operation("DELETE", "/jobs/{id}", "cancelJob", deeds.cancel_job, _WRITE, _JOB),
    Operation(
        "GET", "/jobs/{id}/events", "followJob", deeds.follow_job, None, TEXT,
        query={"seen": TEXT}, media="text/event-stream",
    ),
    Operation(
        "GET", "/jobs/{id}/frame", "getFrame", deeds.get_frame, None, _PICTURE, media="image/jpeg"
    ),
    Operation(
        "POST", "/jobs/{id}/again", "retryJob", deeds.paint_again, _WRITE, _ASKED, 201, once=True
    ),
    Operation(
        "GET", "/paintings", "searchPaintings", deeds.search, None,
        listed("Painting", paged=True), query=_SEARCH,
    ),
    Operation("GET", "/paintings/{id}", "getPainting", deeds.get_painting, None, _PAINTING),
    Operation(
        "PATCH", "/paintings/{id}", "changePainting", deeds.change_painting, _WRITE, _PAINTING,
        body=_VISIBILITY,
    ),
    Operation(
        "DELETE", "/paintings/{id}", "deletePainting", deeds.delete_painting, _WRITE, status=204
    ),
    Operation(
        "GET", "/paintings/{id}/manifest", "getManifest", deeds.get_manifest, None,
        {"type": "object"},
    ),
    Operation(
        "GET", "/paintings/{id}/picture", "getPicture", deeds.get_picture, None, _PICTURE,
        query={"size": {**TEXT, "enum": ["full", "large", "small", "film"]}}, media="image/*",
    ),
    Operation(
        "POST", "/paintings/{id}/again", "paintAgain", deeds.paint_again, _WRITE, _ASKED, 201,
        once=True,
    ),
    Operation(
        "POST", "/paintings/{id}/vary", "varyPainting", deeds.vary, _WRITE, _ASKED, 201, once=True
    ),
    Operation("PUT", "/paintings/{id}/vote", "vote", deeds.vote, _WRITE, reference("Vote")),
    Operation(
        "DELETE", "/paintings/{id}/vote", "withdrawVote", deeds.withdraw_vote, _WRITE,
        reference("Vote"),
    ),
    Operation(
        "POST", "/paintings/{id}/report", "reportPainting", deeds.report, _WRITE,
        reference("Sentence"), 202,
    ),
    Operation(
        "PUT", "/paintings/{id}/entry", "enterRound", deeds.enter_round, _WRITE,
        reference("Sentence"),
    ),
    Operation(
        "DELETE", "/paintings/{id}/entry", "leaveRound", deeds.leave_round, _WRITE,
        reference("Sentence"),
    ),
    Operation(
        "GET", "/leaderboards", "getLeaderboards", deeds.get_leaderboards, None,
        reference("Leaderboards"), query={"place": {**TEXT, "description": _PLACE}},
    ),
    Operation("GET", "/rounds", "listRounds", deeds.list_rounds, None, listed("Round")),
    Operation(
        "POST", "/rounds/{id}/next", "nextOfRound", deeds.next_of_round, _WRITE, reference("Next")
    ),
    Operation("GET", "/commands", "listCommands", deeds.list_commands, None, listed("Command")),
    Operation(
        "POST", "/commands/{command}", "doCommand", deeds.do_command, _WRITE, listed("Reply"),
        body=_ARGUMENTS, once=True,
    ),
    Operation(
        "POST", "/presses", "pressButton", deeds.press_button, _WRITE, listed("Reply"),
        body=_DATA, once=True,
    ),
)  # fmt: skip
COMMAND_NAMES = [each.name for each in COMMANDS if each.name not in deeds.NOT_BY_TOKEN]
