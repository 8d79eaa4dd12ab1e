"""`Command` and `Parameter`: name, handler, parameters, and who may use a command."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.messages import Rank, Reply

if TYPE_CHECKING:
    from bot.core.context import CommandContext

__all__ = ["Arguments", "Command", "Completes", "Handler", "Kind", "Parameter"]

Arguments = Mapping[str, str | int]
Handler = Callable[["CommandContext", Arguments], Awaitable[list[Reply]]]


class Kind(StrEnum):
    """What a parameter takes."""

    TEXT = "text"
    PROMPT = "prompt"  # a text with options in it, for `read_prompt`
    NUMBER = "number"
    CHOICE = "choice"
    PICTURE = "picture"  # an attachment; it comes as `Ask.picture`


class Completes(StrEnum):
    """What `Dispatcher.complete` offers while a parameter is typed."""

    PROMPT = "prompt"  # a style or a colour goes on from what was typed
    STYLE = "style"
    COLOUR = "colour"
    WORD = "word"  # any style, colour or subject of the word lists
    MODEL = "model"
    SHAPE = "shape"  # of the canvas, by name
    ARTWORK = "artwork"  # of the asker's own, the newest first
    PUBLIC = "public"  # paintings of all, the newest first
    REPORTED = "reported"  # paintings whose reports wait for the asker
    BLOCKED = "blocked"  # people who are, here or everywhere
    JOB = "job"  # of the asker's own that wait or are being painted
    WALLET = "wallet"  # that are linked to the asker


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a command.

    Args:
        name: the same on every platform.
        minimum: of a number, or of a text's characters; and `maximum`.
        choices: of a choice.
        completes: what is offered while it is typed.
        is_word: a text without spaces.
    """

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    completes: Completes | None = None
    is_word: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Args:
        name: without the slash.
        handler: carries it out, with arguments that were checked.
        parameters: in the order in which a line of text gives them.
        rank: the least that may use it.
    """

    name: str
    handler: Handler
    parameters: tuple[Parameter, ...] = ()
    rank: Rank = Rank.GUEST

    @property
    def message(self) -> str:
        """Id of its description in the catalogues."""
        return f"command-{self.name}"

    def message_of(self, parameter: Parameter) -> str:
        """Id of a parameter's description in the catalogues."""
        return f"command-{self.name}-{parameter.name.replace('_', '-')}"
