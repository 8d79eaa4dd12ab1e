"""Each part of a prompt counts by its share of the weights."""

import pytest

from ganshare.prompts import Attributes, attributes_of, parse_prompts, shares_of


def test_shares_go_by_weight_and_leave_out_what_is_pushed_away() -> None:
    shares = shares_of(parse_prompts("a cat:0.5 | a stormy sea:2 | people:-3 | fog:0"))
    assert [(part.text, part.share) for part in shares] == [("a stormy sea", 0.8), ("a cat", 0.2)]
    assert [part.attributes.subject for part in shares] == ["a stormy sea", "a Cat"]


@pytest.mark.parametrize("texts", [("a cat", "a stormy sea"), ("a:0.1", "b:0.7", "c:0.1")])
def test_the_order_of_parts_makes_no_difference(texts: tuple[str, ...]) -> None:
    there, back = (shares_of(parse_prompts(" | ".join(each))) for each in (texts, texts[::-1]))
    assert there == back
    assert sum(part.share for part in there) == pytest.approx(1)


def test_nothing_to_paint_has_no_shares() -> None:
    assert shares_of(()) == ()
    assert attributes_of(()) == Attributes()


@pytest.mark.parametrize(
    ("prompt", "style", "subject", "colour"),
    [
        ("Cubist Painting of a City in Teal:0.5 | fauvist harbour:2", "Fauvist", "a Harbour",
         "Teal"),
        ("a castle | in teal:2 | cubism:0.1", "Cubist", "a Castle", "Teal"),
        ("a cat | a dog", None, "a Cat", None),
        ("a dog | a cat", None, "a Dog", None),
        ("a cat:0.3 | a dog in red:-2", None, "a Cat", None),
    ],
)  # fmt: skip
def test_attributes_come_from_the_heaviest_part_that_says_them(
    prompt: str, style: str | None, subject: str | None, colour: str | None
) -> None:
    found = attributes_of(parse_prompts(prompt))
    assert (found.style, found.subject, found.colour) == (style, subject, colour)
