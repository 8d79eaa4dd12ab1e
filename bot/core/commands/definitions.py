"""All commands with their handlers and parameters; menus, forms and /help are made from them."""

from collections.abc import Awaitable, Callable

from bot.core.commands import (
    accounts,
    blocks,
    gallery,
    privacy,
    queue,
    reports,
    rounds,
    sales,
    settings,
    shares,
    vote,
)
from bot.core.commands.arguments import check_arguments, parse_text
from bot.core.commands.help import help_text
from bot.core.commands.painting import paint
from bot.core.commands.painting.describe import describe
from bot.core.commands.painting.paint_options import MOST_IN_A_GRID
from bot.core.commands.parameters import Arguments, Command, Completes, Handler, Kind, Parameter
from bot.core.commands.settings import SETTINGS, WHERE
from bot.core.context import CommandContext
from bot.core.messages import Rank, Reply
from ganshare.domain.limits import MAX_STEPS, MAX_STRENGTH
from ganshare.domain.pings import Ping
from ganshare.domain.presets import PRESETS
from ganshare.domain.visibility import Visibility
from ganshare.errors import ParameterError, must_be_one_of
from ganshare.prompts import CATEGORIES, MAX_CHARACTERS, MAX_SEED

__all__ = [
    "COMMANDS",
    "MOST_AT_ONCE",
    "SETTINGS",
    "Command",
    "Completes",
    "Kind",
    "Parameter",
    "check_arguments",
    "find_command",
    "parse_text",
]

VISIBILITIES = tuple(str(each) for each in Visibility)
MOST_AT_ONCE = 5  # paintings of one /random
LONGEST_ROUND = 8_760  # hours


async def _help(context: CommandContext, name: str) -> list[Reply]:
    return await help_text(context, COMMANDS, name)


def _texts(function: Callable[..., Awaitable[list[Reply]]], *names: str) -> Handler:
    """Make a handler of a function that takes these arguments as texts, "" for one left out."""

    def handle(context: CommandContext, arguments: Arguments) -> Awaitable[list[Reply]]:
        return function(context, *(str(arguments.get(name, "")) for name in names))

    return handle


COMMANDS: tuple[Command, ...] = (
    Command(
        "paint",
        paint.paint,
        (
            Parameter(
                "prompt",
                Kind.PROMPT,
                required=True,
                minimum=1,
                maximum=MAX_CHARACTERS,
                completes=Completes.PROMPT,
            ),
            Parameter("size", maximum=9, completes=Completes.SHAPE, is_word=True),
            Parameter("preset", Kind.CHOICE, choices=tuple(PRESETS)),
            Parameter("steps", Kind.NUMBER, minimum=1, maximum=MAX_STEPS),
            Parameter("seed", Kind.NUMBER, minimum=0, maximum=MAX_SEED),
            Parameter("model", maximum=100, completes=Completes.MODEL, is_word=True),
            Parameter("visibility", Kind.CHOICE, choices=VISIBILITIES),
            Parameter("init_image", Kind.PICTURE),
            Parameter("strength", Kind.NUMBER, minimum=1, maximum=MAX_STRENGTH),
            Parameter("style", maximum=40, completes=Completes.STYLE, is_word=True),
            Parameter("count", Kind.NUMBER, minimum=1, maximum=MOST_IN_A_GRID),
        ),
    ),
    Command(
        "random",
        paint.paint_random,
        (
            Parameter("category", Kind.CHOICE, choices=CATEGORIES),
            Parameter("count", Kind.NUMBER, minimum=1, maximum=MOST_AT_ONCE),
        ),
    ),
    Command("describe", _texts(describe), (Parameter("picture", Kind.PICTURE, required=True),)),
    Command("queue", _texts(queue.queue)),
    Command(
        "cancel",
        _texts(queue.cancel, "job"),
        (Parameter("job", maximum=40, completes=Completes.JOB, is_word=True),),
    ),
    Command(
        "gallery",
        _texts(gallery.gallery, "query"),
        (Parameter("query", maximum=100, completes=Completes.WORD),),
    ),
    Command("mine", _texts(gallery.mine)),
    Command("stats", _texts(gallery.stats)),
    Command(
        "link",
        _texts(accounts.link, "code"),
        (Parameter("code", maximum=40, is_word=True),),
        Rank.MEMBER,
    ),
    Command(
        "unlink",
        _texts(accounts.unlink, "wallet"),
        (Parameter("wallet", maximum=100, completes=Completes.WALLET, is_word=True),),
        Rank.MEMBER,
    ),
    Command("shares", _texts(shares.shares)),
    Command(
        "privacy",
        _texts(privacy.privacy, "visibility", "artwork"),
        (
            Parameter("visibility", Kind.CHOICE, choices=(*VISIBILITIES, "default")),
            Parameter("artwork", maximum=40, completes=Completes.ARTWORK, is_word=True),
        ),
    ),
    Command(
        "notify",
        _texts(accounts.notify, "when"),
        (Parameter("when", Kind.CHOICE, choices=tuple(str(each) for each in Ping)),),
    ),
    Command("export", _texts(privacy.export)),
    Command("forget", _texts(privacy.forget)),
    Command("help", _texts(_help, "command"), (Parameter("command", maximum=32, is_word=True),)),
    Command(
        "report",
        _texts(reports.report, "artwork"),
        (
            Parameter(
                "artwork", required=True, maximum=40, completes=Completes.PUBLIC, is_word=True
            ),
        ),
        Rank.MEMBER,
    ),
    Command(
        "reports",
        _texts(reports.reports, "artwork", "action"),
        (
            Parameter("artwork", maximum=40, completes=Completes.REPORTED, is_word=True),
            Parameter("action", Kind.CHOICE, choices=("hide", "keep")),
        ),
        Rank.ADMIN,
    ),
    Command(
        "notes",
        _texts(reports.notes, "person"),
        (Parameter("person", maximum=100, is_word=True),),
        Rank.ADMIN,
    ),
    Command(
        "vote",
        _texts(vote.vote, "artwork"),
        (Parameter("artwork", maximum=40, completes=Completes.PUBLIC, is_word=True),),
        Rank.MEMBER,
    ),
    Command(
        "round",
        rounds.round_command,
        (
            Parameter("action", Kind.CHOICE, choices=("status", "open", "close")),
            Parameter("hours", Kind.NUMBER, minimum=1, maximum=LONGEST_ROUND),
            Parameter("pool", Kind.NUMBER, minimum=1, maximum=1_000),
            Parameter("winners", Kind.NUMBER, minimum=1, maximum=50),
            Parameter("quorum", Kind.NUMBER, minimum=1, maximum=1_000),
            Parameter("age", Kind.NUMBER, minimum=0, maximum=LONGEST_ROUND),
            Parameter("title", maximum=100),
        ),
    ),
    Command(
        "curate",
        _texts(rounds.curate, "artwork", "action", "reason"),
        (
            Parameter("artwork", maximum=40, completes=Completes.ARTWORK, is_word=True),
            Parameter("action", Kind.CHOICE, choices=("enter", "leave", "approve", "veto", "undo")),
            Parameter("reason", maximum=200),
        ),
        Rank.MEMBER,
    ),
    Command(
        "sell",
        _texts(sales.sell, "artwork", "answer"),
        (
            Parameter("artwork", maximum=40, completes=Completes.ARTWORK, is_word=True),
            Parameter("answer", Kind.CHOICE, choices=("yes", "no")),
        ),
        Rank.MEMBER,
    ),
    Command(
        "settings",
        _texts(settings.settings, "setting", "value", "where"),
        (
            Parameter("setting", Kind.CHOICE, choices=SETTINGS),
            Parameter("value", maximum=100),
            Parameter("where", Kind.CHOICE, choices=WHERE),
        ),
        Rank.ADMIN,
    ),
    Command(
        "block",
        _texts(blocks.block, "person", "reason", "where"),
        (
            Parameter("person", maximum=100, is_word=True),
            Parameter("reason", maximum=200),
            Parameter("where", Kind.CHOICE, choices=blocks.WHERE),
        ),
        Rank.ADMIN,
    ),
    Command(
        "unblock",
        _texts(blocks.unblock, "person"),
        (
            Parameter(
                "person", required=True, maximum=100, completes=Completes.BLOCKED, is_word=True
            ),
        ),
        Rank.ADMIN,
    ),
)
_BY_NAME = {command.name: command for command in COMMANDS}


def find_command(name: str) -> Command:
    """Give the command of that name; raises ParameterError with the nearest one."""
    found = _BY_NAME.get(name)
    if found is None:
        raise must_be_one_of(ParameterError, "command", name, _BY_NAME)
    return found
