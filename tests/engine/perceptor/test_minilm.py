"""The sentence encoder: padding and company change nothing, the tokenizer is BERT's."""

from copy import deepcopy
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer

from engine.perceptor.minilm import MiniLM, MiniLMConfig, embed_sentences, load_tokenizer

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = [*SPECIAL, "a", "of", "the", "cafe", "lake", "cast", "##le", "in", "teal", ",", "."]
TEXTS = ["a lake", "A painting of the Castle in teal.", "", "lake, lake, lake"]


@pytest.fixture(scope="module")
def model() -> MiniLM:
    torch.manual_seed(0)
    model = MiniLM(MiniLMConfig(len(WORDS), width=16, layers=2, heads=4, hidden=32, max_tokens=12))
    for parameter in model.parameters():  # PyTorch's own start would leave attention nearly flat
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.5)
    return model.eval()


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    vocabulary: Path = tmp_path_factory.mktemp("words") / "vocabulary.txt"
    vocabulary.write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    return load_tokenizer(vocabulary, 12)


def test_text_becomes_word_pieces_between_its_ends(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("A Castle, café!").tokens == [
        "[CLS]", "a", "cast", "##le", ",", "cafe", "[UNK]", "[SEP]"
    ]  # fmt: skip


def test_special_tokens_cannot_be_typed(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("[SEP]").tokens.count("[SEP]") == 1


def test_long_text_is_cut(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode("lake " * 100).tokens
    assert len(tokens) == 12
    assert tokens[-1] == "[SEP]"


def test_embeddings_have_length_1(model: MiniLM, tokenizer: Tokenizer) -> None:
    embeddings = embed_sentences(model, tokenizer, TEXTS)
    assert embeddings.shape == (4, 16)
    torch.testing.assert_close(embeddings.norm(dim=1), torch.ones(4))


def test_texts_are_read_where_the_model_is(model: MiniLM, tokenizer: Tokenizer) -> None:
    elsewhere = deepcopy(model).to("meta")  # a device that every machine has
    assert embed_sentences(elsewhere, tokenizer, TEXTS).device.type == "meta"


def test_padding_does_not_change_a_sentence(model: MiniLM, tokenizer: Tokenizer) -> None:
    ids = torch.tensor([tokenizer.encode("a lake").ids])
    with torch.inference_mode():
        bare = model(ids, torch.ones_like(ids))
        for filling in (0, 7):
            padded = torch.cat([ids, torch.full((1, 5), filling)], 1)
            mask = (torch.arange(padded.shape[1]) < ids.shape[1]).long()[None]
            torch.testing.assert_close(model(padded, mask), bare, atol=1e-6, rtol=0)


def test_a_batch_equals_one_by_one(model: MiniLM, tokenizer: Tokenizer) -> None:
    encodings = tokenizer.encode_batch(TEXTS)
    ids = torch.tensor([encoding.ids for encoding in encodings])
    mask = torch.tensor([encoding.attention_mask for encoding in encodings])
    with torch.inference_mode():
        batch = model(ids, mask)
    alone = embed_sentences(model, tokenizer, TEXTS)
    torch.testing.assert_close(batch, alone, atol=1e-5, rtol=0)


def test_other_words_and_another_order_give_another_embedding(
    model: MiniLM, tokenizer: Tokenizer
) -> None:
    one, other, turned = embed_sentences(
        model, tokenizer, ["a lake in teal", "a cafe in teal", "teal in a lake"]
    )
    assert one @ other < 0.999
    assert one @ turned < 0.999
