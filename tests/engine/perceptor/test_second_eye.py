"""The second eye tells pictures of a subject apart, and is no part of a perceptor's identity."""

from dataclasses import replace

import numpy as np
import torch

from engine.imaging.shapes import draw_shapes
from engine.model_folder import SECOND_EYE, default_model
from engine.perceptor import default_perceptor

SHAPES = ("circles", "triangles", "spirals")
INKS = (20, 30, 40), [(250, 240, 200), (200, 40, 40)]


def test_a_shape_is_seen_in_its_drawing() -> None:
    eye = default_perceptor().second_eye
    assert eye is not None
    rng = np.random.default_rng(3)
    drawings = [np.array(draw_shapes(shape, rng, *INKS)) for shape in SHAPES]
    images = [torch.from_numpy(each).permute(2, 0, 1)[None].float() / 255 for each in drawings]
    seen = torch.cat([eye.embed_images(image) for image in images])
    asked = eye.embed_texts(SHAPES)
    assert torch.allclose(torch.cat([seen, asked]).norm(dim=1), torch.ones(6))
    assert (seen @ asked.T).argmax(0).tolist() == [0, 1, 2]


def test_it_is_no_part_of_the_perceptors_identity() -> None:
    folder = default_model("perceptor")
    without = {name: extra for name, extra in folder.extras.items() if name != SECOND_EYE}
    assert SECOND_EYE in folder.extras
    assert replace(folder, extras=without).identity == folder.identity
