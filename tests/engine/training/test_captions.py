"""Captions: what is said of a picture, and how."""

import numpy as np
import pytest
from PIL import Image

from engine.training.captions import (
    Described,
    caption,
    cleaned_title,
    drawing_subject,
    style_texts,
    styles_of,
    with_article,
)

BLUE = Image.new("RGB", (40, 40), "#2453c8")


def captions_of(described: Described, count: int = 200, *, name_colour: bool = False) -> set[str]:
    rng = np.random.default_rng(0)
    return {caption(described, rng, name_colour=name_colour) for _ in range(count)}


def test_a_caption_has_the_form_of_a_prompt() -> None:
    said = captions_of(Described(BLUE, "a lake", "impressionist", "Claude Monet"))
    assert said == {
        f"{body}{artist}"
        for body in (
            "an impressionist painting of a lake",
            "an impressionist painting",
            "a painting of a lake",
            "a lake",
        )
        for artist in ("", " by Claude Monet")
    }


def test_a_caption_always_says_something() -> None:
    assert captions_of(Described(BLUE)) == {"a painting"}
    assert all(captions_of(Described(BLUE, style="cubist")))


def test_the_medium_is_named() -> None:
    assert "a drawing of a cat" in captions_of(Described(BLUE, "a cat", medium="drawing"))


def test_the_colour_of_the_picture_is_named_when_asked_for() -> None:
    said = captions_of(Described(BLUE, "a lake"), name_colour=True)
    assert "a painting of a lake in blue" in said
    assert all(" in " in text for text in said)


def test_a_known_colour_comes_before_the_one_that_is_seen() -> None:
    said = captions_of(Described(BLUE, "a lake", colour="Crimson"), name_colour=True)
    assert all(text.endswith(" in Crimson") for text in said)


def test_captions_repeat_for_a_seed() -> None:
    described = Described(BLUE, "a lake", "impressionist", "Claude Monet")
    first, second = (
        [caption(described, rng, name_colour=bool(i % 2)) for i in range(20)]
        for rng in (np.random.default_rng(4), np.random.default_rng(4))
    )
    assert first == second


@pytest.mark.parametrize(
    ("labels", "artist", "styles"),
    [
        ("Impressionism", "Claude Monet", ["impressionist"]),
        ("Abstract_Art|Abstractionism", "Nobody", ["abstract"]),
        ("Expressionism", "Henri Matisse", ["fauvist", "expressionist"]),
        ("Something_Else", "Nobody", []),
    ],
)
def test_styles_come_from_the_painter_and_the_labels(
    labels: str, artist: str, styles: list[str]
) -> None:
    assert styles_of(labels, artist) == styles


@pytest.mark.parametrize(("name", "said"), [("car side", "a car side"), ("owl", "an owl")])
def test_names_get_their_article(name: str, said: str) -> None:
    assert with_article(name) == said


@pytest.mark.parametrize(
    ("title", "cleaned"),
    [
        ("The Lake (detail) 1889", "The Lake"),
        ("Still Life 2", "Still Life"),
        ("1901", ""),
    ],
)
def test_titles_lose_years_and_leftovers(title: str, cleaned: str) -> None:
    assert cleaned_title(title) == cleaned


def test_a_drawing_is_named_by_its_file_and_folder() -> None:
    assert drawing_subject(["animals", "big_cats", "black_panther_01_jane.png"]) == (
        "black panther, big cats"
    )
    assert drawing_subject(["rose.png"]) == "rose png"


def test_a_style_is_asked_for_by_its_adjective_and_the_datas_names() -> None:
    assert "a geometric painting" in style_texts("geometric")
    assert {"suprematism painting", "neoplasticism painting"} <= set(style_texts("geometric"))
    assert "a painting in the style of cubism" in style_texts("cubist")
