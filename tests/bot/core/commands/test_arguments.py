"""A line of text becomes arguments; every slip gets its sentence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.commands.definitions import (
    COMMANDS,
    Command,
    Kind,
    check_arguments,
    find_command,
    parse_text,
)
from ganshare.errors import ParameterError

PAINT, ROUND, GALLERY = (find_command(name) for name in ("paint", "round", "gallery"))


def test_options_stand_anywhere() -> None:
    assert parse_text(ROUND, "open --quorum 2 48 --title=Spring") == {
        "action": "open",
        "hours": 48,
        "quorum": 2,
        "title": "Spring",
    }


def test_a_prompt_takes_the_whole_line() -> None:
    text = "a castle --size 320x256 | --no fog --sead"
    assert parse_text(PAINT, text) == {"prompt": text}


def test_long_dashes_of_a_phone_are_options_only_before_their_names() -> None:
    assert parse_text(GALLERY, "a castle \u2014at night \u2014 \u2013") == {
        "query": "a castle \u2014at night \u2014 \u2013"
    }
    assert parse_text(ROUND, "open \u2013hours 7 \u2014Quorum=9") == {
        "action": "open",
        "hours": 7,
        "quorum": 9,
    }


def test_after_two_dashes_everything_is_text() -> None:
    assert parse_text(GALLERY, "-- a --query of doubt") == {"query": "a --query of doubt"}


def test_quotes_hold_several_words_together() -> None:
    block = find_command("block")
    assert parse_text(block, 'discord:42 --reason "spam, spam"') == {
        "person": "discord:42",
        "reason": "spam, spam",
    }
    assert parse_text(block, "discord:42 spam and more") == {
        "person": "discord:42",
        "reason": "spam and more",
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("places 3", {"category": "places", "count": 3}),
        ("3", {"count": 3}),
        ("Things", {"category": "things"}),
        ("2 shapes", {"count": 2}),
    ],
)
def test_random_takes_category_and_count_in_place(text: str, found: dict[str, object]) -> None:
    if text == "2 shapes":
        with pytest.raises(ParameterError, match="does not understand"):
            parse_text(find_command("random"), text)
    else:
        assert parse_text(find_command("random"), text) == found


@pytest.mark.parametrize(
    ("command", "text", "sentence"),
    [
        ("paint", "", "/paint needs prompt; /help paint shows how."),
        ("round", "open --ours 7", "did you mean --hours"),
        ("round", "open --hours", "--hours needs a value"),
        ("round", "--hours 1 --hours 2", "given twice"),
        ("round", "open --hours many", "hours must be a whole number (got 'many')."),
        ("round", "open --hours 0", "hours must be between 1 and 8760 (got 0)."),
        ("round", "open --hours -3", "(got -3)"),
        ("round", "open --hours 1" + "0" * 25, "must be between"),
        ("round", "open --hours 1" + "0" * 99, "whole number"),
        ("gallery", "x" * 4000, "has 4,000 characters; at most 100 are allowed"),
        ("random", "planes", "category must be one of shapes, places, things (got 'planes')."),
        ("random", "places 9", "count must be between 1 and 5 (got 9)."),
        ("queue", "now", "does not understand 'now'"),
        ("queue", "--now", "does not understand '--now'"),
    ],
)
def test_every_slip_has_its_sentence(command: str, text: str, sentence: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parse_text(find_command(command), text)
    assert sentence in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_an_unknown_command_names_the_nearest() -> None:
    with pytest.raises(ParameterError, match="did you mean 'paint'"):
        find_command("pain")


def test_arguments_of_forms_are_checked_the_same_way() -> None:
    form = {"prompt": " a cat ", "size": "", "steps": "12", "seed": 5}
    assert check_arguments(PAINT, form) == {"prompt": "a cat", "steps": 12, "seed": 5}
    with pytest.raises(ParameterError, match="a single word"):
        check_arguments(PAINT, {"prompt": "x", "model": "a b"})
    with pytest.raises(ParameterError, match="has no 'colour'"):
        check_arguments(PAINT, {"prompt": "x", "colour": "red"})


@settings(deadline=None)
@given(st.sampled_from(COMMANDS), st.text(max_size=300))
def test_any_text_is_read_or_refused_in_one_sentence(command: Command, text: str) -> None:
    sentence = ""
    try:
        found = parse_text(command, text)
    except ParameterError as error:
        sentence = str(error)
    assert 0 < len(sentence) < 500 if sentence else found == check_arguments(command, found)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1).filter(
    lambda word: not word.startswith(("-", "\u2013", "\u2014"))
)


@settings(deadline=None)
@given(
    st.lists(WORDS, min_size=1, max_size=12),
    st.fixed_dictionaries({}, optional={"pool": st.integers(1, 1000), "age": st.integers(0, 99)}),
    st.randoms(use_true_random=False),
)
def test_what_is_written_as_options_is_read_again(words, options, dice) -> None:  # type: ignore[no-untyped-def]
    title = " ".join(words)[:100].strip()
    fixed = {"action": "open", "hours": 1, "winners": 2, "quorum": 3, "pool": 4, "age": 5} | options
    pieces = [[word] for word in title.split()]
    for name, value in fixed.items():
        written = [f"--{name}={value}"] if dice.random() < 0.5 else [f"--{name}", str(value)]
        pieces.insert(dice.randrange(len(pieces) + 1), written)
    text = " ".join(word for piece in pieces for word in piece)
    assert parse_text(ROUND, text) == {"title": title, **fixed}


def test_a_picture_is_no_argument() -> None:
    assert [each.name for each in PAINT.parameters if each.kind is Kind.PICTURE] == ["init_image"]
