"""A colour is the picture's only where a phrase says so; elsewhere it stays with its noun."""

import pytest

from ganshare.prompts import find_attributes
from ganshare.prompts.palette import find_palette, leading_colour


@pytest.mark.parametrize(
    ("text", "colour", "subject"),
    [
        ("a castle in teal", "Teal", "a Castle"),
        ("a castle in TEAL.", "Teal", "a Castle"),
        ("a castle in teal at night", "Teal", "a castle at night"),
        ("a castle in teal, red lanterns", "Teal", "a castle, red lanterns"),
        ("a castle in blue and gold", "Blue", "a Castle"),
        ("a castle in blue, white and gold", "Blue", "a Castle"),
        ("a castle in red & black", "Red", "a Castle"),
        ("a castle in bright red", "Red", "a Castle"),
        ("a castle in gray", "Grey", "a Castle"),
        ("a castle in emerald green", "Emerald", "a Castle"),
        ("a castle in deep ocean blue", "Blue", "a Castle"),
        ("a castle in café au lait", "Café au Lait", "a Castle"),
        ("a boat in blue-green", "Blue", "a Boat"),
        ("a boat in the colour teal", "Teal", "a Boat"),
        ("a boat in violet light", "Violet", "a Boat"),
        ("a boat in the violet light", "Violet", "a Boat"),
        ("a boat in a teal palette", "Teal", "a Boat"),
        ("a boat with a palette of teal and gold", "Teal", "a Boat"),
        ("a boat in shades of sky blue", "Sky Blue", "a Boat"),
        ("a boat in soft shades of teal", "Teal", "a Boat"),
        ("a boat, shades of teal", "Teal", "a Boat"),
        ("a boat, teal tones", "Teal", "a Boat"),
        ("a boat with teal and gold tones", "Teal", "a Boat"),
        ("a boat teal tones", "Teal", "a Boat"),
        ("a boat, teal color scheme", "Teal", "a Boat"),
        ("a boat, colour: teal", "Teal", "a Boat"),
        ("a boat colour: teal", "Teal", "a Boat"),
        ("a boat, color palette: teal and gold, fog", "Teal", "a boat, fog"),
        ("a girl in red tones", "Red", "a Girl"),
        ("Painting of a Girl in Red", "Red", "a Girl"),
        ("Cubist Painting of a Girl in Red", "Red", "a Girl"),
        ("a cat in lime", "Lime", "a Cat"),
        ("a statue in bronze", "Bronze", "a statue"),
        ("in teal", "Teal", None),
        ("an orange in orange", "Orange", "an Orange"),
    ],
)
def test_a_phrase_gives_the_picture_its_colour(text: str, colour: str, subject: str | None) -> None:
    found = find_attributes(text)
    assert (found.colour, found.subject) == (colour, subject)


@pytest.mark.parametrize(
    "text",
    [
        # adjectives
        "a red fox in snow at dawn", "a black hole", "a white house", "a bright red bicycle",
        "two red and blue birds", "an orange bird", "a blue-green lake", "a red light",
        "a parrot with bright green colours", "a zebra in black and white stripes",
        "a girl in a red dress", "a sailor in navy uniform", "a statue in gold leaf",
        "a girl, hair colour: red",
        "a boy in blue jeans", "a street in the red light district", "a cat in a rose garden",
        # names
        "a belief in Gordon Brown", "Green Day", "Gordon Brown", "James Brown in concert",
        "Yellow Submarine", "Snow White",
        "Fifty Shades of Grey", "The Color Purple", "Back in Black", "Black Forest in winter",
        "a farm in Orange County", "a cat in Brown's garden", "a walk in Green Park",
        "a train in Tuscany", "a poem in Mandarin", "Rose in a garden", "Purple Rain in Tokyo",
        # fruits, flowers and other things
        "an orange", "a bowl of oranges", "an orange in a bowl", "a violet in a vase",
        "a lime on a plate", "a lion in the desert", "a fox in snow", "a blackboard", "a goldfish",
        # what people wear
        "man in black", "Men in Black", "a girl in red", "the woman in white at the window",
        "a dog dressed in blue", "a queen all in white", "a man in black shades",
        # idioms
        "out of the blue", "in the pink", "a company in the red", "once in a blue moon",
        "a castle in the blue hour", "a predator", "teal",
        # all or no colours
        "a portrait in black and white", "a portrait in black/white",
    ],
)  # fmt: skip
def test_elsewhere_a_colour_stays_with_its_noun(text: str) -> None:
    assert find_palette(text) == (None, [])
    assert find_attributes(text).colour is None


def test_an_adjective_stays_in_the_subject() -> None:
    text = "a red fox in snow at dawn"
    assert find_attributes(text).subject == text
    assert find_attributes(f"{text}, impressionism, in teal").subject == text


@pytest.mark.parametrize(
    ("text", "colour", "rest"),
    [
        ("red circles", "Red", "circles"),
        ("bright sky blue Circles", "Sky Blue", "Circles"),
        ("a red ring", "Red", "ring"),
        ("circles", None, "circles"),
        ("red", None, "red"),
        ("", None, ""),
    ],
)
def test_a_leading_colour_is_divided_from_its_noun(
    text: str, colour: str | None, rest: str
) -> None:
    found, noun = leading_colour(text)
    assert (found and found.name, noun) == (colour, rest)
