"""The drawing that a canvas starts from: a shape in the named colour, the same for a seed."""

import pytest
import torch

from engine.imaging.colours import hex_to_rgb
from engine.imaging.shapes import DRAWINGS
from engine.synthesis.shape_init import draw_shape_inits
from ganshare.prompts.attributes import Attributes, find_attributes
from wordlists import word_lists


def asked(prompt: str) -> Attributes:
    return find_attributes(prompt)


@pytest.mark.parametrize(("width", "height"), [(256, 256), (320, 192), (128, 384)])
def test_it_has_the_size_of_the_canvas_and_the_colour_that_was_named(
    width: int, height: int
) -> None:
    attributes = asked("Abstract Painting with Spirals in Cobalt Blue")
    (image,) = draw_shape_inits(attributes, height, width, 3, 1)
    assert image.shape == (3, height, width)
    assert 0 <= image.min() <= image.max() <= 1
    cobalt = hex_to_rgb("#0047ab")
    near = (image - cobalt[:, None, None]).norm(dim=0) < 0.15
    assert near.float().mean() > 0.2


def test_a_seed_gives_its_own_drawings_each_another() -> None:
    attributes = asked("Cubist Painting with Triangles in Amber")
    first, second, other = (draw_shape_inits(attributes, 128, 128, seed, 2) for seed in (1, 1, 2))
    assert all(map(torch.equal, first, second))
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[0], other[0])


def test_an_adjective_is_the_colour_of_the_shape_and_not_of_the_ground() -> None:
    def red(prompt: str) -> torch.Tensor:
        (image,) = draw_shape_inits(asked(prompt), 128, 128, 3, 1)
        return (image - hex_to_rgb("#ff0000")[:, None, None]).norm(dim=0) < 0.15

    shape, ground = red("red circles"), red("circles in red")
    assert shape.float().mean() > 0.05
    assert ground.float().mean() > 0.2
    assert not (shape & ground).any()
    assert red("a bright red spiral in teal").any()
    assert not red("circles").any()


@pytest.mark.parametrize("prompt", ["Cubist Painting of a Castle in Amber", "a long poem", ""])
def test_whatever_is_no_shape_has_none(prompt: str) -> None:
    assert draw_shape_inits(asked(prompt), 128, 128, 1, 8) == []


def test_most_shapes_of_the_word_list_can_be_drawn() -> None:
    shapes = [shape.lower() for shape in word_lists().shapes]
    assert sum(shape in DRAWINGS for shape in shapes) > 0.8 * len(shapes)
