"""What a chat asks for beside a prompt and its usual options: how many, style, strength."""

from dataclasses import dataclass

from bot.core.commands.arguments import take_option
from bot.core.commands.parameters import Arguments
from bot.core.rendering.errors import RefusalError
from ganshare.domain.limits import MAX_STRENGTH
from ganshare.errors import ParameterError, must_be_one_of, quoted
from ganshare.prompts.attributes import find_attributes
from wordlists import word_lists

__all__ = ["MOST_IN_A_GRID", "ChatOptions", "read_options"]

MOST_IN_A_GRID = 4
_TEXTS, _NUMBERS = (
    ("visibility", "style"),
    {"count": (1, MOST_IN_A_GRID), "strength": (1, MAX_STRENGTH)},
)


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What was chosen in the command or typed into the prompt.

    Args:
        prompt: without these options, in the style that was chosen.
        others: of the command's arguments, for `read_prompt`.
        visibility: "" if none was chosen.
        strength: percent that an init image holds; None as usual.
    """

    prompt: str
    others: Arguments
    visibility: str
    count: int
    strength: int | None


def read_options(arguments: Arguments) -> ChatOptions:
    """Take these options out of the arguments, and out of the prompt among them.

    Raises:
        ParameterError: there is no such style.
        RefusalError: a number is none, or out of its range.
    """
    text, chosen = str(arguments["prompt"]), {}
    for name in (*_TEXTS, *_NUMBERS):
        text, typed = take_option(text, name)
        chosen[name] = str(arguments.get(name) or typed)
    numbers = {name: _number(name, chosen[name]) for name in _NUMBERS if chosen[name]}
    known = {"prompt", *chosen}
    return ChatOptions(
        _in_style(text, chosen["style"]) if chosen["style"] else text,
        {name: value for name, value in arguments.items() if name not in known},
        chosen["visibility"],
        numbers.get("count", 1),
        numbers.get("strength"),
    )


def _number(name: str, given: str) -> int:
    lowest, highest = _NUMBERS[name]
    if not (given.isascii() and given.isdecimal() and lowest <= int(given) <= highest):
        limits = {"lowest": str(lowest), "highest": str(highest)}
        raise RefusalError("refusal-number-range", parameter=name, given=quoted(given), **limits)
    return int(given)


def _in_style(text: str, style: str) -> str:
    """Have a prompt painted in a style, unless it says so itself."""
    known = {each.casefold(): each for each in word_lists().styles}
    found = known.get(style.casefold())
    if found is None:
        raise must_be_one_of(ParameterError, "style", style, tuple(known.values()))
    return text if find_attributes(text).style == found else f"{found} Painting of {text}"
