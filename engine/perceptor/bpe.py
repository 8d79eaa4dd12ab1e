"""CLIP's tokenizer: byte-level byte-pair encoding (arXiv:1508.07909).

All tokens and their numbers follow from a list of merges, which comes in three formats: OpenAI's
`bpe_simple_vocab_16e6.txt.gz`, and `merges.txt` and `tokenizer.json` beside others' weights. A
model folder holds the merges alone.
"""

import gzip
import html
import json
import re
import unicodedata
import zlib
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Split
from tokenizers.pre_tokenizers import Sequence as Steps
from tokenizers.processors import BertProcessing

from ganshare.errors import ModelError, quoted

__all__ = ["GUISES", "BytePairs", "read_merges", "written"]

Merge = tuple[str, str]

START, END = "<|startoftext|>", "<|endoftext|>"
LETTERS = sorted(ByteLevel.alphabet())  # a printable character for each byte, in the order of CLIP
BASE = 2 * len(LETTERS) + 2  # within a word and, with `</w>`, at its end; START and END
GUISES = ("bpe_simple_vocab_16e6.txt.gz", "merges.txt", "tokenizer.json")
MAX_BYTES = 64 * 2**20  # unpacked; OpenAI's 262,000 lines take 3

_VERSION = "#version:"  # in a list's first line
_WORDS = Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")
_STRAIGHT = dict.fromkeys((0x02BC, *range(0x2018, 0x201C)), "'") | dict.fromkeys(
    range(0x201C, 0x2020), '"'
)


def cleaned(text: str) -> str:
    """Lower case, single spaces, no HTML entities, straight quotes, accents composed.

    OpenAI's tokenizer also mends text that was decoded wrongly (ftfy); this one takes it as it is.
    """
    text = html.unescape(html.unescape(text)).translate(_STRAIGHT)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip().lower()


class BytePairs:
    """CLIP's tokenizer.

    Args:
        merges: pairs of tokens that become one, the most frequent first.
        max_tokens: of a text, start and end included; a longer one is cut.

    Raises:
        ModelError: a merge that joins what there is no token for, or makes one a second time.
    """

    def __init__(self, merges: Sequence[Merge], max_tokens: int) -> None:
        tokens = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS)]
        tokens += [first + second for first, second in merges]
        tokens += [START, END]
        numbers = {token: number for number, token in enumerate(tokens)}
        known = all(part in numbers for merge in merges for part in merge)
        if not known or len(numbers) != len(tokens):
            raise ModelError("The vocabulary is not a list of merges in CLIP's order.")
        self._tokenizer = Tokenizer(BPE(numbers, list(merges), end_of_word_suffix="</w>"))
        self._tokenizer.pre_tokenizer = Steps(
            [Split(_WORDS, "removed", invert=True), ByteLevel(False, use_regex=False)]
        )
        self._tokenizer.post_processor = BertProcessing(
            (END, numbers[END]), (START, numbers[START])
        )
        self._tokenizer.enable_truncation(max_tokens)

    def ids(self, text: str) -> list[int]:
        """Numbers of the tokens, start and end included."""
        found: list[int] = self._tokenizer.encode(cleaned(text)).ids
        return found


def read_merges(path: Path, vocabulary_size: int) -> list[Merge]:
    """The merges of a vocabulary of that many tokens, from any of the three guises.

    Raises:
        ModelError: unreadable, none of them, or of fewer tokens.
    """
    text = _unpack(path)
    try:
        pairs = _of_json(text) if text.lstrip().startswith("{") else _of_lines(text)
        merges = [(first, second) for first, second in pairs][: vocabulary_size - BASE]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = (
            f"{quoted(path.name)} is not a CLIP vocabulary; allowed are {GUISES[0]}, {GUISES[1]} "
            f"and {GUISES[2]}."
        )
        raise ModelError(message, given=path.name) from error
    if BASE + len(merges) != vocabulary_size:
        raise ModelError(
            f"The vocabulary {quoted(path.name)} has {BASE + len(merges)} tokens; the weights know "
            f"{vocabulary_size}.",
            given=BASE + len(merges),
            allowed=vocabulary_size,
        )
    return merges


def written(merges: Sequence[Merge]) -> bytes:
    """The content of a merges.txt, from which `read_merges` reads the same."""
    return "\n".join([f"{_VERSION} 0.2", *map(" ".join, merges), ""]).encode()


def _unpack(path: Path) -> str:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            message = f"The vocabulary {quoted(path.name)} has more than {MAX_BYTES >> 20} MiB."
            raise ModelError(message, given=path.name, allowed=MAX_BYTES)
        return content.decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        message = f"The vocabulary {quoted(str(path))} cannot be read."
        raise ModelError(message, given=str(path)) from error


def _of_lines(text: str) -> list[list[str]]:
    lines = text.split("\n")  # other line breaks are tokens
    return [line.split(" ") for line in lines[_VERSION in lines[0] :] if line]


def _of_json(text: str) -> list[list[str]]:
    pairs = json.loads(text)["model"]["merges"]
    return [pair.split(" ") if isinstance(pair, str) else pair for pair in pairs]
