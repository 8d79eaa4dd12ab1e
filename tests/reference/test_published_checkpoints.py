"""Checkpoints saved as the originals save them, added by the command's own function, judge alike.

Each network is the original's module with random weights: the large CLIPs at two layers with their
published widths, heads included.
"""

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from engine.model_folder import load_model_folder
from engine.model_import.add import add_model
from engine.perceptor import load_perceptor
from engine.vqgan import load_vqgan

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore"),  # the packages' own
]

DDCONFIG = {
    "double_z": False, "z_channels": 16, "resolution": 64, "in_channels": 3, "out_ch": 3, "ch": 32,
    "ch_mult": [1, 2, 2], "num_res_blocks": 1, "attn_resolutions": [16], "dropout": 0.0,
}  # fmt: skip
LOSS = {"target": "taming.modules.losses.vqperceptual.DummyLoss"}


def randomised(module):
    """Seeded weights of a size at which a lost bias or a swapped norm would show."""
    generator = torch.Generator().manual_seed(1)
    for name, parameter in module.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if name.endswith(("embedding", "embedding.weight", "class_embedding", "embed.weight")):
            parameter.data = noise
        elif parameter.ndim > 1:
            parameter.data = noise / parameter[0].numel() ** 0.5
        elif parameter.ndim:
            parameter.data = 0.2 * noise + float("weight" in name)
    for name, buffer in module.named_buffers():
        if name.endswith("running_mean"):
            buffer.copy_(0.2 * torch.randn(buffer.shape, generator=generator))
        if name.endswith("running_var"):
            buffer.copy_(1 + torch.rand(buffer.shape, generator=generator))
    return module.eval()


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path


# --- taming-transformers ----------------------------------------------------------------------


@dataclass
class Published:
    network: torch.nn.Module
    config: dict


def taming_model(name):
    """A network of taming's, made from its configuration as its own main.py makes it."""
    pytest.importorskip("taming.models.vqgan", exc_type=ImportError)
    from taming.main import instantiate_from_config

    params = {"embed_dim": 16, "n_embed": 128, "ddconfig": DDCONFIG, "lossconfig": LOSS}
    vqgan = {"target": "taming.models.vqgan.VQModel", "params": params}
    config = {
        "VQModel": vqgan,
        "with a palette": {**vqgan, "params": {**params, "colorize_nlabels": 182}},
        "GumbelVQ": {
            "target": "taming.models.vqgan.GumbelVQ",
            "params": {**params, "temperature_scheduler_config": {
                "target": "taming.lr_scheduler.LambdaWarmUpCosineScheduler",
                "params": dict.fromkeys(
                    ("warm_up_steps", "max_decay_steps"), 10
                ) | {"lr_min": 1e-6, "lr_max": 1.0, "lr_start": 1.0}}},
        },
        "Net2NetTransformer": {
            "target": "taming.models.cond_transformer.Net2NetTransformer",
            "params": {
                "cond_stage_key": "coord",
                "transformer_config": {
                    "target": "taming.modules.transformer.mingpt.GPT",
                    "params": {"vocab_size": 128, "block_size": 64, "n_layer": 2, "n_head": 4,
                               "n_embd": 64},
                },
                "first_stage_config": vqgan,
                "cond_stage_config": vqgan,
            },
        },
    }[name]  # fmt: skip
    return Published(randomised(instantiate_from_config(config)), config)


def save_as_lightning_1_0_8(network, config, path):
    """What its Trainer.save_checkpoint writes, hyper-parameters of OmegaConf included."""
    omegaconf = pytest.importorskip("omegaconf")
    callbacks = pytest.importorskip("pytorch_lightning.callbacks")
    checkpoint = {
        "epoch": 1,
        "global_step": 1000,
        "pytorch-lightning_version": "1.0.8",
        "callbacks": {callbacks.ModelCheckpoint: {"best_model_score": torch.tensor(0.3),
                                                  "best_model_path": "x", "dirpath": "y"}},
        "optimizer_states": [torch.optim.Adam(network.parameters()).state_dict()],
        "lr_schedulers": [],
        "state_dict": network.state_dict(),
        "hparams_name": "config",
        "hyper_parameters": omegaconf.OmegaConf.create(config["params"]),
        "hparams_type": omegaconf.DictConfig,
    }  # fmt: skip
    torch.save(checkpoint, path)


@pytest.mark.parametrize("name", ["VQModel", "with a palette", "GumbelVQ", "Net2NetTransformer"])
@pytest.mark.parametrize("configured", ["by its yaml", "by itself"])
def test_a_lightning_checkpoint_paints_as_tamings_own(models, name, configured):
    yaml = pytest.importorskip("yaml")
    published = taming_model(name)
    path = models / "last.ckpt"
    save_as_lightning_1_0_8(published.network, published.config, path)
    if configured == "by its yaml":
        (models / "last.yaml").write_text(yaml.safe_dump({"model": published.config}))
    elif name == "GumbelVQ":
        pytest.skip("its parameters alone don't say that it is one")
    ours = load_vqgan(add_model(path))
    theirs = getattr(published.network, "first_stage_model", published.network)
    image = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(2)) * 2 - 1
    with torch.inference_mode():
        quantised = ours.encode(image)
        if name == "GumbelVQ":
            indices = theirs.quantize.proj(theirs.quant_conv(theirs.encoder(image))).argmax(1)
        else:
            indices = theirs.encode(image)[2][2].view(2, 16, 16)
        assert torch.equal(quantised.indices, indices)
        codes = theirs.quantize.get_codebook_entry(indices.flatten(), (2, 16, 16, 16))
        expected = theirs.decode(codes)
        assert expected.std() > 0.1
        torch.testing.assert_close(ours.decode_indices(indices), expected, atol=1e-4, rtol=0)


# --- CLIP -------------------------------------------------------------------------------------

LARGE = ("ViT-H-14", "ViT-g-14", "ViT-bigG-14")
RESNETS = ("RN50", "RN101", "RN50x4", "RN50x16", "RN50x64")


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    """OpenAI's, as the package has it."""
    found = pytest.importorskip("open_clip", exc_type=ImportError)
    return Path(found.__file__).parent / "bpe_simple_vocab_16e6.txt.gz"


def open_clip_model(name, *, quick=False, custom_text=False):
    """open_clip's own module of that name, cut to two layers, and its configuration."""
    open_clip = pytest.importorskip("open_clip", exc_type=ImportError)
    config = open_clip.get_model_config(name)
    is_resnet = isinstance(config["vision_cfg"]["layers"], list)
    config["vision_cfg"]["layers"] = [1, 2, 1, 1] if is_resnet else 2
    config["text_cfg"]["layers"] = 2
    if quick:
        config["quick_gelu"] = True
    kind = open_clip.CustomTextCLIP if custom_text else open_clip.CLIP
    return randomised(kind(**config)), config


def assert_judges_alike(folder, theirs, side):
    ours = load_perceptor(load_model_folder(folder))
    assert ours.input_size == side
    images = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(2))
    ids = ours.words.ids("a castle in the fog")
    padded = torch.zeros(1, 77, dtype=torch.long)
    padded[0, : len(ids)] = torch.tensor(ids)
    with torch.inference_mode():
        for found, expected in (
            (ours.encode_image(images), theirs.encode_image((images - ours.mean) / ours.deviation)),
            (ours.encode_text(["a castle in the fog"]), theirs.encode_text(padded)),
        ):
            assert expected.std() > 0.01
            expected = torch.nn.functional.normalize(expected.float(), dim=1)
            torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", [*LARGE, *RESNETS])
def test_open_clips_weights_judge_as_there(models, vocabulary, name):
    theirs, config = open_clip_model(name, quick=name in RESNETS)
    torch.save(theirs.state_dict(), models / "open_clip_pytorch_model.bin")
    told = {"model_cfg": config, "preprocess_cfg": {}}
    (models / "open_clip_config.json").write_text(json.dumps(told))
    folder = add_model(models / "open_clip_pytorch_model.bin", vocabulary=vocabulary).path
    assert_judges_alike(folder, theirs, config["vision_cfg"]["image_size"])


@pytest.mark.parametrize("custom_text", [False, True])
def test_open_clips_training_checkpoint_judges_as_the_trained(models, vocabulary, custom_text):
    theirs, config = open_clip_model("ViT-B-32", custom_text=custom_text)
    state = {f"module.{key}": value for key, value in theirs.state_dict().items()}
    optimizer = torch.optim.AdamW(theirs.parameters()).state_dict()
    checkpoint = {"epoch": 3, "name": "run", "state_dict": state, "optimizer": optimizer,
                  "scaler": {"scale": 65536.0}}  # fmt: skip
    torch.save(checkpoint, models / "epoch_3.pt")
    (models / "ViT-B-32.json").write_text(json.dumps(config))
    folder = add_model(
        models / "epoch_3.pt", config=models / "ViT-B-32.json", vocabulary=vocabulary
    ).path
    assert_judges_alike(folder, theirs, 224)


def openai_model(*sizes):
    """openai-clip's own module; its package imports torchvision, the file does not."""
    spec = importlib.util.find_spec("clip")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("openai-clip is not installed")
    file = Path(next(iter(spec.submodule_search_locations))) / "model.py"
    spec = importlib.util.spec_from_file_location("openai_model", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return randomised(module.CLIP(*sizes))


@pytest.mark.parametrize("form", ["archive", "state dict", "old state dict", "module"])
def test_openais_resnet_judges_as_openais(models, vocabulary, form):
    theirs = openai_model(1024, 224, (1, 2, 1, 1), 64, None, 77, 49408, 512, 8, 2)
    path = models / "RN50.pt"
    if form == "archive":
        traced = (torch.rand(1, 3, 224, 224), torch.zeros(1, 77, dtype=torch.long))
        torch.jit.trace(theirs, traced).save(path)
    elif form == "module":
        importlib.util.sys.modules["openai_model"] = importlib.util.module_from_spec(
            importlib.util.spec_from_loader("openai_model", None)
        )
        for kind in {type(each) for each in theirs.modules()}:
            setattr(importlib.util.sys.modules["openai_model"], kind.__name__, kind)
        torch.save(theirs, path)
    else:
        is_new = form == "state dict"
        torch.save(theirs.state_dict(), path, _use_new_zipfile_serialization=is_new)
    assert_judges_alike(add_model(path, vocabulary=vocabulary).path, theirs, 224)


def test_siglip_is_refused_in_one_sentence(models, vocabulary):
    from ganshare.errors import ModelError

    open_clip = pytest.importorskip("open_clip", exc_type=ImportError)
    config = open_clip.get_model_config("ViT-B-16-SigLIP")
    names = {"logit_scale", "logit_bias", "text.token_embedding.weight", "visual.trunk.pos_embed"}
    torch.save(dict.fromkeys(names, torch.zeros(1)), models / "siglip.bin")
    (models / "open_clip_config.json").write_text(json.dumps({"model_cfg": config}))
    with pytest.raises(ModelError, match="timm_model_name, which no CLIP has") as error:
        add_model(models / "siglip.bin", vocabulary=vocabulary)
    assert "\n" not in str(error.value)


def test_open_clips_plug_in_judges_as_open_clip(models):
    from engine.model_import.add import write_model_folder
    from engine.perceptor.open_clip import load

    open_clip = pytest.importorskip("open_clip", exc_type=ImportError)
    name = "ViT-S-32-alt"
    theirs = randomised(open_clip.create_model(name, pretrained=None))
    card = {"name": "small", "kind": "perceptor", "licence": "MIT", "may_sell": False,
            "source": "random", "architecture": {"family": "open_clip", "model": name}}  # fmt: skip
    ours = load(write_model_folder(models / "models" / "small", theirs.state_dict(), card))
    images = torch.rand(2, 3, ours.input_size, ours.input_size)
    with torch.inference_mode():
        expected = theirs.encode_image((images - ours.mean) / ours.deviation)
        words = theirs.encode_text(open_clip.get_tokenizer(name)(["a castle"]))
    for found, wanted in (
        (ours.encode_image(images), expected),
        (ours.encode_text(["a castle"]), words),
    ):
        wanted = torch.nn.functional.normalize(wanted, dim=1)
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)
