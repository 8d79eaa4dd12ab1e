"""Finds the prompt source of `/random` by its name in `BOT_PROMPT_SOURCE`."""

import shlex
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from ganshare.errors import SettingsError, must_be_one_of, quoted
from ganshare.prompts.markov import MARKOV, MarkovSource
from ganshare.prompts.thompson import (
    CommandSource,
    PromptSource,
    Record,
    ThompsonSource,
    WordListSource,
)

__all__ = ["GROUP", "MakeSource", "find_prompt_source"]

GROUP = "ganshare.prompt_sources"
COMMAND = "command:"

MakeSource = Callable[[Record], PromptSource]

_OWN: dict[str, MakeSource] = {
    "muse": ThompsonSource,
    "words": lambda _: WordListSource(),
    MARKOV: MarkovSource,
}


def find_prompt_source(name: str) -> MakeSource:
    """Give what makes a source of what the rounds have taught.

    Args:
        name: "muse", "words" or "markov"; the name of an entry point of an installed package;
            "MODULE:OBJECT", which is called with a `Record`; or "command:PROGRAM ARGUMENTS".

    Raises:
        SettingsError: there is none of that name, or it cannot be loaded.
    """
    if name in _OWN:
        return _OWN[name]
    if name.startswith(COMMAND):
        return _command(name.removeprefix(COMMAND))
    offered = {point.name: point for point in entry_points(group=GROUP)}
    try:
        if name in offered:
            return _check(name, offered[name].load())
        module, _, attribute = name.partition(":")
        if attribute:
            return _check(name, getattr(import_module(module), attribute))
    except SettingsError:
        raise
    except Exception as error:  # a stranger's module may raise anything
        message = f"The source of prompts {quoted(name)} cannot be loaded: {error!r:.200}."
        raise SettingsError(message, given=name) from error
    known = [*_OWN, *sorted(offered), "MODULE:OBJECT", f"{COMMAND}PROGRAM"]
    raise must_be_one_of(SettingsError, "source of prompts", name, known)


def _check(name: str, found: Any) -> MakeSource:
    if not callable(found):
        message = (
            f"The source of prompts {quoted(name)} is not a class or function that takes a record."
        )
        raise SettingsError(message, given=name)
    made: MakeSource = found
    return made


def _command(text: str) -> MakeSource:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        message = f"The source of prompts has a quote that does not end: {quoted(text)}."
        raise SettingsError(message, given=text) from error
    if not words:
        raise SettingsError(f"{COMMAND} needs a program and its arguments.", given=text)
    return partial(_program, words)


def _program(words: tuple[str, ...], record: Record) -> PromptSource:
    return CommandSource(words, record)
