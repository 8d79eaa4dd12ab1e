"""The embedded upscaler, isr-gans, on its real weights."""

import hashlib
import json
import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

import engine
from engine.upscale.metrics import axis_peaks, phase_spread
from engine.upscale.upscaler import CONTEXT, load_upscaler, upscale, upscale_to

FOLDER = Path(engine.__file__).parent / "models" / "isr-gans"
MODEL = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def load():
    """Load isr-gans with its dense blocks in a given dtype."""
    tensors = load_file(FOLDER / MODEL["weights"])

    def make(dtype=None):
        return load_upscaler(MODEL["architecture"], tensors, name=MODEL["name"], dtype=dtype)

    return make


def picture(height, width):
    """Discs, a gradient, stripes and a slanted edge, antialiased: (3, height, width) in [0, 1]."""
    fine = 4
    y = (torch.arange(height * fine) + 0.5)[:, None] / (height * fine)
    x = (torch.arange(width * fine) + 0.5)[None, :] / (width * fine)
    image = torch.stack([0.3 + 0.4 * x + 0 * y, 0.2 + 0.5 * y + 0 * x, 0.6 - 0.3 * x * y])
    for row, column, radius, colour in (
        (0.3, 0.3, 0.2, (0.9, 0.2, 0.1)),
        (0.65, 0.6, 0.25, (0.1, 0.3, 0.8)),
        (0.7, 0.25, 0.12, (0.95, 0.9, 0.3)),
    ):
        inside = (y - row) ** 2 + (x - column) ** 2 < radius**2
        image = torch.where(inside, torch.tensor(colour)[:, None, None], image)
    image = torch.where(y + 0.4 * x > 1.15, torch.tensor(0.08), image)
    stripes = (torch.sin(40 * x + 12 * y) > 0) & (y < 0.22) & (x > 0.5)
    image = torch.where(stripes, torch.tensor(0.92), image)
    return F.avg_pool2d(image[None], fine)[0]


def psnr(image, truth):
    return -10 * math.log10((image - truth).square().mean())


def test_the_weights_are_those_of_the_model_file():
    digest = hashlib.sha256((FOLDER / MODEL["weights"]).read_bytes()).hexdigest()
    assert digest == MODEL["sha256"]
    assert (MODEL["kind"], MODEL["licence"], MODEL["may_sell"]) == ("upscaler", "MIT", True)


def test_it_beats_bicubic_interpolation(load):
    truth = picture(192, 192)
    # Antialiased bicubic, the degradation that ESRGAN's training undoes.
    small = F.interpolate(truth[None], size=(48, 48), mode="bicubic", antialias=True).clamp(0, 1)
    bicubic = F.interpolate(small, scale_factor=4, mode="bicubic")[0].clamp(0, 1)
    assert psnr(upscale(small[0], load()), truth) > psnr(bicubic, truth) + 1


FLATS = {
    "black": (0.0, 0.0, 0.0),
    "grey": (0.5, 0.5, 0.5),
    "white": (1.0, 1.0, 1.0),
    "red": (1.0, 0.0, 0.0),
    "green": (0.0, 1.0, 0.0),
    "night": (0.05, 0.05, 0.2),
    "ochre": (0.8, 0.5, 0.15),
}
SLOPES = {"across": (0, 1), "down": (1, 0), "aslant": (0.5, 0.5)}


@pytest.mark.parametrize("colour", FLATS.values(), ids=FLATS)
def test_a_plain_colour_stays_plain(load, colour):
    image = torch.tensor(colour)[:, None, None].expand(3, 7, 9)
    grown = upscale(image, load(torch.float32))
    assert phase_spread(grown, 4) <= 0.5
    # the border included: a frame around a sky is seen at once
    assert (grown.amax((1, 2)) - grown.amin((1, 2))).max() * 255 < 1


@pytest.mark.parametrize("slope", SLOPES.values(), ids=SLOPES)
def test_a_ramp_gets_no_lattice(load, slope):
    y, x = torch.linspace(0, 1, 22)[:, None], torch.linspace(0, 1, 18)
    ramp = slope[0] * y + slope[1] * x
    image = torch.stack([0.1 + 0.8 * ramp, 0.8 - 0.6 * ramp, 0.3 + 0.2 * ramp])
    grown = upscale(image, load(torch.float32))
    # along a ramp the phases differ, too: what counts is what is left beside it
    inner = grown[:, 8:-8, 8:-8]
    rows, columns = (torch.arange(float(side)) for side in inner.shape[1:])
    plane = torch.cartesian_prod(rows, columns)
    plane = torch.cat([plane / 100, torch.ones(len(plane), 1)], dim=1)
    wanted = plane @ torch.linalg.lstsq(plane, inner.flatten(1).T).solution
    assert phase_spread(inner - wanted.T.view_as(inner), 4) <= 0.5


def test_the_lattice_goes_and_the_picture_stays(load):
    truth, upscaler = picture(192, 192), load(torch.float32)
    small = F.interpolate(truth[None], size=(48, 48), mode="bicubic", antialias=True)[0].clamp(0, 1)
    grown = upscale(small, upscaler)
    woven = upscale(small, upscaler, keep_lattice=True)
    assert axis_peaks(grown, 4) < 12 < axis_peaks(woven, 4)
    assert psnr(grown, truth) >= psnr(woven, truth)


@pytest.mark.heavy
def test_tiled_equals_untiled_everywhere(load):
    image = picture(70, 90)
    upscaler = load(torch.float32)
    whole = upscale(image, upscaler, tile=1000)
    tiled = upscale(image, upscaler, tile=36)  # 2 x 3 tiles
    assert not torch.equal(tiled, whole), "the tiles must see less than the whole image"
    torch.testing.assert_close(tiled, whole, atol=1e-3, rtol=0)


def test_context_covers_what_the_network_sees(load):
    upscaler = load(torch.float32)
    image = picture(8, 2 * CONTEXT + 9)
    changed = image.clone()
    changed[:, :, -1] = 1 - changed[:, :, -1]
    difference = (upscale(image, upscaler) - upscale(changed, upscaler)).abs()
    assert difference[:, :, -4:].max() > 0.1
    assert difference[:, :, : -4 * (CONTEXT + 1)].max() < 1e-3


def test_bfloat16_is_close_to_float32(load):
    image = picture(24, 24)
    exact = upscale(image, load(torch.float32))
    assert psnr(upscale(image, load(torch.bfloat16)), exact) > 55


def test_the_same_image_gives_the_same_bytes(load):
    image = picture(48, 40)
    assert torch.equal(
        upscale_to(image, [load()], long_side=180), upscale_to(image, [load()], long_side=180)
    )
