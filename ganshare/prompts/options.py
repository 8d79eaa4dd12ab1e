"""Splits options off a typed prompt: `a castle --ar 16:9 --no people --seed 7`.

Only their texts are found here; `ganshare.domain.asked_prompt` knows what they mean.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ganshare.errors import ParameterError, nearest, quoted
from ganshare.prompts.literal import MarkedText, mark
from ganshare.prompts.parts import WeightedPrompt, clean, is_visible
from ganshare.sentences import sentence

__all__ = ["OPTIONS", "SplitPrompt", "split_options"]

OPTIONS = ("ar", "model", "no", "preset", "seed", "size", "steps")
NO_WEIGHT = -0.5  # of what `--no` names, as Midjourney has it

_ALIASES = {"aspect": "ar", "negative": "no", "prompt": ""}
_WORD = re.compile(r"\||[^ |]+")
# A phone makes one long dash of two short ones; `MarkedText.syntax` has the en dash as "-".
_OPTION = re.compile(r"(--|-|\u2014)([^\W\d_][\w-]*)(?:=(.*))?")
_ENDS = ",;.\uff0c\uff1b\u3002"
_NEGATIVE = re.compile(r"negative prompt ?:", re.IGNORECASE)
_SETTINGS = re.compile(r"(?<!\S)steps: \d+, (?:sampler|seed|size|cfg|schedule)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SplitPrompt:
    """A prompt without its options, and the options.

    Args:
        text: for `parse_prompts`.
        negatives: what `--no` named.
        options: by name, each as it was typed.
    """

    text: str
    negatives: tuple[WeightedPrompt, ...]
    options: Mapping[str, str]


def split_options(text: str) -> SplitPrompt:
    """Take the options out of a prompt; a long dash counts where an option's name follows.

    `--no people` and "Negative prompt: people" go up to the next option, `|` or the end. After a
    `--` that comes before all text no options are read.

    Raises:
        PromptError: it holds control characters.
        ParameterError: an option is unknown, comes twice, or has no value.
    """
    scan = _Scan(mark(clean(text)))
    scan.run()
    negatives = tuple(WeightedPrompt(each, NO_WEIGHT) for each in scan.negatives)
    return SplitPrompt(" ".join("".join(scan.kept()).split()), negatives, scan.options)


@dataclass
class _Scan:
    """A prompt while its options are looked for, word by word."""

    prompt: MarkedText
    options: dict[str, str] = field(default_factory=dict)
    negatives: list[str] = field(default_factory=list)
    _taken: list[tuple[int, int]] = field(default_factory=list)
    _at: int = 0

    def run(self) -> None:
        syntax = self.prompt.syntax
        if found := _SETTINGS.search(syntax):
            given = self.prompt.raw[found.start() :]
            raise ParameterError(sentence("prompt-settings"), given=given)
        while (word := self._word()) is not None:
            if word[0] == "--" and not self._is_text_before(word.start()):
                self._taken.append(word.span())
                return
            if (negative := _NEGATIVE.match(syntax, word.start())) is not None:
                self._at = negative.end()
                self._read_negative(negative.start(), "no")
            elif (name := self._name(word)) == "no":
                self._read_negative(word.start(), name)
            elif name == "":
                self._taken.append(word.span())
            elif name is not None:
                self._read_value(word, name)

    def kept(self) -> Iterator[str]:
        """Give the pieces of the text that are no options."""
        start = 0
        for first, last in self._taken:
            yield self.prompt.raw[start:first]
            start = last
        yield self.prompt.raw[start:]

    def _word(self) -> "re.Match[str] | None":
        found = _WORD.search(self.prompt.syntax, self._at)
        self._at = found.end() if found else len(self.prompt.syntax)
        return found

    def _peek(self) -> "re.Match[str] | None":
        """The next word, if it belongs to an option's value."""
        found = _WORD.search(self.prompt.syntax, self._at)
        return None if found is None or found[0] == "|" or self._name(found) is not None else found

    def _is_text_before(self, position: int) -> bool:
        taken = {i for span in self._taken for i in range(*span)}
        return any(i not in taken and self.prompt.raw[i] != " " for i in range(position))

    def _name(self, word: "re.Match[str]") -> str | None:
        """The option that a word begins; None if it begins none."""
        match = _OPTION.fullmatch(word[0])
        if match is None or (match[1] == "-" and self.prompt.raw[word.start()] == "-"):
            return None
        name = match[2].lower().replace("_", "-")
        name = _ALIASES.get(name, name)
        if name in OPTIONS or name == "":
            return name
        if match[1] != "--":
            return None
        near = nearest(name, OPTIONS)
        given = f"--{match[2]}"
        values = {"given": quoted(given), "allowed": ", ".join(f"--{each}" for each in OPTIONS)}
        message = sentence("prompt-option", **values)
        if near:
            message = sentence("prompt-option-near", nearest=f"--{near}", **values)
        raise ParameterError(message, given=given, allowed=OPTIONS, nearest=near)

    def _read_value(self, word: "re.Match[str]", name: str) -> None:
        if name in self.options:
            raise ParameterError(sentence("prompt-twice", option=name), given=name)
        start, end = word.start() + word[0].find("=") + 1, word.end()
        if "=" not in word[0] and (value := self._peek()) is not None:
            start, end = value.span()
            self._at = end
        elif "=" not in word[0]:
            start = end
        text = self.prompt.cut(start, end).text.rstrip(_ENDS)
        if not text:
            raise _lacks_value(name)
        self.options[name] = text
        self._taken.append((word.start(), end))

    def _read_negative(self, start: int, name: str) -> None:
        first = self._at
        while (value := self._peek()) is not None:
            self._at = value.end()
        text = self.prompt.cut(first, self._at).text.strip(_ENDS + " ")
        if not is_visible(text):
            raise _lacks_value(name)
        self.negatives.append(text)
        self._taken.append((start, self._at))


def _lacks_value(name: str) -> ParameterError:
    return ParameterError(sentence("prompt-no-value", option=name), given=name)
