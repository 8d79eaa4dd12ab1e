"""Refusals and reasons: one sentence with every value, in each language, and found by its code."""

# ruff: noqa: RUF001  # Chinese punctuation

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.core.commands.arguments import parse_text
from bot.core.commands.definitions import find_command
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.errors import RefusalError, reason_of, sentence_of
from ganshare.domain.asked_prompt import read_prompt
from ganshare.domain.limits import check_range, parse_size
from ganshare.errors import AskerError, SettingsError
from ganshare.prompts import draw_prompt, parse_prompts
from ganshare.prompts.languages import read_languages
from ganshare.sentences import SENTENCES, Sentence, sentence

ROOT = Path(__file__).parents[4]
PARTS = ("ganshare", "engine", "bot", "admin")

REFUSED: list[tuple[Callable[[], object], str, str]] = [
    (lambda: check_range("steps", 0, 1, 2000),
     "steps must be between 1 and 2000 (got 0).",
     "步数须在 1 到 2000 之间（给的是 0）。"),
    (lambda: draw_prompt(-1),
     "seed must be between 0 and 9223372036854775807 (got -1).",
     "种子须在 0 到 9223372036854775807 之间（给的是 -1）。"),
    (lambda: draw_prompt(1, "place"),
     "The category 'place' is unknown; allowed are shapes, places and things (did you mean "
     "'places'?).",
     "没有 'place' 这个类别；可用的有 shapes, places, things（您是想用 'places' 吗？）。"),
    (lambda: parse_size("37x41"),
     "The size 37x41 is not offered; both sides must be multiples of 16 from 64 to 1024, and the "
     "area at most that of 512x512 (did you mean 64x64?).",
     "不提供 37x41 这个尺寸；两边须为 64 至 1024 之间 16 的倍数，面积不超过 512x512"
     "（您是想用 64x64 吗？）。"),
    (lambda: parse_size("big"),
     "The size 'big' is not WIDTHxHEIGHT, such as 256x256; both sides must be multiples of 16 "
     "from 64 to 1024, and the area at most that of 512x512.",
     "不提供 'big' 这个尺寸；请写成宽x高，例如 256x256；两边须为 64 至 1024 之间 16 的倍数，"
     "面积不超过 512x512。"),
    (lambda: parse_prompts("a castle | sea:11"),
     "The weight of part 2 must be between -10 and 10 (got '11'); put words with a colon in "
     "quotes to keep them as text.",
     "第 2 部分的权重须在 -10 到 10 之间（给的是 '11'）；若冒号只是文字，请把那些字放进引号。"),
    (lambda: parse_prompts("a castle\x07"),
     "The prompt contains the control character U+0007 at position 9; only visible characters, "
     "spaces and line breaks are allowed.",
     "提示词的第 9 个字符是控制字符 U+0007；只允许可见字符、空格和换行。"),
    (lambda: parse_prompts("x" * 1001),
     "The prompt has 1,001 characters; at most 1,000 are allowed.",
     "提示词有 1,001 个字符；最多允许 1,000 个。"),
    (lambda: read_prompt("hill --sead 5"),
     "There is no option '--sead' (did you mean --seed?); allowed are --ar, --model, --no, "
     "--preset, --seed, --size, --steps; put words that start with -- in quotes to keep them as "
     "text.",
     "没有 '--sead' 这个选项（您是想用 --seed 吗？）；可用 --ar, --model, --no, --preset, --seed, "
     "--size, --steps；若以 -- 开头的只是文字，请放进引号。"),
    (lambda: read_prompt("hill --steps 0"),
     "The option --steps needs a whole number from 1 to 2000, not '0'; put words that start with "
     "-- in quotes to keep them as text.",
     "选项 --steps 必须是 1 到 2000 之间的整数，而不是 '0'；若以 -- 开头的只是文字，请放进引号。"),
    (lambda: parse_text(find_command("random"), "places 9"),
     "count must be between 1 and 5 (got 9).",
     "count 须在 1 到 5 之间（给的是 9）。"),
    (lambda: parse_text(find_command("random"), "planes"),
     "category must be one of shapes, places, things (got 'planes').",
     "category 须为 shapes, places, things 之一（给的是 'planes'）。"),
    (lambda: read_languages(parse_prompts("замок"), ("Latin", "Greek")),
     "Most of the prompt cannot be read: 'замок'; Latin, Greek script can be read.",
     "提示词大部分无法识别：'замок'；可以使用 Latin, Greek 文字。"),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "english", "chinese"), REFUSED, ids=lambda each: str(each)[:20])
def test_a_refusal_says_what_was_given_and_what_is_allowed(
    words: Catalogue, ask: Callable[[], object], english: str, chinese: str
) -> None:
    with pytest.raises(AskerError) as caught:
        ask()
    assert sentence_of(words, "en-GB", caught.value) == english
    assert sentence_of(words, "zh-TW", caught.value) == chinese
    assert caught.value.code is not None
    assert caught.value.values == caught.value.message.values  # type: ignore[attr-defined]


def test_a_sentence_within_a_sentence_is_told_too(words: Catalogue) -> None:
    nudity = sentence("unsafe-label", label="nudity", score="0.98")
    unsafe = sentence("picture-unsafe", reason=nudity)
    assert reason_of(words, "zh", unsafe).endswith("：看起来像裸露内容（0.98）；请换一张。")
    full = sentence("queue-full", given=1200, wait=sentence("wait-minutes", minutes=90))
    assert reason_of(words, "zh", full) == (
        "队列已满：有 1,200 幅画在排队，约需 90 分钟才能画完；请稍后再试。"
    )


@pytest.mark.parametrize(
    "newer",
    [
        Sentence("The moon is full.", "moon", {}),
        Sentence("The engine is cold.", "engine-silent", {"degrees": 3}),
        Sentence("It is so.", "", {}),
    ],
)
def test_a_code_or_values_of_a_newer_engine_leave_the_sentence(
    words: Catalogue, newer: Sentence
) -> None:
    assert reason_of(words, "zh", newer) == newer
    assert sentence_of(words, "zh", SettingsError(newer)) == f"这样不行：{newer}"


def test_values_from_strangers_are_no_markup(words: Catalogue) -> None:
    given = "{ $id } {name} **bold**"
    unknown = sentence("no-job", given=given)
    assert given in unknown
    assert given in reason_of(words, "zh", unknown)
    assert RefusalError("refusal-no-job", given=given).message == unknown


# --- every code everywhere --------------------------------------------------------------------


def test_every_language_has_every_code_with_the_same_values(words: Catalogue) -> None:
    for language in words.languages:
        for code, text in SENTENCES.items():
            values = {name: f"<{name}>" for name in re.findall(r"\{(\w+)", text)}
            said = words.say(language, f"refusal-{code}", **values)
            assert set(re.findall(r"<(\w+)>", said)) == values.keys(), (language, code)


def nodes(*folders: str, holding: str) -> Iterator[tuple[Path, ast.AST]]:
    """Everything in the files that hold a text."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if re.search(holding, text := path.read_text("utf-8")):
                yield from ((path.relative_to(ROOT), each) for each in ast.walk(ast.parse(text)))


def calls(*folders: str, holding: str) -> Iterator[tuple[Path, ast.Call, str]]:
    for path, node in nodes(*folders, holding=holding):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield path, node, node.func.id


def test_every_code_that_is_raised_has_a_sentence_with_the_values_given() -> None:
    raised = {"unknown", "unknown-near"}
    for path, call, name in calls(*PARTS, holding=r"(sentence|listing)\("):
        first = next(iter(call.args), None)
        if name not in ("sentence", "listing") or not isinstance(first, ast.Constant):
            continue
        code, given = str(first.value), {each.arg for each in call.keywords}
        assert code in SENTENCES, path
        raised |= {code, f"{code}-near"} if name == "listing" else {code}
        needed = set(re.findall(r"\{(\w+)", SENTENCES[code]))
        needed -= {"allowed"} if name == "listing" else set()
        assert given == needed or (None in given and given - {None} < needed), (path, code)
    raised |= {f"setting-{kind}" for kind in ("switch", "number", "multiple", "language", "place")}
    raised |= set(re.findall(r'"refusal-([a-z-]+)"', "".join(
        path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.py")
    )))  # fmt: skip
    raised.add("engine-silent")  # in SQL
    assert SENTENCES.keys() - raised == set()


def test_every_refusal_is_named_as_other_languages_look_for_it() -> None:
    ids = {
        str(call.args[0].value)
        for _, call, name in calls("bot", holding="RefusalError")
        if name == "RefusalError" and call.args and isinstance(call.args[0], ast.Constant)
    }
    assert ids
    assert {each for each in ids if not each.startswith("refusal-")} == set()


# Whose errors people of other languages may see.
SPOKEN = ("ganshare/prompts", "ganshare/domain", "ganshare/store/queue", "ganshare/store/rounds",
          "ganshare/store/votes", "ganshare/store/community", "bot/core",
          "bot/web/views")  # fmt: skip
# Raised for code alone, or for whoever installs the bot.
OTHERS = {"ganshare/domain/ranking.py", "ganshare/prompts/sources.py",
          "ganshare/prompts/thompson.py", "bot/core/moderation/prompt_filter.py"}  # fmt: skip
INTERNAL = ("A request is", "The request ", "A ballot's name", "The weight {weight}")


def test_no_mistake_of_an_asker_is_without_a_code() -> None:
    from ganshare import errors  # every class of it by name

    askers = {name for name, each in vars(errors).items()
              if isinstance(each, type) and issubclass(each, AskerError)}  # fmt: skip
    bare = []
    for path, call, name in calls(*SPOKEN, holding="Error"):
        if name in askers and str(path) not in OTHERS and call.args:
            first = call.args[0]
            text = ast.unparse(first).lstrip("f'\"")
            if isinstance(first, ast.Constant | ast.JoinedStr) and not text.startswith(INTERNAL):
                bare.append(f"{path}:{call.lineno} {text}")
    assert bare == []


SENTENCE = r"\b(error|err|exc)\.(message|args)|str\((error|err|exc)\)|\.(error|hidden)\b"
# The sentences of strangers that have no codes, and of our own before they had any.
STRANGERS = {
    "bot/telegram/errors.py",
    "engine/worker/step_pool.py",
    "bot/core/rendering/replies.py",
}


def test_no_code_reads_sentences_to_find_out_what_happened() -> None:
    read = []
    for path, node in nodes(*PARTS, holding=SENTENCE):
        match node:
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[where]):
                looked_at = ast.unparse(where)
            case ast.Call(func=ast.Attribute(attr="startswith" | "endswith", value=where)):
                looked_at = ast.unparse(where)
            case ast.Call(func=ast.Attribute(value=ast.Name("re"))):
                looked_at = ", ".join(ast.unparse(each) for each in node.args[1:])
            case _:
                continue
        if re.search(SENTENCE, looked_at) and str(path) not in STRANGERS:
            read.append(f"{path}:{node.lineno} {ast.unparse(node)}")
    assert read == []
