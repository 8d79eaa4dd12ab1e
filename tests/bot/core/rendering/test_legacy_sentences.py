"""Reasons that were stored before they had codes are told in every language all the same."""

# ruff: noqa: RUF001  # Chinese punctuation

import pytest

from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.errors import reason_of, sentence_of
from ganshare.errors import SettingsError


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("The picture to begin from is not accepted: it looks like nudity (0.98); please take "
         "another one.", "这张图片不能使用：看起来像裸露内容（0.98）；请换一张。"),
        ("The picture to begin from is not accepted: too dark; please take another one.",
         "这张图片不能使用：too dark；请换一张。"),
        ("The image the init image is damaged or incomplete.",
         "附件不是可以读取的图片；请使用 PNG、JPEG、WebP 或 GIF。"),
        ("the init image is not an image, or not of an allowed format (PNG).",
         "附件不是可以读取的图片；请使用 PNG、JPEG、WebP 或 GIF。"),
        ("The engine has too little memory for this painting.", "引擎的内存不足以画这幅画。"),
        ("The engine gpu-1-ab fell silent at step 12 of attempt 3.",
         "引擎 gpu-1-ab 在第 3 次尝试的第 12 步失去响应。"),
        ("Something went wrong inside GANshare, sorry (id 0a1b2c3d).",
         "抱歉，GANshare 内部出了问题（编号 0a1b2c3d）。"),
        ("it could not be checked", "无法检查"),
        ("it was reported", "有人举报"),
    ],
)  # fmt: skip
def test_old_rows_are_told_in_chinese(words: Catalogue, stored: str, told: str) -> None:
    assert reason_of(words, "zh", stored) == told
    assert reason_of(words, "en", stored) == stored


def test_what_is_not_known_stands_as_it_was(words: Catalogue) -> None:
    assert reason_of(words, "zh", "a check of somebody's own") == "a check of somebody's own"


def test_errors_that_are_raised_now_are_not_recognised_by_their_words(words: Catalogue) -> None:
    said = sentence_of(words, "zh", SettingsError("it was reported"))
    assert said == "这样不行：it was reported"
