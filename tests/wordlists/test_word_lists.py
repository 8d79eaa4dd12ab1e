"""The word lists are complete, consistent and free of doubles."""

import colorsys
import re
import unicodedata

import pytest

from wordlists import CATEGORIES, demo_prompts, word_lists

VOWEL_EXCEPTIONS = ("Uni", "Eu")  # "a Unicycle", "a Eucalyptus"
STARTS_LOWER = {"a", "an", "and", "au", "de"}


def folded(name: str) -> str:
    stripped = "".join(
        c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c)
    )
    return re.sub(r"[\s-]+", " ", stripped)


def all_subjects() -> list[str]:
    return [subject for category in CATEGORIES for subject in word_lists().subjects(category)]


def test_the_lists_have_their_sizes() -> None:
    lists = word_lists()
    assert len(lists.styles) == 9
    assert len(lists.shapes) == 45
    assert len(lists.places) == 70
    assert len(lists.things) == 181
    assert len(lists.colours) == 805


def test_the_lists_are_read_once() -> None:
    assert word_lists() is word_lists()


@pytest.mark.parametrize(
    "names",
    [
        list(word_lists().styles),
        [re.sub(r"^an? ", "", subject) for subject in all_subjects()],
        [colour.name for colour in word_lists().colours],
    ],
    ids=["styles", "subjects", "colours"],
)
def test_no_name_stands_twice(names: list[str]) -> None:
    keys = [folded(name) for name in names]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("category", CATEGORIES)
def test_subjects_stand_in_alphabetical_order(category: str) -> None:
    bare = [folded(re.sub(r"^an? ", "", subject)) for subject in word_lists().subjects(category)]
    assert bare == sorted(bare)


def test_every_name_is_title_case_nfc_and_without_stray_characters() -> None:
    lists = word_lists()
    for name in [*lists.styles, *all_subjects(), *(colour.name for colour in lists.colours)]:
        assert name == unicodedata.normalize("NFC", name).strip()
        assert re.fullmatch(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*", name), name
        for word in re.split(r"[ -]", name):
            assert word[0].isupper() or word in STARTS_LOWER, name


def test_shapes_are_plurals_without_an_article() -> None:
    for shape in word_lists().shapes:
        assert shape[0].isupper()
        assert shape.endswith(("s", "ices")), shape


def test_articles_fit_their_nouns() -> None:
    for subject in all_subjects():
        article, _, noun = subject.partition(" ")
        if article not in {"a", "an"}:
            continue
        has_vowel = noun[0] in "AEIOU" and not noun.startswith(VOWEL_EXCEPTIONS)
        assert article == ("an" if has_vowel else "a"), subject


def test_every_colour_has_a_six_digit_value() -> None:
    for colour in word_lists().colours:
        assert re.fullmatch(r"#[0-9a-f]{6}", colour.hex), colour


@pytest.mark.parametrize(
    ("word", "low", "high"),
    [("Red", 320, 41), ("Green", 58, 190), ("Blue", 169, 275), ("Yellow", 30, 75)],
)
def test_a_colour_named_for_a_hue_has_that_hue(word: str, low: int, high: int) -> None:
    for colour in word_lists().colours:
        is_green_in_truth = colour.name in {"Cambridge Blue", "Eton Blue"}
        if is_green_in_truth or not colour.name.endswith(f" {word}"):
            continue
        red, green, blue = (int(colour.hex[i : i + 2], 16) / 255 for i in (1, 3, 5))
        hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
        degrees = hue * 360
        inside = low <= degrees <= high if low < high else degrees >= low or degrees <= high
        assert inside or saturation < 0.15, colour


def test_the_prompts_of_the_demo_are_of_the_lists_and_varied() -> None:
    prompts, lists = demo_prompts(), word_lists()
    assert list(prompts) == sorted(set(prompts))
    assert len(prompts) >= 24
    for prompt in prompts:
        found = re.fullmatch(r"(\w+) Painting (?:of|with) (.+) in (.+)", prompt)
        assert found is not None, prompt
        style, subject, colour = found.groups()
        assert style in lists.styles
        assert colour in {each.name for each in lists.colours}
        assert subject in all_subjects()
