"""MiniLM sentence encoder: text -> sentence embedding, weights stored in 8 bits.

Sources: BERT (arXiv:1810.04805), MiniLM (arXiv:2002.10957); weights: all-MiniLM-L6-v2 (Apache-2.0).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Regex, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import NFKD, BertNormalizer, Replace
from tokenizers.normalizers import Sequence as InOrder
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing
from torch import Tensor, nn

from engine.perceptor.text_batching import read_rows

# What neither NFKD nor the loss of accents makes ASCII.
_LETTERS = "ß=ss ẞ=SS æ=ae Æ=AE œ=oe Œ=OE ø=o Ø=O ł=l Ł=L đ=d Đ=D ð=d Ð=D þ=th Þ=Th ə=e Ə=E"
_SIGNS = 'ı=i ŋ=ng Ŋ=Ng ħ=h Ħ=H “=" ”=" „=" «=" »=" ‘=\' ’=\' ʻ=\' —=- –=- −=- ×=x'  # noqa: RUF001 - the signs are the point
_ALIKE = dict(pair.split("=") for pair in f"{_LETTERS} {_SIGNS}".split())


@dataclass(frozen=True)
class MiniLMConfig:
    """Sizes of the encoder."""

    vocabulary_size: int
    width: int = 384
    layers: int = 6
    heads: int = 12
    hidden: int = 1536
    max_tokens: int = 128


class Layer(nn.Module):
    """Self-attention and a GELU network, each normalised after its shortcut."""

    def __init__(self, config: MiniLMConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.attention_norm = nn.LayerNorm(width, eps=1e-12)
        self.up, self.down = nn.Linear(width, config.hidden), nn.Linear(config.hidden, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(batch, tokens, width), mask (batch, 1, 1, tokens) -> (batch, tokens, width)."""
        query, key, value = (
            layer(x).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        x = self.attention_norm(x + self.out(mixed.transpose(1, 2).flatten(2)))
        normalised: Tensor = self.norm(x + self.down(F.gelu(self.up(x))))
        return normalised


class MiniLM(nn.Module):
    """Token ids -> one unit vector for each sentence."""

    def __init__(self, config: MiniLMConfig) -> None:
        super().__init__()
        self.config = config
        self.words = nn.Embedding(config.vocabulary_size, config.width)
        self.positions = nn.Embedding(config.max_tokens, config.width)
        self.norm = nn.LayerNorm(config.width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Ids and mask (batch, tokens) -> (batch, width), unit length: the mean over tokens."""
        positions = torch.arange(ids.shape[1], device=ids.device)
        hidden = self.norm(self.words(ids) + self.positions(positions))
        for layer in self.layers:
            hidden = layer(hidden, mask[:, None, None, :].bool())
        weights = mask[..., None].to(hidden.dtype)
        return F.normalize((hidden * weights).sum(1) / weights.sum(1), dim=1)


def load_tokenizer(vocabulary: Path, max_tokens: int) -> Tokenizer:
    """Lower-casing WordPiece over a vocabulary file with one token a line.

    The vocabulary is ASCII: other Latin letters and signs are read as those that they look like,
    and what is left of a text has no token.
    """
    words = vocabulary.read_text(encoding="utf-8").splitlines()
    numbers = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(WordPiece(numbers, unk_token="[UNK]"))  # noqa: S106 - no password
    alike = [Replace(letter, plain) for letter, plain in _ALIKE.items()]
    tokenizer.normalizer = InOrder(
        [NFKD(), *alike, BertNormalizer(lowercase=True), Replace(Regex("[^\\x00-\\x7f]"), " ")]
    )
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = BertProcessing(
        ("[SEP]", numbers["[SEP]"]), ("[CLS]", numbers["[CLS]"])
    )
    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding(pad_id=numbers["[PAD]"])
    return tokenizer


@torch.no_grad()
def embed_sentences(
    model: MiniLM, tokenizer: Tokenizer, texts: Sequence[str], *, together: bool = False
) -> Tensor:
    """(len(texts), width), unit length; see `read_rows`."""
    device = model.words.weight.device

    def read(ids: Tensor) -> Tensor:
        rows: Tensor = model(ids.to(device), torch.ones_like(ids, device=device))
        return rows

    return read_rows([tokenizer.encode(text).ids for text in texts], read, together=together)
