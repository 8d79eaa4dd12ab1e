"""What was stored before there was a second grammar is read as it was then."""

import pytest

from ganshare.errors import PromptError
from ganshare.prompts import MAX_CHARACTERS, MAX_PARTS, WeightedPrompt, parse_prompts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a castle", [("a castle", 1)]),
        ("a | b:0.5 | c:-0.3", [("a", 1), ("b", 0.5), ("c", -0.3)]),
        ("a castle: at night", [("a castle: at night", 1)]),
        ("ratio 3:4 landscape", [("ratio 3:4 landscape", 1)]),
        ("ratio 3:4", [("ratio 3", 4)]),
        ("ratio 3:4:1", [("ratio 3:4", 1)]),
        ("a : 2", [("a", 2)]),
        ("a:+.5|b:1e-1|c:2.", [("a", 0.5), ("b", 0.1), ("c", 2)]),
        ("a:", [("a:", 1)]),
        ("a:1_0", [("a:1_0", 1)]),
        ("a:٣", [("a:٣", 1)]),
        ("see: inference", [("see: inference", 1)]),
        ("  a \n\t castle  ", [("a castle", 1)]),
        ("cafe\u0301", [("café", 1)]),
        ("a\u00a0cat", [("a cat", 1)]),
        ("a | b:0", [("a", 1), ("b", 0)]),
        ("🦊 👩‍🎨", [("🦊 👩‍🎨", 1)]),
    ],
)
def test_a_stored_prompt_keeps_its_reading(text: str, parts: list[tuple[str, float]]) -> None:
    assert parse_prompts(text, grammar=1) == tuple(WeightedPrompt(*part) for part in parts)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The prompt is empty"),
        (" \n ", "The prompt is empty"),
        ("|", "Part 1 of the prompt is empty"),
        ("a | | b", "Part 2 of the prompt is empty"),
        ("a |", "Part 2 of the prompt is empty"),
        (":0.5", "Part 1 of the prompt is empty"),
        ("\u200b", "Part 1 of the prompt is empty"),
        ("a:0", "zero or negative"),
        ("a:-0.0", "zero or negative"),
        ("a:-1 | b:-0.5", "zero or negative"),
        ("a:10.5", "must be between -10 and 10"),
        ("a | b:-11", "The weight of part 2 must be"),
        ("a:nan", "must be between -10 and 10"),
        ("a:-inf", "must be between -10 and 10"),
        ("a:1e999", "must be between -10 and 10"),
        ("a\x00b", "U+0000 at position 2"),
        ("a\x1b[31m", "U+001B at position 2"),
        ("\x7f", "U+007F at position 1"),
        ("a\u202eb", "U+202E at position 2"),
        ("a\ud800", "U+D800 at position 2"),
        ("|".join("a" * (MAX_PARTS + 1)), "17 parts; at most 16"),
        ("a" * (MAX_CHARACTERS + 1), "1,001 characters; at most 1,000"),
    ],
)
def test_a_refused_prompt_is_told_in_one_sentence_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(PromptError) as caught:
        parse_prompts(text, grammar=1)
    said = str(caught.value)
    assert message in said
    assert said.isprintable()
    assert said.endswith(".")
    assert ". " not in said
    assert len(said) < 250
