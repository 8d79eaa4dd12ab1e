"""The grammar of prompts: what is read as weights and parts, and what stays text."""

# ruff: noqa: RUF001  # people type such signs

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganshare.domain.presets import DEFAULT_PRESET, PRESETS
from ganshare.errors import PromptError
from ganshare.prompts import (
    MAX_CHARACTERS,
    MAX_PARTS,
    WeightedPrompt,
    format_prompts,
    parse_prompts,
)
from ganshare.prompts.options import OPTIONS

VISIBLE = st.characters(exclude_categories=["C", "Z"])
WEIGHTS = st.floats(-10, 10, allow_nan=False)
# Texts in which syntax is frequent.
TRICKY = st.text(st.sampled_from('ab1.5-:：|｜\\"“”„「」«»()（） ,é猫🦊<>−–'), max_size=25)


def read(text: str) -> list[tuple[str, float]]:
    return [(part.text, part.weight) for part in parse_prompts(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a | b:0.5 | c:-0.3", [("a", 1), ("b", 0.5), ("c", -0.3)]),
        ("a:+.5|b:1e-1|c:2.|d:0,5", [("a", 0.5), ("b", 0.1), ("c", 2), ("d", 0.5)]),
        ("a | b:0", [("a", 1), ("b", 0)]),
        ("a: 0.5 | b: -1", [("a", 0.5), ("b", -1)]),
        ("(a lake):2 | «b»:3 | \"c\":4", [("(a lake)", 2), ("b", 3), ("c", 4)]),
        ("हिन्दी:2 | 🦊:3 | ❤️:4", [("हिन्दी", 2), ("🦊", 3), ("❤️", 4)]),
        ("城堡｜大海：０．５｜人：－１", [("城堡", 1), ("大海", 0.5), ("人", -1)]),
        ("sea:−0.3 | fog:–0.4 | a", [("sea", -0.3), ("fog", -0.4), ("a", 1)]),
        ("|a| |b||", [("a", 1), ("b", 1)]),
        ("a::2 b ::-.5, c:: d", [("a", 2), ("b", -0.5), ("c", 1), ("d", 1)]),
        ("a, ((b)), (c d:1.3), e, f:2", [("a", 1), ("b", 1.21), ("c d", 1.3), ("e, f", 2)]),
        ("((a:2))", [("a", 2.2)]),
        ("  a \n\t castle  ", [("a castle", 1)]),
        ("cafe\u0301\u00a0noir", [("café noir", 1)]),
    ],
)  # fmt: skip
def test_a_prompt_is_read_as_weighted_parts(text: str, parts: list[tuple[str, float]]) -> None:
    assert read(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "a castle 16:9", "dinner at 19:30", "see http://x:80", "a cat :3", "a : 2", ":0.5", "a:",
        "Blade Runner: 2049", "John 3:16", "ratio 3:4:1", "a:1_0", "a:٣", "bread: nan", "a:-inf",
        "see: inference", "wow!:2", "5 m²:2", "20°:3", "the dogs’:2", "a:2 b", "a:2,000 b",
        "std::vector", "fe80::1", "::1", "a ::", "a::b", 'a 5" disk', 'an 8" and a 3" disk',
        'it says "OPEN"', "a “b|c” d", "(at night)", "((", ")(", "(:3)", "(16:9)", "[fog]", ":-)",
        "C:\\", "C:\\new", "¯\\_(ツ)_/¯", "a -- b", "--", "🦊 👩‍🎨", "a < b", "<3",
    ],
)  # fmt: skip
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert read(text) == [(text, 1)]
    assert format_prompts(parse_prompts(text)) == text


@pytest.mark.parametrize(
    ("text", "painted"),
    [
        ('"a castle | 16:9"', "a castle | 16:9"),
        (r"a castle \| b", "a castle | b"),
        (r"sea\:0.5", "sea:0.5"),
        (r"say \"hi\"", 'say "hi"'),
        (r'"C:\"', "C:\\"),
        ("“a:2”", "a:2"),
        ("„a|b“", "a|b"),
        ("「城|堡」", "城|堡"),
        ("『a:1』", "a:1"),
        ("＂a|b＂", "a|b"),
        (r"\(a:2\)", "(a:2)"),
        ('""a 「」', "a"),
        ('a "b', 'a "b'),
    ],
)
def test_quotes_and_backslashes_keep_text_literal(text: str, painted: str) -> None:
    assert read(text) == [(painted, 1)]


@pytest.mark.parametrize(("opening", "closing"), ['""', "“”", "„“", "「」", "『』", "«»"])
@given(st.data())
def test_any_text_in_quotes_is_painted_as_that_text(
    opening: str, closing: str, data: st.DataObject
) -> None:
    # A full-width quote counts as a straight one; „ is closed by either of two.
    ends = {'"': '"＂', "“": "“”"}.get(closing, closing)
    kept = st.characters(exclude_categories=["C"], exclude_characters=ends)
    text, weight = data.draw(st.text(kept)), data.draw(WEIGHTS)
    expected = " ".join(unicodedata.normalize("NFC", text).split())
    parts = [(expected, weight)] if expected else []
    assert read(f"{opening}{text}{closing}:{weight!r} | x") == [*parts, ("x", 1)]


@given(st.lists(st.tuples(TRICKY | st.text(VISIBLE, min_size=1), WEIGHTS), min_size=1, max_size=5))
def test_any_parts_can_be_written_down(pairs: list[tuple[str, float]]) -> None:
    parts = tuple(
        WeightedPrompt(" ".join(unicodedata.normalize("NFC", text).split()), weight)
        for text, weight in [*pairs, ("x", 1.0)]
        if text.strip()
    )
    assert parse_prompts(format_prompts(parts)) == parts


@given(TRICKY | st.text())
def test_any_text_is_read_or_refused_and_reads_the_same_when_written_again(text: str) -> None:
    try:
        prompts = parse_prompts(text)
    except PromptError:
        return
    assert parse_prompts(format_prompts(prompts)) == prompts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The prompt is empty"),
        (" \n ", "The prompt is empty"),
        ("| |", "The prompt is empty"),
        ('""', "The prompt is empty"),
        ("\u200b", "The prompt is empty"),
        ("a:0", "zero or negative"),
        ("a:-1 | b:-0.5", "zero or negative"),
        (
            "a:10.5",
            "The weight of part 1 must be between -10 and 10 (got '10.5')",
        ),
        ("|a | b:-11", "The weight of part 2 must be"),
        ("a:1e999", "put words with a colon in quotes to keep them as text"),
        ("room:101", "put words with a colon in quotes to keep them as text"),
        ("a (red:1.3) fox", "'(red:1.3)' must apply to a whole part"),
        ("a ((red)) fox", "put quotes around it to keep it as text"),
        ("a <lora:style:0.8>", "put quotes around it to keep it as text"),
        ("a\x00b", "U+0000 at position 2"),
        ("a\u202eb", "U+202E at position 2"),
        ("a\ud800", "U+D800 at position 2"),
        ("|".join("a" * (MAX_PARTS + 1)), "17 parts; at most 16"),
        ("a" * (MAX_CHARACTERS + 1), "1,001 characters; at most 1,000"),
    ],
)
def test_a_refused_prompt_is_told_in_one_sentence_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(PromptError) as caught:
        parse_prompts(text)
    said = str(caught.value)
    assert message in said
    assert said.isprintable()
    assert said.endswith(".")
    assert ". " not in said
    assert len(said) < 250


def test_the_limits_themselves_are_allowed() -> None:
    assert len(parse_prompts("|".join("a" * MAX_PARTS))) == MAX_PARTS
    assert len(parse_prompts("a" * MAX_CHARACTERS)[0].text) == MAX_CHARACTERS
    assert parse_prompts("a:10 | b:-10")[1].weight == -10


def test_the_page_about_prompts_tells_the_truth() -> None:
    page = (Path(__file__).parents[3] / "docs" / "prompts.md").read_text("utf-8")
    for name, preset in PRESETS.items():
        default = " (default)" if name == DEFAULT_PRESET else ""
        row = f"| `{name}`{default} | {preset.steps} | {preset.side}x{preset.side} | "
        assert f"{row}{preset.num_cutouts} |" in page
    for option in OPTIONS:
        assert f"`--{option}" in page
