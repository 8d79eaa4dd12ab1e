"""Measures what more steps are worth, and whether prompt parts count by their weights.

Each painting is a line of JSON in `--out`; existing ones are not painted again.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.synthesis.loops import EVALUATION_SEED, EVALUATION_VIEWS
from engine.model_folder import default_model
from engine.synthesis.canvas import Canvas
from engine.synthesis.cutouts import Cutouts, CutoutSettings
from engine.synthesis.loop import load_painter
from engine.synthesis.painter import Painter
from engine.synthesis.request import (
    DEFAULT_CUTOUTS,
    DEFAULT_SIDE,
    PaintingRequest,
    attributes_of,
    parse_size,
)
from ganshare.prompts import find_attributes, parse_prompts

# Chosen before any of them was painted.
STEPS = (120, 240, 480)
PROMPTS = (
    "a red fox in snow at dawn",
    "an old fisherman with a white beard",
    "Fauvist Painting of a Canyon in Maximum Purple",
    "Geometric Painting with Spirals in Cobalt Blue",
    "Cubist Painting of a Violin in Raw Sienna",
)
PAIRS = (
    ("a cat", "a stormy sea"),
    ("a castle", "a forest"),
    ("an owl", "a bicycle"),
    ("a lighthouse", "a sunflower"),
    ("a horse", "a volcano"),
)


@dataclass(frozen=True)
class Painted:
    """One painting's figures.

    Args:
        loss: the loop's own terms on fixed views without augmentation, of what would be saved.
        likeness: mean cosine of these views and the subject of each part, by its text.
    """

    prompt: str
    seed: int
    steps: int
    steps_taken: int
    size: str
    num_cutouts: int
    dtype: str
    loss: float
    likeness: dict[str, float]


def measure(painter: Painter, request: PaintingRequest, texts: tuple[str, ...]) -> Painted:
    """Paint a request and look at it; `texts` name the subjects whose likeness is wanted."""
    canvas = Canvas(painter, request)
    while not canvas.finished:
        canvas.advance()
    image = canvas.frame().image[None].to(painter.device)
    with torch.no_grad():
        embeddings = _embed_fixed_views(painter, image)
        terms = [loss for _, loss in canvas.objective.asked(image, embeddings)]
        likeness = {text: _likeness(painter, embeddings, text) for text in texts}
    return Painted(
        " | ".join(f"{part.text}:{part.weight:g}" for part in request.prompts),
        request.seed,
        request.steps,
        canvas.step,
        f"{request.width}x{request.height}",
        request.num_cutouts,
        str(painter.dtype).removeprefix("torch."),
        torch.stack(terms).sum().item(),
        likeness,
    )


def _embed_fixed_views(painter: Painter, image: Tensor) -> Tensor:
    """(1, 3, height, width) -> (EVALUATION_VIEWS, dim), a few at a time."""
    plain = CutoutSettings(overhang=0.0, grey=0.0, noise=0.0, jitter=0.0)
    generator = torch.Generator().manual_seed(EVALUATION_SEED)
    sides = (image.shape[2], image.shape[3])
    size = painter.perceptor.input_size
    views = Cutouts.draw(EVALUATION_VIEWS, size, sides, generator, plain).to(image.device)(image)
    return torch.cat([painter.perceptor.encode_image(some) for some in views.split(4)])


def _likeness(painter: Painter, embeddings: Tensor, text: str) -> float:
    width = painter.perceptor.subject_dim
    subject = find_attributes(text).subject or text
    own = F.normalize(painter.perceptor.encode_text([subject])[0][:width], dim=0)
    return (F.normalize(embeddings[:, :width], dim=1) @ own.to(embeddings.device)).mean().item()


def wanted_steps() -> Iterator[tuple[str, int | None, tuple[str, ...]]]:
    """Prompt, steps and subjects of each painting that shows what steps are worth."""
    yield from ((prompt, steps, ()) for prompt in PROMPTS for steps in STEPS)


def wanted_parts() -> Iterator[tuple[str, int | None, tuple[str, ...]]]:
    """The same for weights: each pair both ways, and with little of the first."""
    for pair in PAIRS:
        one, two = pair
        for prompt in (f"{one} | {two}", f"{two} | {one}", f"{one}:0.2 | {two}"):
            yield prompt, None, pair


@click.command()
@click.argument("what", type=click.Choice(["steps", "parts"]))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--size", default=f"{DEFAULT_SIDE}x{DEFAULT_SIDE}", show_default=True)
@click.option("--steps", default=STEPS[0], show_default=True, help="Of each pair's paintings.")
@click.option("--num-cutouts", default=DEFAULT_CUTOUTS, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--at-most", type=int, help="Paint so many now; the others stay for another run.")
def main(
    *, what: str, out: Path, size: str, steps: int, num_cutouts: int, seed: int, at_most: int | None
) -> None:
    """Measure what is missing in --out, and print all of it."""
    done = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    width, height = parse_size(size)
    painter = load_painter(default_model("vqgan"), default_model("perceptor"))
    left = at_most
    for prompt, own_steps, texts in wanted_steps() if what == "steps" else wanted_parts():
        parts = parse_prompts(prompt)
        request = PaintingRequest(
            parts, attributes_of(parts), seed, width, height, own_steps or steps, num_cutouts
        )
        key = _key(request)
        if left == 0 or any(key == _key_of(line) for line in done):
            continue
        left = None if left is None else left - 1
        done.append(asdict(measure(painter, request, texts)))
        with out.open("a") as file:
            file.write(json.dumps(done[-1]) + "\n")
    for line in done:
        likeness = ", ".join(f"{text} {value:.3f}" for text, value in line["likeness"].items())
        steps_told = f"{line['steps_taken']:4} of {line['steps']:4} steps"
        click.echo(f"{steps_told}  loss {line['loss']:.4f}  {line['prompt']}  {likeness}")


def _key(request: PaintingRequest) -> tuple[Any, ...]:
    prompt = " | ".join(f"{part.text}:{part.weight:g}" for part in request.prompts)
    size = f"{request.width}x{request.height}"
    return prompt, request.seed, request.steps, size, request.num_cutouts


def _key_of(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line[name] for name in ("prompt", "seed", "steps", "size", "num_cutouts"))


if __name__ == "__main__":
    main()
