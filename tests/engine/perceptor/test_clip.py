"""CLIP: unit vectors that views can be pulled to, whatever the company, the length and the type."""

import gzip
import json
import math
from copy import deepcopy
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from engine.model_folder import ModelFolder, sha256_of
from engine.model_import.add import write_model_folder
from engine.perceptor import load_perceptor
from engine.perceptor.bpe import BASE, BytePairs, read_merges, written
from engine.perceptor.clip import CLIP, ClipConfig, ClipPerceptor
from engine.testing import MERGES, tiny_clip
from ganshare.errors import InternalError, ModelError

START, END = BASE - 2 + len(MERGES), BASE - 1 + len(MERGES)


@pytest.fixture(scope="module")
def clip() -> CLIP:
    return tiny_clip()


@pytest.fixture
def perceptor(clip: CLIP) -> ClipPerceptor:
    config = ClipConfig.of(clip.state_dict())
    return ClipPerceptor(clip, config, BytePairs(MERGES, config.max_tokens))


def folder_with(clip: CLIP, path: Path, **architecture: str) -> ModelFolder:
    merges = path.parent / "merges.txt"
    merges.write_bytes(written(MERGES))
    card = {
        "name": "tiny", "kind": "perceptor", "licence": "MIT", "may_sell": False, "source": "",
        "architecture": {"family": "clip", **architecture},
        "files": {"vocabulary": {"path": "merges.txt", "sha256": sha256_of(merges)}},
    }  # fmt: skip
    return write_model_folder(path, clip.state_dict(), card, {"merges.txt": merges})


# --- words ------------------------------------------------------------------------------------


def test_frequent_pairs_become_one_token(perceptor: ClipPerceptor) -> None:
    castle = BASE - 2 + MERGES.index(("cast", "le</w>"))
    assert perceptor.words.ids("castle") == [START, castle, END]
    assert perceptor.words.ids("  CASTLE\n castle ") == [START, castle, castle, END]
    assert perceptor.words.ids("") == [START, END]


def test_a_long_text_is_cut_and_keeps_its_end(perceptor: ClipPerceptor) -> None:
    ids = perceptor.words.ids("castle " * 50)
    assert (len(ids), ids[0], ids[-1]) == (12, START, END)


def test_any_text_has_tokens(perceptor: ClipPerceptor) -> None:
    for text in ("日本", "🏰", "\ud7ff", "<|endoftext|>", "\x00"):
        ids = perceptor.words.ids(text)
        assert len(ids) > 2
        assert {START, END}.isdisjoint(ids[1:-1])


def test_curly_quotes_and_entities_read_like_plain_ones(perceptor: ClipPerceptor) -> None:
    plain = perceptor.words.ids('don\'t "r&b"')
    assert perceptor.words.ids("don\u2019t \u201cr&amp;b\u201d") == plain


@pytest.mark.parametrize("guise", ["openai", "merges", "tokenizer", "older tokenizer"])
def test_all_guises_of_a_vocabulary_are_one(guise: str, tmp_path: Path) -> None:
    path = tmp_path / "vocabulary"
    if guise == "openai":  # with merges that the weights don't know
        lines = ['"bpe_simple_vocab_16e6.txt#version: 0.2', *map(" ".join, [*MERGES, ("x", "y")])]
        path.write_bytes(gzip.compress("\n".join(lines).encode()))
    elif guise == "merges":
        path.write_bytes(written(MERGES))
    else:
        pairs = [" ".join(merge) for merge in MERGES] if "older" in guise else MERGES
        path.write_text(json.dumps({"model": {"type": "BPE", "merges": pairs}}))
    assert read_merges(path, BASE + len(MERGES)) == MERGES


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "has 514 tokens; the weights know 520"),
        (written(MERGES[:-1]), "has 519 tokens; the weights know 520"),
        (b"a b c\n", "is not a CLIP vocabulary; allowed are bpe_simple"),
        (b'{"model": 1}', "is not a CLIP vocabulary"),
        (b"\xff\xfe", "cannot be read"),
        (gzip.compress(b"a b\n" * 9, mtime=0)[:-12], "cannot be read"),
        (gzip.compress(b"\n" * (65 * 2**20), mtime=0), "has more than 64 MiB"),
    ],
)
def test_a_file_that_is_no_vocabulary_is_one_sentence(
    content: bytes, match: str, tmp_path: Path
) -> None:
    path = tmp_path / "vocabulary"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=match):
        read_merges(path, BASE + len(MERGES))


@pytest.mark.parametrize("merges", [[("no", "body")], [("a", "b"), ("a", "b")]])
def test_merges_out_of_order_are_refused(merges: list[tuple[str, str]]) -> None:
    with pytest.raises(ModelError, match="not a list of merges in CLIP's order"):
        BytePairs(merges, 12)


# --- towers -----------------------------------------------------------------------------------


def test_what_guidance_asks_is_there(perceptor: ClipPerceptor) -> None:
    assert (perceptor.input_size, perceptor.subject_dim, perceptor.styles) == (32, 16, ())
    assert math.log(perceptor.sharpness) == pytest.approx(perceptor.clip.logit_scale.item())
    with pytest.raises(InternalError):
        perceptor.read_styles(torch.zeros(1, 3, 160, 160))


def test_company_does_not_change_an_embedding(perceptor: ClipPerceptor) -> None:
    texts = ["a castle", "castle " * 20, "x"]
    rows = perceptor.encode_text(texts)
    torch.testing.assert_close(rows.norm(dim=1), torch.ones(3))
    for text, row in zip(texts, rows, strict=True):
        assert torch.equal(perceptor.encode_text([text])[0], row)
    torch.testing.assert_close(perceptor.encode_text(texts, together=True), rows)
    images = torch.rand(3, 3, 32, 32)
    embedded = perceptor.encode_image(images)
    torch.testing.assert_close(embedded.norm(dim=1), torch.ones(3))
    torch.testing.assert_close(perceptor.encode_image(images[1:2])[0], embedded[1])


def test_texts_and_views_are_read_where_the_model_is(perceptor: ClipPerceptor) -> None:
    elsewhere = deepcopy(perceptor).to("meta")  # a device that every machine has
    assert elsewhere.encode_text(["a castle"]).device.type == "meta"
    assert elsewhere.encode_image(torch.zeros(1, 3, 32, 32, device="meta")).device.type == "meta"


def test_a_word_sees_only_those_before_it(clip: CLIP) -> None:
    def hidden(*ids: int) -> torch.Tensor:
        x = clip.token_embedding(torch.tensor([ids])) + clip.positional_embedding[: len(ids)]
        return clip.transformer(x)[0]

    torch.testing.assert_close(hidden(1, 2, 3)[:2], hidden(1, 2, 9)[:2])
    assert not torch.allclose(hidden(1, 2, 3)[2], hidden(1, 9, 3)[2])


@pytest.mark.parametrize("type_of_views", [torch.float32, torch.bfloat16])
def test_half_precision_finds_the_same_direction(
    perceptor: ClipPerceptor, type_of_views: torch.dtype
) -> None:
    images = torch.rand(4, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        found = perceptor.encode_image(images.to(type_of_views))
    assert found.dtype == torch.float32
    assert F.cosine_similarity(found, perceptor.encode_image(images)).min() > 0.99


def test_pixels_can_be_pulled_to_a_text(perceptor: ClipPerceptor) -> None:
    goal = perceptor.encode_text(["a castle"])[0]
    image = torch.full((1, 3, 32, 32), 0.5, requires_grad=True)
    optimizer = torch.optim.Adam([image], 0.05)
    before = (perceptor.encode_image(image) @ goal).item()
    for _ in range(20):
        optimizer.zero_grad()
        loss = -(perceptor.encode_image(image) @ goal).sum()
        loss.backward()
        optimizer.step()
    assert -loss.item() > before + 0.3


# --- folders ----------------------------------------------------------------------------------


def test_a_folder_of_the_family_loads_frozen_in_float32(clip: CLIP, tmp_path: Path) -> None:
    loaded = load_perceptor(folder_with(tiny_clip().half(), tmp_path / "tiny")).to("cpu")
    assert isinstance(loaded, ClipPerceptor)
    assert not loaded.training
    assert {(p.dtype, p.requires_grad) for p in loaded.parameters()} == {(torch.float32, False)}
    image = torch.rand(1, 3, 32, 32)
    own = ClipPerceptor(clip, loaded.config, loaded.words).encode_image(image)
    assert F.cosine_similarity(own, loaded.encode_image(image)) > 0.999


def test_the_exact_gelu_is_another_model(tmp_path: Path, clip: CLIP) -> None:
    quick = load_perceptor(folder_with(clip, tmp_path / "quick"))
    exact = load_perceptor(folder_with(clip, tmp_path / "exact", activation="gelu"))
    image = torch.rand(1, 3, 32, 32)
    assert not torch.allclose(quick.encode_image(image), exact.encode_image(image), atol=1e-4)


@pytest.mark.parametrize(
    ("architecture", "match"),
    [
        ({"family": "clipp"}, r"family of perceptors 'clipp' is unknown.*did you mean 'clip'"),
        ({"family": "1"}, "family of perceptors '1' is unknown; allowed are embedded, clip"),
        ({"activation": "relu"}, "activation 'relu' is unknown; allowed are quick_gelu and gelu"),
    ],
)
def test_what_a_card_may_not_say_is_one_sentence(
    architecture: dict[str, str], match: str, clip: CLIP, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=match):
        load_perceptor(folder_with(clip, tmp_path / "tiny", **architecture))
