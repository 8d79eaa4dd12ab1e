"""A line of text becomes arguments; every slip gets its sentence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.commands import (
    COMMANDS,
    Command,
    Kind,
    check_arguments,
    find_command,
    parse_text,
)
from ganshare.errors import ParameterError

PAINT = find_command("paint")


def test_options_stand_anywhere_and_the_rest_is_the_prompt() -> None:
    text = "a castle --size 320x256 by a lake --steps 200 --seed=7"
    assert parse_text(PAINT, text) == {
        "prompt": "a castle by a lake",
        "size": "320x256",
        "steps": 200,
        "seed": 7,
    }


def test_long_dashes_of_a_phone_are_options_only_before_their_names() -> None:
    text = "a castle \u2014at night \u2014 \u2013seed 7 \u2014Steps=9"
    assert parse_text(PAINT, text) == {
        "prompt": "a castle \u2014at night \u2014",
        "seed": 7,
        "steps": 9,
    }


def test_after_two_dashes_everything_is_text() -> None:
    assert parse_text(PAINT, "--seed 1 -- a --seed of doubt") == {
        "seed": 1,
        "prompt": "a --seed of doubt",
    }


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
        with pytest.raises(ParameterError, match="does not know"):
            parse_text(find_command("random"), text)
    else:
        assert parse_text(find_command("random"), text) == found


@pytest.mark.parametrize(
    ("command", "text", "sentence"),
    [
        ("paint", "", "/paint needs prompt; /help paint shows how."),
        ("paint", "x --sead 7", "did you mean --seed"),
        ("paint", "x --seed", "--seed needs a value"),
        ("paint", "x --seed 1 --seed 2", "given twice"),
        ("paint", "x --steps many", "whole number, not 'many'"),
        ("paint", "x --steps 0", "steps 0 is out of range; allowed are 1 to 2000"),
        ("paint", "x --steps -3", "steps -3 is out of range"),
        ("paint", "x --seed 1" + "0" * 25, "is out of range"),
        ("paint", "x --seed 1" + "0" * 99, "whole number"),
        ("paint", "x --init_image y", "/paint has no '--init_image'"),
        ("paint", "x" * 4000, "has 4,000 characters; at most 1,000 are allowed"),
        ("random", "planes", "'planes' is no category; allowed are shapes, places, things"),
        ("random", "places 9", "count 9 is out of range; allowed are 1 to 5"),
        ("queue", "now", "does not know what to do with 'now'"),
        ("queue", "--now", "does not know what to do with '--now'"),
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
    with pytest.raises(ParameterError, match="one word"):
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
    st.fixed_dictionaries(
        {},
        optional={
            "steps": st.integers(1, 2000),
            "seed": st.integers(0, 2**63 - 1),
            "model": st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True),
        },
    ),
    st.randoms(use_true_random=False),
)
def test_what_is_written_as_options_is_read_again(words, options, dice) -> None:  # type: ignore[no-untyped-def]
    pieces = [[word] for word in words]
    for name, value in options.items():
        written = [f"--{name}={value}"] if dice.random() < 0.5 else [f"--{name}", str(value)]
        pieces.insert(dice.randrange(len(pieces) + 1), written)
    text = " ".join(word for piece in pieces for word in piece)
    assert parse_text(PAINT, text) == {"prompt": " ".join(words), **options}


def test_a_picture_is_no_argument() -> None:
    assert [each.name for each in PAINT.parameters if each.kind is Kind.PICTURE] == ["init_image"]
