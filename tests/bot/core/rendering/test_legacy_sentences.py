"""What the store and the engines say in English is told in every language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.errors import sentence_of
from bot.core.rendering.legacy_sentences import reason_of, translate
from ganshare import errors
from ganshare.errors import AskerError, PromptError, SettingsError
from ganshare.prompts import parse_prompts

GANSHARE = Path(errors.__file__).parent
SPOKEN = (
    "asked_prompt.py",
    "prompts/options.py",
    "prompts/parse.py",
    "prompts/parts.py",
    "domain/limits.py",
    *(f"store/{name}.py" for name in (
        "queue/submit", "community/accounts", "community/gallery", "community/moderation",
        "rounds/curation", "rounds/entries", "store", "votes/votes", "votes/rate_guards",
    )),
)  # fmt: skip
ASKERS = {name for name, each in vars(errors).items()
          if isinstance(each, type) and issubclass(each, AskerError)}  # fmt: skip
# Told by their values, see bot/core/rendering/errors.py; or to be met on a command line alone.
OTHERWISE = (
    r"The prompt has 7 characters|The size|.* is out of range|You have|The queue is full|"
    r"The weight 7 must|"
    r"No engine paints with this model"
)


def sentences(path: Path) -> Iterator[str]:
    """The errors' sentences in a file, with a 7 for whatever is put into them."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        if node.func.id in ASKERS:
            for branch in _branches(node.args[0]):
                if text := _text(branch):
                    yield text


def _branches(node: ast.expr) -> list[ast.expr]:
    return [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "7" for part in node.values)
    return ""


@pytest.mark.parametrize("name", SPOKEN)
def test_every_sentence_is_known(words: Catalogue, name: str) -> None:
    found = [each for each in sentences(GANSHARE / name) if not re.match(OTHERWISE, each)]
    unknown = [each for each in found if translate(words, "zh", _as_said(each)) is None]
    assert unknown == []


def _as_said(sentence: str) -> str:
    """Put in what stands there in truth, where that is no number."""
    return sentence.replace("nearly full: 7,", "nearly full: 7 jobs are waiting,")


def test_the_files_still_have_sentences() -> None:
    assert sum(len(list(sentences(GANSHARE / name))) for name in SPOKEN) >= 25


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("The setting allowed cannot be 'x'; allowed is on or off, or default.", "允许 on 或 off"),
        ("The setting max_side cannot be '7'; allowed is a multiple of 16 from 64 to 1024, or "
         "default.", "64 到 1024 之间 16 的倍数"),
        ("The setting daily_quota cannot be '-1'; allowed is a number from 0 to 9, or default.",
         "0 到 9 的数字"),
        ("The setting language cannot be '!'; allowed is a language such as en or zh, or default.",
         "例如 en or zh"),
        ("The picture to begin from is not accepted: it looks like nudity (0.98); please take "
         "another one.", "看起来像裸露内容"),
        ("The image the init image is damaged or ends too early.", "不是可读取的图片"),
        ("the init image is not an image, or not of an allowed format (PNG).", "不是可读取的图片"),
        ("The engine has too little memory for this painting.", "内存不足"),
        ("The engine gpu-1-ab fell silent at step 12 of attempt 3.", "第 12 步"),
        ("Something went wrong inside GANshare, sorry (id 0a1b2c3d).", "0a1b2c3d"),
    ],
)  # fmt: skip
def test_what_engines_and_settings_say_is_told_in_chinese(
    words: Catalogue, sentence: str, said: str
) -> None:
    told = reason_of(words, "zh", sentence)
    assert said in told
    assert "cannot" not in told
    assert reason_of(words, "en", sentence) == sentence
    assert said in sentence_of(words, "zh-TW", SettingsError(sentence))


def test_what_is_not_known_stands_as_it_was(words: Catalogue) -> None:
    assert reason_of(words, "zh", "a check of somebody's own") == "a check of somebody's own"
    assert "New." in sentence_of(words, "zh", SettingsError("New."))


@pytest.mark.parametrize("prompt", ["", "a:-1", "a\x07b", "|", "a:11", "a|" * 17, "a (b:2) c"])
def test_prompts_that_cannot_be_read_are_explained_in_chinese(
    words: Catalogue, prompt: str
) -> None:
    with pytest.raises(PromptError) as caught:
        parse_prompts(prompt)
    said = sentence_of(words, "zh", caught.value)
    assert re.search("[\u4e00-\u9fff]", said)
    assert not re.search(r"[a-z]{4,}", said)
