"""Parses and checks the arguments of a command, typed or chosen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.commands.parameters import Command, Kind, Parameter
from bot.core.rendering.errors import RefusalError
from ganshare.errors import nearest, quoted

__all__ = ["check_arguments", "parse_text", "take_option"]

# Phones make one of the long dashes of two short ones. A long dash before anything that is no
# option's name is a part of the text.
_OPTION = re.compile(r"(--|[\u2013\u2014])([^\W\d_][\w-]*)(?:=(.*))?", re.DOTALL)
_QUOTES = {'"': '"', "\u201c": "\u201d"}
_DIGITS = re.compile(r"[+-]?[0-9]{1,30}")


def check_arguments(command: Command, arguments: Mapping[str, str | int]) -> dict[str, str | int]:
    """Convert arguments of any platform to their types; empty ones are left out.

    Raises:
        ParameterError: one is missing, unknown, no number, out of range, too long or no choice.
    """
    by_name = {each.name: each for each in command.parameters if each.kind is not Kind.PICTURE}
    checked: dict[str, str | int] = {}
    for name, value in arguments.items():
        if name not in by_name:
            raise _unknown(command, name, by_name)
        if str(value).strip():
            checked[name] = _check(by_name[name], value)
    for each in by_name.values():
        if each.required and each.name not in checked:
            raise RefusalError("refusal-missing", command=command.name, parameter=each.name)
    return checked


def take_option(prompt: str, name: str) -> tuple[str, str]:
    """Divide a typed prompt into itself and the value of an option in it, "" without."""
    match = re.search(rf"(?:^|\s)(?:--|[\u2013\u2014]){name}(?:=|\s+)(\S+)", prompt, re.IGNORECASE)
    if match is None:
        return prompt, ""
    return f"{prompt[: match.start()]} {prompt[match.end() :]}".strip(), match[1].lower()


def parse_text(command: Command, text: str) -> dict[str, str | int]:
    """Read what follows a command where platforms have one line of text for all of it.

    `/round open --hours 48 --title=Spring`: options in any order, given
    as `--name value` or `--name=value`, with quotes around a value of several words; the rest
    belongs to the parameters in their order, of which a text takes all that is left. After `--`
    everything is text. Dashes that a phone made of `--` count, too. A prompt takes the whole line:
    `ganshare.domain.asked_prompt` reads its options, also where a prompt has a field of its own.

    Raises:
        ParameterError: as for `check_arguments`, or an option is unknown or comes twice.
    """
    for each in command.parameters:
        if each.kind is Kind.PROMPT:
            return check_arguments(command, {each.name: text})
    line = _Line(command, text.split())
    line.read()
    return check_arguments(command, line.found)


@dataclass
class _Line:
    """A line while it is read, word by word."""

    command: Command
    words: list[str]
    found: dict[str, str | int] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)

    def read(self) -> None:
        options = {
            each.name: each for each in self.command.parameters if each.kind is not Kind.PICTURE
        }
        self.words.reverse()  # the next one is the last
        while self.words:
            word = self.words.pop()
            if word == "--":
                self.free += reversed(self.words)
                break
            if (name := self._option(word, options)) is None:
                self.free.append(word)
            else:
                self.found[name] = self._value(word, name)
        self._place(options)

    def _option(self, word: str, options: Mapping[str, Parameter]) -> str | None:
        match = _OPTION.fullmatch(word)
        if match is None:
            return None
        name = match[2].lower().replace("-", "_")
        if name not in options:
            if match[1] == "--":
                raise _unknown(self.command, f"--{match[2]}", options)
            return None
        if name in self.found:
            raise RefusalError("refusal-twice", parameter=name)
        return name

    def _value(self, word: str, name: str) -> str:
        value = word.partition("=")[2] if "=" in word else self.words.pop() if self.words else ""
        closing = _QUOTES.get(value[:1])
        if closing is not None:
            parts = [value[1:]]
            while not parts[-1].endswith(closing) and self.words:
                parts.append(self.words.pop())
            value = " ".join(parts).removesuffix(closing)
        if not value:
            raise RefusalError("refusal-no-value", parameter=name)
        return value

    def _place(self, options: Mapping[str, Parameter]) -> None:
        """Hand the free words to the parameters that no option named."""
        open_parameters = [each for each in options.values() if each.name not in self.found]
        for number, each in enumerate(open_parameters):
            if not self.free:
                return
            if each.kind is Kind.TEXT and not each.is_word:
                self.found[each.name] = " ".join(self.free)
                return
            later = open_parameters[number + 1 :]
            if not _fits(each, self.free[0]) and any(_fits(one, self.free[0]) for one in later):
                continue
            self.found[each.name] = self.free.pop(0)
        if self.free:
            raise RefusalError(
                "refusal-too-much", command=self.command.name, given=quoted(" ".join(self.free))
            )


def _fits(parameter: Parameter, word: str) -> bool:
    if parameter.kind is Kind.NUMBER:
        return bool(_DIGITS.fullmatch(word))
    return parameter.kind is not Kind.CHOICE or word.casefold() in parameter.choices


def _check(parameter: Parameter, value: str | int) -> str | int:
    name = parameter.name
    if parameter.kind is Kind.NUMBER:
        return _number(parameter, value)
    text = str(value).strip()
    if parameter.kind is Kind.PROMPT:
        return text
    if parameter.kind is Kind.CHOICE:
        folded = text.casefold()
        if folded not in parameter.choices:
            raise RefusalError(
                "refusal-choice",
                parameter=name,
                given=quoted(text),
                allowed=", ".join(parameter.choices),
            )
        return folded
    if parameter.maximum is not None and len(text) > parameter.maximum:
        raise RefusalError(
            "refusal-too-long", parameter=name, given=len(text), allowed=parameter.maximum
        )
    if parameter.is_word and len(text.split()) > 1:
        raise RefusalError("refusal-word", parameter=name, given=quoted(text))
    return text


def _number(parameter: Parameter, value: str | int) -> int:
    if isinstance(value, str) and not _DIGITS.fullmatch(value.strip()):
        raise RefusalError("refusal-number", parameter=parameter.name, given=quoted(value))
    number = int(value)
    lowest, highest = parameter.minimum or 0, parameter.maximum
    if number < lowest or (highest is not None and number > highest):
        raise RefusalError(
            "refusal-number-range",
            parameter=parameter.name,
            given=str(number),
            lowest=str(lowest),
            highest=str(highest),
        )
    return number


def _unknown(command: Command, name: str, allowed: Mapping[str, Parameter]) -> RefusalError:
    if not allowed:
        return RefusalError("refusal-too-much", command=command.name, given=quoted(name))
    near = nearest(name.lstrip("-").replace("-", "_"), allowed)
    return RefusalError(
        "refusal-option",
        command=command.name,
        given=quoted(name),
        allowed=", ".join(f"--{each}" for each in allowed),
        nearest=f"--{near}" if near else "none",
    )
