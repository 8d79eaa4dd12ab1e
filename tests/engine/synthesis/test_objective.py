"""The objective: what a request asks for becomes weighted losses, part by part."""

from dataclasses import replace

import pytest
import torch

from engine.model_folder import default_model
from engine.synthesis.loop import load_painter
from engine.synthesis.objective import Objective
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest
from ganshare.prompts import attributes_of, parse_prompts
from wordlists import CATEGORIES, word_lists

CANYON = "Cubist Painting of a Canyon in Teal"


@pytest.fixture(scope="module")
def painter() -> Painter:
    return load_painter(default_model("vqgan"), default_model("perceptor"))


def request(text: str, seed: int = 1, **overrides: object) -> PaintingRequest:
    prompts = parse_prompts(text)
    fields = {"width": 64, "height": 64, "steps": 5, "num_cutouts": 3, **overrides}
    return PaintingRequest(prompts, attributes_of(prompts), seed, **fields)  # type: ignore[arg-type]


def objective(painter: Painter, text: str, **overrides: object) -> Objective:
    return Objective.of(request(text, **overrides), painter)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (CANYON, "cubist"),
        ("an Art Nouveau painting of a rose | mist:0.2", "art nouveau"),
        ("a post-impressionist painting of a rose", "post-impressionist"),
        ("Surrealist painting of a cow", "surrealist"),
        ("a red sun", None),
        ("Postmodern Painting of a Teapot in Mint Green", None),
    ],
)
def test_a_style_that_can_be_read_leads_the_painting(
    painter: Painter, text: str, name: str | None
) -> None:
    styles = objective(painter, text).styles
    assert [style.name for style in styles] == ([] if name is None else [name])
    assert all(style.name not in style.rivals for style in styles)


def test_a_style_is_told_from_those_that_prompts_may_have(painter: Painter) -> None:
    (style,) = objective(painter, CANYON).styles
    assert "impressionist" in style.rivals
    assert "post-impressionist" not in style.rivals


def test_what_is_akin_to_the_subject_is_hardly_a_rival(painter: Painter) -> None:
    (contrast,) = objective(painter, CANYON).contrasts
    subjects = [text for category in CATEGORIES for text in word_lists().subjects(category)]
    assert len(contrast.rivals) == len(subjects)
    canyon, gorge, teapot = (
        contrast.handicaps[subjects.index(text)].item()
        for text in ("a Canyon", "a Gorge", "a Teapot")
    )
    assert canyon == pytest.approx(painter.settings.forgiven)
    assert canyon > gorge > teapot + 0.1


def test_the_second_eye_looks_for_the_subjects_alone(painter: Painter) -> None:
    (second,) = objective(painter, CANYON).seconds
    assert painter.second_eye is not None
    (canyon,) = painter.second_eye.embed_texts(["a Canyon"])
    assert torch.equal(second.subject, canyon)
    assert second.weight == painter.settings.second_weight
    heavy, light = objective(painter, "a canyon:3 | a teapot | fog:-0.5").seconds
    assert heavy.weight == pytest.approx(3 * light.weight)
    without = painter.with_settings(replace(painter.settings, second_weight=0.0))
    assert objective(without, CANYON).seconds == ()


def test_a_warm_painter_has_embedded_the_word_lists_for_both_eyes(painter: Painter) -> None:
    cold = Painter(painter.vqgan, painter.perceptor)
    cold.warm()
    assert vars(cold).keys() >= {"word_list_subjects", "second_subjects"}


def test_the_second_eye_leads_a_canvas_to_the_subject(painter: Painter) -> None:
    generator = torch.Generator().manual_seed(5)
    image = torch.rand(1, 3, 96, 96, generator=generator).requires_grad_()
    (second,) = objective(painter, "a violin").seconds

    def losses(image: torch.Tensor) -> torch.Tensor:
        seen = painter.look_again(image, torch.Generator().manual_seed(6))
        assert seen is not None
        assert seen.shape == (painter.settings.second_views, len(second.subject))
        return second.loss(seen)

    before = losses(image)
    (gradient,) = torch.autograd.grad(before, image)
    after = losses(image.detach() - gradient / gradient.abs().max() * 0.05)
    assert after < before


def test_what_another_part_asks_for_is_hardly_a_rival(painter: Painter) -> None:
    teapot, canyon = objective(painter, "a canyon | a teapot:3").contrasts
    subjects = [text for category in CATEGORIES for text in word_lists().subjects(category)]
    for contrast in (teapot, canyon):
        for wanted in ("a Canyon", "a Teapot"):
            handicap = contrast.handicaps[subjects.index(wanted)].item()
            assert handicap == pytest.approx(painter.settings.forgiven)
    assert teapot.weight == pytest.approx(3 * canyon.weight)


def test_the_drawing_that_shows_its_shape_best_is_painted_over(painter: Painter) -> None:
    triangles = request("Abstract Painting with Triangles in Teal", 4, width=128, height=128)
    hasty = Painter(
        painter.vqgan, painter.perceptor, settings=replace(painter.settings, drawings=1)
    )
    first, best = (Objective.of(triangles, each) for each in (hasty, painter))

    def loss(chosen: Objective) -> float:
        assert chosen.composition is not None
        drawing, generator = chosen.composition.drawing[None], torch.Generator().manual_seed(4)
        views = painter.cut(drawing, triangles.num_cutouts, generator)
        return best.contrasts[0].loss(painter.embed(views)).item()

    assert loss(best) < loss(first)


def test_each_subject_pulls_by_its_share(painter: Painter) -> None:
    wanted = objective(painter, "a cat:0.2 | a stormy sea | people:-0.3")
    subjects = [target for target in wanted.targets if target.name == "subject"]
    subjects += wanted.contrasts
    views = torch.randn(4, len(wanted.targets[0].embedding))
    views = torch.nn.functional.normalize(views, dim=1).requires_grad_()
    pulls = [torch.autograd.grad(one.loss(views), views)[0].norm().item() for one in subjects]
    assert [target.weight for target in subjects] == pytest.approx(
        [share * weight for weight in (painter.settings.subject_weight,
         painter.settings.contrast_weight) for share in (1 / 1.2, 0.2 / 1.2)]
    )  # fmt: skip
    assert pulls[0] > 3 * pulls[1]  # the sea's, the cat's


def test_style_and_palette_count_by_their_shares(painter: Painter) -> None:
    wanted = objective(painter, "Cubist castle:3 | in teal | fauvist:-1")
    (style,), (palette,) = wanted.styles, wanted.palettes
    assert style.name == "cubist"
    assert style.weight == pytest.approx(0.75 * painter.settings.reading_weight)
    assert palette.weight == pytest.approx(0.25 * painter.settings.palette_weight)


def test_a_shape_in_any_part_is_drawn_in_the_named_colour(painter: Painter) -> None:
    composition = objective(
        painter, "a lake in teal | spirals:0.5", width=128, height=128
    ).composition
    assert composition is not None
    assert composition.weight == pytest.approx(painter.settings.composition_weight / 3)
    teal = torch.tensor([0.0, 0.5, 0.5])[:, None, None]
    assert ((composition.drawing - teal).norm(dim=0) < 0.15).float().mean() > 0.2


def test_a_wide_target_image_is_seen_by_its_centre(painter: Painter) -> None:
    wide = torch.rand(3, 40, 100, generator=torch.Generator().manual_seed(0))
    centre = wide[:, :, 30:70]

    def target(image: torch.Tensor) -> torch.Tensor:
        wanted = PaintingRequest((), None, 3, 64, 64, target_images=(image,))
        return Objective.of(wanted, painter).targets[0].embedding

    assert torch.equal(target(wide), target(centre))


def test_an_init_image_takes_the_place_of_a_drawing(painter: Painter) -> None:
    spirals = "Geometric Painting with Spirals in Teal"
    drawn = objective(painter, spirals)
    started = objective(painter, spirals, init_image=torch.zeros(3, 64, 64))
    assert drawn.composition is not None
    assert started.composition is None
    for weaker, full in zip(drawn.styles, started.styles, strict=True):
        assert weaker.weight == pytest.approx(painter.settings.drawn_reading * full.weight)


def test_the_loss_is_the_sum_of_its_named_parts(painter: Painter) -> None:
    wanted = objective(painter, "Cubist spirals in teal")
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    embeddings = painter.embed(painter.cut(image, 3, torch.Generator().manual_seed(0)))
    total, parts = wanted.loss(image, embeddings, read_styles=True)
    assert total.item() == pytest.approx(sum(part.item() for part in parts.values()))
    assert list(parts) == [
        "Cubist spirals in teal", "style", "subject", "palette", "composition", "range",
        "smoothness", "lattice",
    ]  # fmt: skip
    by_words = wanted.loss(image, embeddings, read_styles=False)[1]
    assert by_words["style"] < parts["style"]
