"""Chinese is read in English; what no perceptor reads is named, and refused above a half."""

import pytest

from ganshare import extras
from ganshare.prompts import WeightedPrompt, find_attributes, parse_prompts
from ganshare.prompts.chinese import cedict
from ganshare.prompts.languages import (
    LATIN,
    PromptReading,
    UnreadablePromptError,
    read_languages,
)
from wordlists import CATEGORIES
from wordlists.chinese import ChineseName, chinese_names


def read(text: str, scripts: tuple[str, ...] = LATIN) -> PromptReading:
    return read_languages(parse_prompts(text), scripts)


def texts(text: str) -> str:
    return " | ".join(prompt.text for prompt in read(text).prompts)


def names(what: str) -> list[tuple[ChineseName, str]]:
    return [(entry, each) for entry in chinese_names() for each in entry.chinese
            if entry.list == what]  # fmt: skip


def test_every_colour_is_found_by_each_of_its_names() -> None:
    wrong = {
        chinese: found
        for entry, chinese in names("colours")
        if (found := find_attributes(texts(f"立体派的城堡，{chinese}")).colour) != entry.name
    }
    assert wrong == {}


def test_every_subject_is_found_by_each_of_its_names() -> None:
    wrong = {
        chinese: found
        for category in CATEGORIES
        for entry, chinese in names(category)
        if (found := find_attributes(texts(f"立体派风格的{chinese}，群青色")).subject) != entry.name
    }
    assert wrong == {}


def test_every_style_is_found_by_each_of_its_names() -> None:
    for entry, chinese in names("styles"):
        assert find_attributes(texts(f"{chinese}的城堡，群青色")).style == entry.name, chinese


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("未来主义风格的城市画，鲜艳的酒红棕色",
         "Futurist Painting of a City in Vivid Burgundy Brown"),
        ("赭石色的未来主义城市", "Futurist Painting of a City in Ochre"),
        ("抽象画：同心圆，用米粉色", "Abstract Painting with Concentric Circles in Beige Pink"),
        ("雪山上的红色寺庙", "red temple on a snowy mountain"),
        ("夜晚的蓝色大海", "blue sea at night"),
        ("两只猫坐在窗台上", "two cats sitting on a windowsill"),
        ("在雪地里奔跑的红狐狸", "red fox running in the snow"),
        ("梵高风格的星空", "starry sky in the style of van Gogh"),
        ("被雪覆盖的村庄", "village covered with snow"),
        ("冰雪覆盖的山峰", "mountain covered with ice and snow"),
        ("火山脚下的小村庄", "little village at the foot of volcano"),
        ("用玻璃做成的树", "tree made of glass"),
        ("山上有一座古老的城堡", "an ancient castle on a mountain"),
        ("一條龍在雲中飛翔", "a dragon flying in the clouds"),
        ("没有人的沙滩", "beach without people"),
        ("以红色和黑色为主的抽象画", "abstract painting in red and black"),
        ("三米高的雕像", "three meters tall statues"),
        ("一个5岁的小女孩", "a 5 years old little girl"),
        ("“红色”的狐狸", "red fox"),
        ("a 红色 temple", "a red temple"),
        ("a painting of 龙, at night", "a painting of dragon, at night"),
        ("城堡 | 大海:0.5 | 人:-0.3", "castle | sea | person"),
    ],
)  # fmt: skip
def test_chinese_reads_as_english(chinese: str, english: str) -> None:
    assert texts(chinese) == english
    assert read(chinese).is_changed


def test_weights_stay_with_their_parts() -> None:
    assert read("城堡 | 大海:0.5").prompts == (
        WeightedPrompt("castle", 1.0),
        WeightedPrompt("sea", 0.5),
    )


@pytest.mark.parametrize(
    "prompt",
    ["a castle", "José's café in São Paulo", "việt nam đẹp", "straße, Łódź, smørrebrød", "1984",
     "x² + y²", "ａ ｃａｓｔｌｅ", "ﬁne ①", "a • b — “so”", "Çeşme'de gün batımı"],
)  # fmt: skip
def test_latin_letters_numbers_and_signs_are_not_touched(prompt: str) -> None:
    parts = parse_prompts(prompt)
    assert read_languages(parts) == PromptReading(parts, (), is_changed=False)


@pytest.mark.parametrize(
    ("prompt", "unread", "left"),
    [
        ("a castle замок", ("замок",), "a castle"),
        ("a red fox, 🦊🦊", ("🦊🦊",), "a red fox"),
        ("fox🦊 in snow", ("🦊",), "fox in snow"),
        ("a ❤️ in the sky", ("❤️",), "a in the sky"),
        ("红色的狐狸 🦊", ("🦊",), "red fox"),
        ("a castle | замок", ("замок",), "a castle"),
        ("the temple of हिन्दी", ("हिन्दी",), "the temple of"),
        ("the words ไทย on a wall", ("ไทย",), "the words on a wall"),
        ("東京駅", ("駅",), "Tokyo"),
    ],
)
def test_fewer_than_half_are_left_out(prompt: str, unread: tuple[str, ...], left: str) -> None:
    assert read(prompt).unread == unread
    assert texts(prompt) == left


@pytest.mark.parametrize(
    "prompt",
    ["Замок у моря", "مسجد أزرق", "हिन्दी मंदिर", "ไทย", "한국의 성", "日本語の城", "🦊",
     "ελληνικά νησιά", "大きな城", "Замок | город | castle:0.1", "замок | a castle:-1", "的"],
)  # fmt: skip
def test_more_than_half_is_refused_in_one_sentence(prompt: str) -> None:
    with pytest.raises(UnreadablePromptError, match="English and Chinese can be read") as caught:
        read(prompt)
    assert caught.value.message.count(".") == 1


def test_japanese_is_not_read_as_chinese() -> None:
    assert read("a big old castle, 城の絵").unread == ("城", "の", "絵")


def test_a_perceptor_that_reads_more_is_left_to_it() -> None:
    both = ("Latin", "Han", "Cyrillic")
    for prompt in ("雪山上的红色寺庙", "Замок у моря"):
        assert not read(prompt, both).is_changed
    with pytest.raises(UnreadablePromptError, match="Latin, Han, Cyrillic"):
        read("ไทย", both)


def test_without_the_dictionary_the_word_lists_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cedict, "_FILE", "absent.gz")
    monkeypatch.setattr(extras, "EXTRAS", {"chinese": ("no_such_package",)})
    cedict.dictionary.cache_clear()
    cedict.gloss_of.cache_clear()
    try:
        assert texts("立体派的吉他，深蓝色") == "Cubist Painting of a Guitar in Dark Blue"
        with pytest.raises(UnreadablePromptError) as caught:
            read("魑魅魍魎")
        assert "[chinese]" in caught.value.hint
    finally:
        cedict.dictionary.cache_clear()
        cedict.gloss_of.cache_clear()


def test_the_dictionary_is_read_once_and_only_for_chinese() -> None:
    cedict.dictionary.cache_clear()
    read("a castle")
    assert cedict.dictionary.cache_info().misses == 0
    read("城堡")
    read("大海")
    assert cedict.dictionary.cache_info().misses == 1


@pytest.mark.parametrize(
    ("word", "gloss"),
    [("红", "red"), ("鸟", "bird"), ("龙", "dragon"), ("跳舞", "dancing"), ("城堡", "castle"),
     ("诞生", "born"), ("木匠", "carpenter"), ("巴黎", "Paris")],
)  # fmt: skip
def test_a_gloss_is_short_and_no_surname(word: str, gloss: str) -> None:
    found = cedict.gloss_of(word)
    assert found is not None
    assert gloss in found.english
    assert len(found.english.split()) <= 3


def test_what_joined_emoji_is_left_out_with_them() -> None:
    (read,) = read_languages(parse_prompts("a parade of 🏳️‍🌈 flags")).prompts
    assert read.text == "a parade of flags"
