"""The notebook's loop on taming's and OpenAI's own modules, and ours on the same weights.

Both are given the same views and the same start. Ours is held to what the notebook has: text
targets alone, the full canvas from the first step on, one step size.
"""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from engine.model_folder import load_model_folder
from engine.model_import.add import add_model
from engine.runtime.compute import choose_compute
from engine.synthesis.canvas import Canvas
from engine.synthesis.cutouts import Cutouts
from engine.synthesis.loop import load_painter
from engine.synthesis.request import PaintingRequest
from engine.synthesis.settings import SynthesisSettings
from ganshare.prompts import parse_prompts

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore"),  # the packages' own
]

STEPS, SIDE, CUTOUTS, STEP_SIZE = 20, 64, 8, 0.1
TOLERANCE = 1e-4  # of a loss of about 1, float32; the operations' order differs
PROMPT = "a castle in the fog | the sea:0.5 | people:-0.3"
DDCONFIG = {
    "double_z": False, "z_channels": 16, "resolution": 64, "in_channels": 3, "out_ch": 3, "ch": 32,
    "ch_mult": [1, 2, 2], "num_res_blocks": 1, "attn_resolutions": [16], "dropout": 0.0,
}  # fmt: skip
CLIP_SIZE = (64, 64, 2, 128, 16, 77, 49408, 128, 2, 2)
AS_THE_NOTEBOOK = replace(
    SynthesisSettings(), step_size=STEP_SIZE, final_step_size=STEP_SIZE, coarse_side=SIDE,
    range_weight=0.0, smoothness=0.0, lattice_weight=0.0,
)  # fmt: skip


def openai_file(name):
    """A file of openai-clip, whose package itself imports torchvision."""
    found = importlib.util.find_spec("clip")
    if found is None:
        pytest.skip("openai-clip is not installed")
    return Path(next(iter(found.submodule_search_locations))) / name


def openai(name):
    spec = importlib.util.spec_from_file_location(f"openai_{name}", openai_file(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def models(tmp_path, monkeypatch):
    """Taming's VQModel, OpenAI's CLIP, and our painter with both, by way of their files."""
    taming = pytest.importorskip("taming.models.vqgan", exc_type=ImportError)
    yaml = pytest.importorskip("yaml")
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "models"))
    torch.manual_seed(0)
    params = {"embed_dim": 16, "n_embed": 128, "ddconfig": DDCONFIG,
              "lossconfig": {"target": "taming.modules.losses.vqperceptual.DummyLoss"}}  # fmt: skip
    vqgan = taming.VQModel(**params).eval().requires_grad_(False)
    vqgan.quantize.embedding.weight.normal_()
    vqgan.decoder.conv_out.weight.mul_(0.2)  # within [0, 1], where the notebook's clamp is idle
    torch.save({"state_dict": vqgan.state_dict()}, tmp_path / "last.ckpt")
    config = {"model": {"target": "taming.models.vqgan.VQModel", "params": params}}
    (tmp_path / "last.yaml").write_text(yaml.safe_dump(config))
    clip = openai("model").CLIP(*CLIP_SIZE).eval().requires_grad_(False)
    torch.save(clip.state_dict(), tmp_path / "clip.pt")
    words = openai_file("bpe_simple_vocab_16e6.txt.gz")
    perceptor = load_model_folder(add_model(tmp_path / "clip.pt", vocabulary=words).path)
    compute = choose_compute("cpu", "float32")
    painter = load_painter(add_model(tmp_path / "last.ckpt"), perceptor, compute, AS_THE_NOTEBOOK)
    return vqgan, clip, painter


def read(clip, text):
    words = openai("simple_tokenizer").SimpleTokenizer()
    ids = [words.encoder["<|startoftext|>"], *words.encode(text), words.encoder["<|endoftext|>"]]
    tokens = torch.zeros(1, 77, dtype=torch.long)
    tokens[0, : len(ids)] = torch.tensor(ids)
    return F.normalize(clip.encode_text(tokens), dim=1)[0]


def quantised(latent, codebook):
    """As the notebook's vector_quantize with replace_grad."""
    cells = latent.movedim(1, 3)
    distances = cells.square().sum(-1, keepdim=True) + codebook.square().sum(1)
    chosen = F.one_hot((distances - 2 * cells @ codebook.T).argmin(-1), len(codebook))
    entries = chosen.float() @ codebook
    return (cells + (entries - cells).detach()).movedim(3, 1)


def views_of(image, cutouts):
    """One after another, as the notebook's loop over crops."""
    size = cutouts.size
    for number, (rows, columns) in enumerate(zip(*cutouts.matrices(), strict=True)):
        view = rows @ image[0] @ columns.T
        grey, gain, offset, strength = cutouts.numbers[4:, number]
        view = view.mean(0, keepdim=True).expand(3, -1, -1) if grey else view
        start = number * 7 * size
        noise = cutouts.sheet[start : start + 3 * size * size].view(3, size, size)
        yield (view - 0.5) * gain + 0.5 + offset + strength * noise


def run_notebook(vqgan, clip, start, generator, perceptor):
    targets = [(read(clip, part.text), part.weight) for part in parse_prompts(PROMPT)]
    codebook = vqgan.quantize.embedding.weight
    low, high = (bound[None, :, None, None] for bound in (codebook.amin(0), codebook.amax(0)))
    latent = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([latent], STEP_SIZE)
    losses = []
    for _ in range(STEPS):
        image = vqgan.decode(quantised(latent, codebook)).add(1).div(2)
        assert 0 < image.min() < image.max() < 1
        cutouts = Cutouts.draw(CUTOUTS, SIDE, (SIDE, SIDE), generator, AS_THE_NOTEBOOK.cutouts)
        views = torch.stack(list(views_of(image, cutouts)))
        seen = F.normalize(clip.encode_image((views - perceptor.mean) / perceptor.deviation), dim=1)
        loss = sum(
            weight * (seen - target).norm(dim=1).div(2).arcsin().square().mul(2).mean()
            for target, weight in targets
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            latent.copy_(latent.maximum(low).minimum(high))
        losses.append(loss.item())
    return losses, latent.detach()


def test_the_notebooks_loop_and_ours_follow_the_same_losses(models):
    vqgan, clip, painter = models
    prompts = parse_prompts(PROMPT)
    canvas = Canvas(painter, PaintingRequest(prompts, None, 3, SIDE, SIDE, STEPS, CUTOUTS))
    generator = torch.Generator()
    generator.set_state(canvas.generator.get_state())
    start = canvas.latent.detach().clone()
    expected, latent = run_notebook(vqgan, clip, start, generator, painter.perceptor)
    found = []
    while not canvas.finished:
        canvas.advance()
        found.append(sum(canvas.losses.values()))
    assert (latent - start).abs().mean() > 2 * STEP_SIZE
    assert (canvas.latent - latent).abs().mean() < 0.01 * STEP_SIZE
    assert found == pytest.approx(expected, abs=TOLERANCE)
