"""On a GPU, where there is one: the same bytes each time, and after an interruption."""

import pytest
import torch

from engine.model_folder import default_model
from engine.synthesis.canvas import Canvas
from engine.synthesis.loop import load_painter, paint
from engine.synthesis.request import PaintingRequest
from ganshare.prompts import WeightedPrompt
from ganshare.prompts.attributes import find_attributes

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


@pytest.mark.parametrize("subject", ["with Spirals", "of a Boat"])
def test_a_painting_repeats_and_goes_on_from_a_saved_state(subject: str) -> None:
    painter = load_painter(default_model("vqgan"), default_model("perceptor"), "cuda")
    text = f"Geometric Painting {subject} in Cobalt Blue"
    prompts = (WeightedPrompt(text, 1.0),)
    request = PaintingRequest(prompts, find_attributes(text), 1, 256, 256, 40, 16)
    (*_, (first,)), (*_, (second,)) = (paint(painter, [request]) for _ in range(2))
    assert torch.equal(first.image, second.image)
    canvas, resumed = Canvas(painter, request), Canvas(painter, request)
    for _ in range(20):
        canvas.advance()
    resumed.restore(canvas.state())
    while not resumed.finished:
        resumed.advance()
    assert torch.equal(resumed.frame().image, first.image)
