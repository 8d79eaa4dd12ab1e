"""Every command with its parameters: app commands, menus, forms and /help are made from these."""

from bot.core.arguments import check_arguments, parse_text
from bot.core.parameters import Command, Completes, Kind, Parameter
from bot.core.values import Rank
from ganshare.errors import ParameterError, must_be_one_of
from ganshare.presets import PRESETS
from ganshare.prompts import CATEGORIES, MAX_CHARACTERS, MAX_SEED
from ganshare.sizes import MAX_STEPS

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

MOST_AT_ONCE = 5  # paintings of one /random
LONGEST_ROUND = 8_760  # hours


SETTINGS = (
    "allowed",
    "max_side",
    "max_steps",
    "daily_quota",
    "language",
    "curation_place",
    "automatic_entry",
    "guests_per_day",
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "paint",
        (
            Parameter(
                "prompt",
                Kind.PROMPT,
                required=True,
                minimum=1,
                maximum=MAX_CHARACTERS,
                completes=Completes.PROMPT,
            ),
            Parameter("size", maximum=9, is_word=True),
            Parameter("preset", Kind.CHOICE, choices=tuple(PRESETS)),
            Parameter("steps", Kind.NUMBER, minimum=1, maximum=MAX_STEPS),
            Parameter("seed", Kind.NUMBER, minimum=0, maximum=MAX_SEED),
            Parameter("model", maximum=100, completes=Completes.MODEL, is_word=True),
            Parameter("init_image", Kind.PICTURE),
        ),
    ),
    Command(
        "random",
        (
            Parameter("category", Kind.CHOICE, choices=CATEGORIES),
            Parameter("count", Kind.NUMBER, minimum=1, maximum=MOST_AT_ONCE),
        ),
    ),
    Command("queue"),
    Command("cancel", (Parameter("job", maximum=40, is_word=True),)),
    Command("gallery", (Parameter("query", maximum=100, completes=Completes.WORD),)),
    Command("mine"),
    Command("link", (Parameter("code", maximum=40, is_word=True),), Rank.MEMBER),
    Command("shares"),
    Command("help", (Parameter("command", maximum=32, is_word=True),)),
    Command(
        "report", (Parameter("artwork", required=True, maximum=40, is_word=True),), Rank.MEMBER
    ),
    Command(
        "reports",
        (
            Parameter("artwork", maximum=40, is_word=True),
            Parameter("action", Kind.CHOICE, choices=("hide", "keep")),
        ),
        Rank.ADMIN,
    ),
    Command("notes", (Parameter("person", maximum=100, is_word=True),), Rank.ADMIN),
    Command("vote", (Parameter("artwork", maximum=40, is_word=True),), Rank.MEMBER),
    Command(
        "round",
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
        (
            Parameter("artwork", maximum=40, is_word=True),
            Parameter("action", Kind.CHOICE, choices=("enter", "leave", "approve", "veto")),
            Parameter("reason", maximum=200),
        ),
        Rank.MEMBER,
    ),
    Command(
        "settings",
        (
            Parameter("setting", Kind.CHOICE, choices=SETTINGS),
            Parameter("value", maximum=100),
        ),
        Rank.ADMIN,
    ),
    Command(
        "block",
        (
            Parameter("person", required=True, maximum=100, is_word=True),
            Parameter("reason", maximum=200),
        ),
        Rank.ADMIN,
    ),
    Command(
        "unblock", (Parameter("person", required=True, maximum=100, is_word=True),), Rank.ADMIN
    ),
)
_BY_NAME = {command.name: command for command in COMMANDS}


def find_command(name: str) -> Command:
    """Give the command of that name; raises ParameterError with the nearest one."""
    found = _BY_NAME.get(name)
    if found is None:
        raise must_be_one_of(ParameterError, "command", name, _BY_NAME)
    return found
