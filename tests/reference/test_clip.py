"""Our CLIP against OpenAI's package, and its names and words against Hugging Face's."""

import importlib.util
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from engine.model_import.clip_state_dict import openai_names
from engine.perceptor.bpe import BASE, BytePairs, read_merges
from engine.perceptor.clip import CLIP, MEAN, ClipConfig, ClipPerceptor

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore"),  # the packages' own
]

VOCABULARY_SIZE, MAX_TOKENS = 49408, 77
TEXTS = (
    "a castle",
    "Fauvist Painting of a Canyon in Maximum Purple",
    "",
    "  two\t\n spaces\u3000and\u00a0more\u00a0",
    "don't we'll I'VE 's",
    "don\u2019t \u201cquote\u201d",
    "caf\u00e9 cafe\u0301",
    "R&amp;B &amp;lt;",
    "1234 5x7",
    "日本の城、夕暮れ",
    "🏰🌅 sky!!!",
    "Ωμέγα ΣΑΣ",
    "İstanbul, naïve-ish_under",
    "word " * 100,
    "!?" * 100,
    "a" * 500,
)


def package_file(name: str) -> Path:
    """A module of openai-clip, whose package itself imports torchvision."""
    found = importlib.util.find_spec("clip")
    if found is None or not found.submodule_search_locations:
        pytest.skip("openai-clip is not installed")
    return Path(next(iter(found.submodule_search_locations))) / name


def imported(name: str):
    spec = importlib.util.spec_from_file_location(f"openai_{name}", package_file(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def randomised(module):
    """Seeded weights of a size at which a lost bias or a swapped norm would show."""
    generator = torch.Generator().manual_seed(1)
    for name, parameter in module.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if name.endswith(("embedding", "embedding.weight", "class_embedding")):
            parameter.data = noise
        elif parameter.ndim > 1:
            parameter.data = noise / parameter[0].numel() ** 0.5
        else:
            parameter.data = 0.2 * noise + float("ln_" in name and name.endswith("weight"))
    return module.eval()


SIZES = {
    "small": (32, 64, 3, 64, 16, 77, 600, 128, 2, 2),
    "ViT-B/32, cut to two layers": (512, 224, 2, 768, 32, 77, VOCABULARY_SIZE, 512, 8, 2),
    "ViT-L/14, cut to two layers": (768, 224, 2, 1024, 14, 77, VOCABULARY_SIZE, 768, 12, 2),
}


@pytest.mark.parametrize("name", SIZES)
def test_both_towers_equal_openais(name):
    theirs = randomised(imported("model").CLIP(*SIZES[name]))
    state = theirs.state_dict()
    config = ClipConfig.of(state)
    ours = CLIP(config).eval()
    ours.load_state_dict(state)  # strict: the names are the same
    side = config.input_size
    assert side == SIZES[name][1]
    images = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(2))
    mean = torch.tensor(MEAN)[:, None, None]
    with torch.inference_mode():
        expected = theirs.encode_image(images - mean)
        assert expected.std() > 0.1
        torch.testing.assert_close(ours.visual(images - mean), expected, atol=2e-4, rtol=2e-4)
        for length in (2, 9, MAX_TOKENS):
            ids = torch.randint(1, config.vocabulary_size - 1, (1, length))
            ids[0, -1] = (
                config.vocabulary_size - 1
            )  # the end token, which theirs finds as the largest
            padded = F.pad(ids, (0, MAX_TOKENS - length))
            expected = theirs.encode_text(padded)
            assert expected.std() > 0.1
            torch.testing.assert_close(ours.read(ids), expected, atol=2e-4, rtol=2e-4)


def test_gradients_at_the_pixels_equal_openais():
    theirs = randomised(imported("model").CLIP(*SIZES["small"]))
    state = theirs.state_dict()
    config = ClipConfig.of(state)
    clip = CLIP(config)
    clip.load_state_dict(state)
    ours = ClipPerceptor(clip.eval(), config, BytePairs([], MAX_TOKENS)).requires_grad_(False)
    images = torch.rand(2, 3, 64, 64, requires_grad=True)
    goal = F.normalize(torch.randn(32), dim=0)
    normalised = (images - ours.mean) / ours.deviation
    expected = F.normalize(theirs.encode_image(normalised), dim=1) @ goal
    (wanted,) = torch.autograd.grad(expected.sum(), images)
    (found,) = torch.autograd.grad((ours.encode_image(images) @ goal).sum(), images)
    assert wanted.abs().max() > 1e-3
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)


@pytest.fixture(scope="module")
def merges():
    return read_merges(package_file("bpe_simple_vocab_16e6.txt.gz"), VOCABULARY_SIZE)


@pytest.mark.parametrize("text", TEXTS)
def test_the_words_are_openais(merges, text):
    pytest.importorskip("ftfy")
    theirs = imported("simple_tokenizer").SimpleTokenizer()
    start, end = (theirs.encoder[f"<|{name}oftext|>"] for name in ("start", "end"))
    expected = [start, *theirs.encode(text)[: MAX_TOKENS - 2], end]
    assert BytePairs(merges, MAX_TOKENS).ids(text) == expected


def test_hugging_faces_weights_and_words_become_openais(merges, tmp_path):
    transformers = pytest.importorskip("transformers")
    tower = {"num_hidden_layers": 2, "hidden_size": 128, "num_attention_heads": 2}
    text = transformers.CLIPTextConfig(
        vocab_size=600, projection_dim=32, **tower, intermediate_size=512,
        bos_token_id=598, eos_token_id=599,
    )  # fmt: skip
    vision = transformers.CLIPVisionConfig(
        image_size=64, patch_size=16, projection_dim=32, **tower, intermediate_size=512
    )
    both = transformers.CLIPConfig(
        text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=32
    )
    theirs = randomised(transformers.CLIPModel(both))
    state = openai_names(theirs.state_dict())
    clip = CLIP(ClipConfig.of(state))
    clip.load_state_dict(state)
    images = torch.rand(2, 3, 64, 64)
    ids = torch.tensor([[598, 5, 6, 7, 599]])
    with torch.inference_mode():
        for found, expected in (
            (clip.visual(images), theirs.get_image_features(pixel_values=images)),
            (clip.read(ids), theirs.get_text_features(input_ids=ids)),
        ):
            expected = getattr(expected, "pooler_output", expected)
            assert expected.std() > 0.05
            torch.testing.assert_close(found, expected, atol=2e-4, rtol=2e-4)
    words = transformers.CLIPTokenizer(vocab=_vocabulary(merges), merges=merges)
    words.save_pretrained(tmp_path)
    read = read_merges(tmp_path / "tokenizer.json", VOCABULARY_SIZE)
    assert read == merges
    for plain in ("a castle", "don't we'll", "日本の城 🏰"):
        assert BytePairs(read, MAX_TOKENS).ids(plain) == words(plain)["input_ids"]


def _vocabulary(merges):
    from engine.perceptor.bpe import END, LETTERS, START

    tokens = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS), *map("".join, merges), START, END]
    assert len(tokens) == BASE + len(merges)
    return {token: number for number, token in enumerate(tokens)}
