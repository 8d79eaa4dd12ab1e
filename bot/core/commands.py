"""Every command with its parameters: app commands, menus, forms and /help are made from these."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.core.values import Rank
from ganshare.errors import ParameterError, must_be_one_of
from ganshare.prompts import CATEGORIES, MAX_CHARACTERS, MAX_SEED
from ganshare.sizes import MAX_STEPS

__all__ = [
    "COMMANDS",
    "MOST_AT_ONCE",
    "Command",
    "Completes",
    "Kind",
    "Parameter",
    "check_arguments",
    "find_command",
    "parse_text",
]

MOST_AT_ONCE = 5  # paintings of one /random


class Kind(StrEnum):
    """What a parameter takes."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    PICTURE = "picture"  # an attachment; it comes as `Ask.picture`


class Completes(StrEnum):
    """What `Desk.complete` offers while a parameter is typed."""

    PROMPT = "prompt"  # a style or a colour goes on from what was typed
    STYLE = "style"
    COLOUR = "colour"
    WORD = "word"  # any style, colour or subject of the word lists
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a command may be given.

    Args:
        name: the same on every platform.
        minimum: of a number, or of a text's characters; `maximum` likewise.
        choices: of a choice.
        completes: what is offered while it is typed.
    """

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    completes: Completes | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Args:
        name: without the slash.
        parameters: those without an option's name come first in a line of text.
        rank: the least that may use it.
    """

    name: str
    parameters: tuple[Parameter, ...] = ()
    rank: Rank = Rank.GUEST

    @property
    def message(self) -> str:
        """Id of its description in the catalogues."""
        return f"command-{self.name}"

    def message_of(self, parameter: Parameter) -> str:
        """Id of a parameter's description in the catalogues."""
        return f"command-{self.name}-{parameter.name.replace('_', '-')}"


SETTINGS = (
    "allowed",
    "max_side",
    "max_steps",
    "daily_quota",
    "language",
    "curation_place",
    "guests_per_day",
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "paint",
        (
            Parameter(
                "prompt",
                required=True,
                minimum=1,
                maximum=MAX_CHARACTERS,
                completes=Completes.PROMPT,
            ),
            Parameter("size", maximum=9),
            Parameter("steps", Kind.NUMBER, minimum=1, maximum=MAX_STEPS),
            Parameter("seed", Kind.NUMBER, minimum=0, maximum=MAX_SEED),
            Parameter("model", maximum=100, completes=Completes.MODEL),
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
    Command("cancel", (Parameter("job", maximum=40),)),
    Command("gallery", (Parameter("query", maximum=100, completes=Completes.WORD),)),
    Command("mine"),
    Command("link", (Parameter("code", maximum=40),), Rank.MEMBER),
    Command("shares"),
    Command("help", (Parameter("command", maximum=32),)),
    Command("report", (Parameter("artwork", required=True, maximum=40),), Rank.MEMBER),
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
            Parameter("person", required=True, maximum=100),
            Parameter("reason", maximum=200),
        ),
        Rank.ADMIN,
    ),
    Command("unblock", (Parameter("person", required=True, maximum=100),), Rank.ADMIN),
)
_BY_NAME = {command.name: command for command in COMMANDS}


def find_command(name: str) -> Command:
    """Give the command of that name; raises ParameterError with the nearest one."""
    found = _BY_NAME.get(name)
    if found is None:
        raise must_be_one_of(ParameterError, "command", name, _BY_NAME)
    return found


def check_arguments(command: Command, arguments: Mapping[str, str | int]) -> dict[str, str | int]:
    """Bring arguments to their kinds, whatever platform they come from; empty ones are left out.

    Raises:
        ParameterError: one is missing, unknown, no number, out of range, too long or no choice.
    """
    raise NotImplementedError


def parse_text(command: Command, text: str) -> dict[str, str | int]:
    """Read what follows a command where platforms have one line of text for all of it.

    `/paint a castle by a lake --size 320x256 --steps 200 --seed=7`: options in any order, given
    as `--name value` or `--name=value`, with quotes around a value of several words; the rest
    belongs to the parameters in their order, of which a text takes all that is left. Dashes that
    a phone made of `--` count, too.

    Raises:
        ParameterError: as for `check_arguments`, or an option is unknown or comes twice.
    """
    raise NotImplementedError
