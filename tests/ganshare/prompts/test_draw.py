"""Random prompts repeat for a seed, and what they were drawn from is recognised in any text."""

import itertools
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganshare.errors import AskerError, ParameterError, PromptError
from ganshare.prompts import (
    CATEGORIES,
    MAX_SEED,
    Attributes,
    draw_prompt,
    find_attributes,
)
from wordlists import word_lists

# --- drawing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seed", "text"),
    [
        (0, "Postmodern Painting of a Kangaroo in Deep Pink"),
        (1, "Cubist Painting of a Spoon in Deep Lilac"),
        (7, "Expressionist Painting with Prisms in Blue"),
        (2**32, "Cubist Painting of an Archipelago in Pacific Blue"),
        (MAX_SEED, "Expressionist Painting of a River in Lime"),
    ],
)
def test_a_seed_draws_the_same_prompt_for_ever(seed: int, text: str) -> None:
    assert draw_prompt(seed).text == text


def test_a_drawn_prompt_says_what_it_was_drawn_from() -> None:
    drawn = draw_prompt(7)
    attributes = drawn.attributes
    connective = "with" if attributes.category == "shapes" else "of"
    assert drawn.seed == 7
    assert drawn.text == (
        f"{attributes.style} Painting {connective} {attributes.subject} in {attributes.colour}"
    )


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_is_kept_to(category: str) -> None:
    for seed in range(50):
        attributes = draw_prompt(seed, category).attributes
        assert attributes.category == category
        assert attributes.subject in word_lists().subjects(category)


@pytest.mark.parametrize("trait", ["style", "colour"])
def test_a_seed_draws_otherwise_in_each_category(trait: str) -> None:
    drawn = {
        tuple(getattr(draw_prompt(seed, category).attributes, trait) for seed in range(50))
        for category in (None, *CATEGORIES)
    }
    assert len(drawn) == 1 + len(CATEGORIES)


@pytest.mark.parametrize(
    ("category", "text"),
    [
        ("shapes", "Geometric Painting with Concentric Circles in Eggshell"),
        ("places", "Geometric Painting of a Mountain in Cherry Blossom Pink"),
        ("things", "Futurist Painting of Cattle in Copper"),
    ],
)
def test_a_seed_draws_the_same_in_a_category_for_ever(category: str, text: str) -> None:
    assert draw_prompt(7, category).text == text


def test_each_category_is_as_likely() -> None:
    drawn = [draw_prompt(seed).attributes.category for seed in range(3_000)]
    for category in CATEGORIES:
        assert 900 < drawn.count(category) < 1_100


def test_an_unknown_category_is_answered_with_the_nearest() -> None:
    with pytest.raises(PromptError, match=r"allowed are shapes, places and things") as caught:
        draw_prompt(1, "Place")
    assert caught.value.nearest == "places"
    assert caught.value.given == "Place"
    assert "did you mean 'places'?" in str(caught.value)


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(ParameterError, match="seed must be between 0 and"):
        draw_prompt(seed)


def test_an_error_survives_a_process_boundary() -> None:
    with pytest.raises(AskerError) as caught:
        draw_prompt(1, "Place")
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert (type(copy), str(copy), copy.nearest) == (PromptError, str(caught.value), "places")


def test_traits_read_as_a_marketplace_shows_them() -> None:
    attributes = Attributes("Futurist", "a City", "places", "Teal", "#008080")
    assert attributes.as_traits() == {
        "Style": "Futurist",
        "Subject": "City",
        "Category": "Places",
        "Colour": "Teal",
        "Hex": "#008080",
    }


def test_what_is_unknown_is_no_trait() -> None:
    assert Attributes(subject="a robot").as_traits() == {"Subject": "a robot"}


# --- recognising ------------------------------------------------------------------------------


def prompt_of(style: str, subject: str, category: str, colour: str) -> str:
    connective = "with" if category == "shapes" else "of"
    return f"{style} Painting {connective} {subject} in {colour}"


def test_every_style_and_subject_is_recognised_again() -> None:
    lists = word_lists()
    colours = itertools.cycle(lists.colours)
    for style, category in itertools.product(lists.styles, CATEGORIES):
        for subject in lists.subjects(category):
            colour = next(colours)
            found = find_attributes(prompt_of(style, subject, category, colour.name))
            assert found == Attributes(style, subject, category, colour.name, colour.hex)


@pytest.mark.parametrize("subject", ["an Orange", "a Rose", "a Lion"])
def test_every_colour_is_recognised_again(subject: str) -> None:
    for colour in word_lists().colours:
        found = find_attributes(prompt_of("Cubist", subject, "things", colour.name))
        assert found == Attributes("Cubist", subject, "things", colour.name, colour.hex)


@given(st.integers(0, MAX_SEED))
def test_what_is_drawn_is_recognised_in_any_case(seed: int) -> None:
    drawn = draw_prompt(seed)
    assert find_attributes(drawn.text) == drawn.attributes
    assert find_attributes(drawn.text.lower()) == drawn.attributes
    assert find_attributes(drawn.text.upper() + ".") == drawn.attributes


@pytest.mark.parametrize(
    ("text", "style", "subject", "colour"),
    [
        ("a cat", None, "a Cat", None),
        ("a red bicycle", None, "a red bicycle", None),
        ("gray cat", None, "gray cat", None),
        ("a cat in gray", None, "a Cat", "Grey"),
        ("a ship in navy", None, "a ship", "Navy Blue"),
        ("a lake in blue-green", None, "a Lake", "Blue"),
        ("two birds in red and blue", None, "two birds", "Red"),
        ("a castle in cafe au lait", None, "a Castle", "Café au Lait"),
        ("a castle in the style of cubism, in teal", "Cubist", "a Castle", "Teal"),
        ("a castle in teal, in the style of cubism", "Cubist", "a Castle", "Teal"),
        ("a city in a fauvist style", "Fauvist", "a City", None),
        ("a large cubist painting of a city", "Cubist", "a City", None),
        ("an abstract cat in shades of sky blue", "Abstract", "a Cat", "Sky Blue"),
        ("oil painting of a lighthouse, impressionism, rose tones", "Impressionist",
         "a lighthouse", "Rose"),
        ("Surrealist painting of a robot in the rain in teal", "Surrealist",
         "a robot in the rain", "Teal"),
        ("a boat in Vivid Burgundy Brown", None, "a Boat", "Vivid Burgundy Brown"),
        ("a red boat in teal", None, "a red boat", "Teal"),
        ("cubism", "Cubist", None, None),
        ("🦊 in teal", None, "🦊", "Teal"),
        ("", None, None, None),
    ],
)  # fmt: skip
def test_free_text_gives_what_it_says(
    text: str, style: str | None, subject: str | None, colour: str | None
) -> None:
    found = find_attributes(text)
    assert (found.style, found.subject, found.colour) == (style, subject, colour)
    assert (found.hex is None) == (colour is None)


@pytest.mark.parametrize(
    "text",
    [
        "an orange",
        "an orange in a bowl",
        "Cubist Painting of an Orange",
        "a violet in a vase",
        "a lion in the desert",
        "a fox in snow",
        "a train in Tuscany",
        "a rose garden",
        "a predator",  # holds "red"
        "a hundred",
    ],
)
def test_things_and_places_are_no_colours(text: str) -> None:
    assert find_attributes(text).colour is None


def test_an_orange_may_be_orange_and_a_futuristic_city_is_no_futurist_one() -> None:
    assert find_attributes("an orange in orange").subject == "an Orange"
    assert find_attributes("a futuristic city").style is None


@given(st.text(max_size=300))
def test_recognising_never_fails(text: str) -> None:
    found = find_attributes(text)
    assert found.subject is None or re.search(r"\S", found.subject)


WORDS = ["in", "teal", "and", "orange", "a", "cubist", "painting", "of", "shades", "-", ",", "sky"]


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_recognising_never_fails_on_its_own_words(words: list[str]) -> None:
    find_attributes(" ".join(words))
