"""Every entry of the word lists has a Chinese name of its own."""

import re
from collections import Counter

from wordlists import CATEGORIES, word_lists
from wordlists.chinese import chinese_names, chinese_words

HAN = re.compile("[\u4e00-\u9fff]+")


def test_every_entry_of_every_list_has_a_name_in_the_lists_order() -> None:
    lists = word_lists()
    expected = [("styles", name) for name in lists.styles]
    expected += [(each, name) for each in CATEGORIES for name in lists.subjects(each)]
    expected += [("colours", colour.name) for colour in lists.colours]
    assert [(entry.list, entry.name) for entry in chinese_names()] == expected


def test_no_name_means_two_things() -> None:
    counted = Counter(name for entry in chinese_names() for name in entry.chinese)
    assert [name for name, count in counted.items() if count > 1] == []


def test_names_and_words_are_chinese() -> None:
    names = [name for entry in chinese_names() for name in entry.chinese]
    words = [word.chinese for word in chinese_words()]
    assert [each for each in names + words if not HAN.fullmatch(each)] == []
    assert [word.chinese for word in chinese_words() if not word.english.isascii()] == []


def test_a_word_has_one_meaning() -> None:
    counted = Counter(word.chinese for word in chinese_words())
    assert [word for word, count in counted.items() if count > 1] == []
