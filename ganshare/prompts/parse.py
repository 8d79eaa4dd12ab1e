"""Parses prompts, `a castle | stormy sea:0.5`; docs/prompts.md describes the grammar for users.

Three habits of other programs are read along with it: Midjourney's `castle::2 sea::-0.5`, and
AUTOMATIC1111's `(castle:1.3)` and `((castle))` between commas.
"""

import re
import unicodedata
from collections.abc import Iterator

from ganshare.errors import PromptError, quoted
from ganshare.prompts.first_grammar import parse_first_grammar
from ganshare.prompts.literal import CLOSE, MarkedText, escaped, has_stray_quote, mark
from ganshare.prompts.parts import (
    WeightedPrompt,
    check_length,
    check_parts,
    check_weight,
    clean,
    is_visible,
)
from ganshare.sentences import sentence

__all__ = ["GRAMMAR", "format_prompts", "parse_prompts"]

GRAMMAR = 2  # that new prompts are written in; what is stored says its own

_EMPHASIS = 1.1  # of each further pair of parentheses, as AUTOMATIC1111 has it

# These look at `MarkedText.syntax`, where full-width signs are ASCII ones already.
_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_DECIMAL_COMMA = "[-+]?[0-9],[0-9]{1,2}"
_WEIGHT = f"(?P<number>{_DECIMAL_COMMA}|{_NUMBER})"
# `castle::2`, `castle ::2` and `castle::`, each before a space, a comma or the end.
_DOUBLE_COLON = re.compile(f"(?: ?::{_WEIGHT}|::),?(?= |$)")
_GROUP = re.compile(r"(?P<open>\(++)(?P<inner>[^()]*+)(?P<close>\)++)")
_TAIL = re.compile(f":(?P<space> ?){_WEIGHT}$")
_COMMAS = ",;.\u3001\u3002 "
_LORA = re.compile(r"<(?:lora|lyco|hypernet):[^<>]*>", re.IGNORECASE)
_QUOTES = (('"', '"'), ("“", "”"), ("「", "」"), ("『", "』"))


def parse_prompts(text: str, grammar: int = GRAMMAR) -> tuple[WeightedPrompt, ...]:
    """Read `a castle | stormy sea:0.5 | people:-0.3`.

    Parts are divided by `|`; empty ones are dropped. A part's weight is a number that ends it, with
    a colon that stands directly after a letter or a closing bracket: "a castle 16:9" and
    "a cat :3" have none. Between colon and number a space may stand if the number has a sign or a
    decimal point: "Blade Runner: 2049" has none, either. Quotes or a backslash keep anything
    literal; quotes around all of a part are taken off. Full-width signs count as the others. Text
    comes out NFC, with single spaces.

    Args:
        grammar: 1 for prompts that were stored before there was `GRAMMAR`.

    Raises:
        PromptError: the prompt is empty, it is too long, has too many parts, a weight is out of
            range or within a phrase, none is above zero, or it holds control characters.
    """
    if grammar == 1:
        return parse_first_grammar(text)
    cleaned = clean(text)
    check_length(len(cleaned))
    prompts: list[WeightedPrompt] = []
    for part, weight, written in _weighed_parts(mark(cleaned)):
        if is_visible(part.text):
            check_weight(weight, written, len(prompts) + 1)
            prompts.append(WeightedPrompt(part.text, weight))
    check_parts(tuple(prompts))
    return tuple(prompts)


def format_prompts(prompts: tuple[WeightedPrompt, ...]) -> str:
    """Write parts so that `parse_prompts` reads the same ones again, quoted only if need be."""
    return " | ".join(_format_part(prompt) for prompt in prompts)


def _format_part(prompt: WeightedPrompt) -> str:
    text = prompt.text
    weight = "" if prompt.weight == 1 else f":{repr(prompt.weight).removesuffix('.0')}"
    fitting = (f"{a}{text}{z}" for a, z in _QUOTES if not set(text) & {a, z})
    # A quote that is never closed might be closed by one of another part.
    tried = [*fitting] if has_stray_quote(text) else [text, *fitting]
    for written in tried:
        try:
            if [part[:2] for part in _read_back(written + weight)] == [(text, prompt.weight)]:
                return written + weight
        except PromptError:
            continue
    # An empty quotation shows nothing, and is the bracket that a weight may stand after.
    return f"{escaped(text)}「」{weight}" if weight else escaped(text)


def _read_back(text: str) -> list[tuple[str, float]]:
    return [(part.text, weight) for part, weight, _ in _weighed_parts(mark(text))]


_Weighed = tuple[MarkedText, float, str]  # a part, its weight, and how that was written


def _weighed_parts(prompt: MarkedText) -> Iterator[_Weighed]:
    if found := _LORA.search(prompt.syntax):
        raise PromptError(
            sentence("prompt-lora", given=quoted(prompt.raw[slice(*found.span())])),
            given=found[0],
        )
    start = 0
    for found in [*re.finditer(r"\|", prompt.syntax), None]:
        yield from _by_double_colon(prompt.cut(start, found.start() if found else None))
        start = found.end() if found else 0


def _by_double_colon(part: MarkedText) -> Iterator[_Weighed]:
    """Cut at Midjourney's `::`, whose number is the weight of what stands before it."""
    start = 0
    for found in _DOUBLE_COLON.finditer(part.syntax):
        before = part.cut(start, found.start())
        if _ends_in_word(before) and part.raw[found.start() - 1] != " ":
            written = found["number"] or "1"
            yield before, _number(written), written
            start = found.end()
    if start < len(part.syntax):
        yield from _by_group(part.cut(start))


def _by_group(part: MarkedText) -> Iterator[_Weighed]:
    """Take out AUTOMATIC1111's groups that stand between commas; refuse one within a phrase."""
    start = 0
    for found in _GROUP.finditer(part.syntax):
        depth = len(found["open"])
        inner, written = _split_weight(part.cut(*found.span("inner")))
        emphasis = depth - bool(written)
        if depth != len(found["close"]) or not (written or depth > 1) or not inner.raw:
            continue  # usual parentheses
        before, after = (
            part.syntax[: found.start()].rstrip(" "),
            part.syntax[found.end() :].lstrip(" "),
        )
        if not set(before[-1:] + after[:1]) <= set(_COMMAS):
            raise PromptError(
                sentence("prompt-group", given=quoted(part.raw[slice(*found.span())])),
                given=found[0],
            )
        yield from _by_tail(_trimmed(part.cut(start, found.start())))
        weight = _number(written or "1") * _EMPHASIS**emphasis
        yield inner, round(weight, 4), written or found[0]
        start = found.end()
    yield from _by_tail(_trimmed(part.cut(start)) if start else part)


def _by_tail(part: MarkedText) -> Iterator[_Weighed]:
    text, written = _split_weight(part)
    yield text, _number(written or "1"), written or "1"


def _split_weight(part: MarkedText) -> tuple[MarkedText, str]:
    """Cut off the weight that ends a part, as it is written; "" if there is none."""
    found = _TAIL.search(part.syntax)
    if found is None or "://" in part.syntax.rpartition(" ")[2]:
        return part, ""
    text, written = part.cut(0, found.start()), found["number"]
    touches = found.start() == len(text.raw) and _ends_in_word(text)
    # A whole number after a space is prose: "Blade Runner: 2049".
    is_meant = touches and not (found["space"] and written.isdecimal())
    return (text, written) if is_meant else (part, "")


def _trimmed(part: MarkedText) -> MarkedText:
    """Without the commas that stood between it and a group."""
    left = len(part.syntax) - len(part.syntax.lstrip(_COMMAS))
    return part.cut(left, len(part.syntax.rstrip(_COMMAS)) or left)


def _ends_in_word(part: MarkedText) -> bool:
    """Whether it ends in a letter (a picture sign counts), a closing bracket or quote."""
    last, meaning = part.raw[-1:], part.syntax[-1:]
    if meaning == CLOSE:
        return True
    category = unicodedata.category(last) if last else ""
    is_picture = category in ("So", "Sk") and last >= "\u2190"
    is_bracket = category in ("Pe", "Pf") and last != "\u2019"  # an apostrophe, too
    return category[:1] in ("L", "M") or is_picture or is_bracket


def _number(written: str) -> float:
    return float(written.replace(",", "."))
