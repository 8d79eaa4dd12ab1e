"""Whatever somebody typed is shown as it was typed, and acts on nothing."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from telegram import MessageEntity

from bot.core.messages import Action, Button, File, Reply
from bot.telegram.formatting import (
    LONGEST_CAPTION,
    LONGEST_TEXT,
    compose,
    plain,
    shorten,
    units,
)
from bot.telegram.photos import as_photo, contact_sheet
from bot.testing.telegram_world import detected


def test_the_title_and_the_names_of_fields_are_bold() -> None:
    words = compose(Reply("Painted 🖼", "a castle", (("Seed", "42"), ("Size", "256x256"))))
    assert words.text == "Painted 🖼\na castle\n\nSeed: 42\nSize: 256x256"
    units_of_text = words.text.encode("utf-16-le")
    bold = [
        units_of_text[2 * each.offset : 2 * (each.offset + each.length)].decode("utf-16-le")
        for each in words.entities
        if each.type == MessageEntity.BOLD
    ]
    assert bold == ["Painted 🖼", "Seed:", "Size:"]


@pytest.mark.parametrize("text", ["@everyone look", "hi @durov", "x@@channel_name", "x @names_2"])
def test_nobody_is_mentioned(text: str) -> None:
    found = detected(compose(Reply(text=text)).text, ())
    assert [each for each in found if each["type"] == "mention"] == []


def test_markup_stays_what_it_is() -> None:
    text = "<b>bold</b> *bold* [x](tg://user?id=1) `code` &lt;"
    words = compose(Reply(text=text))
    assert (words.text, words.entities) == (text, ())


def test_directions_and_invisible_letters_are_taken_away() -> None:
    assert plain("a\u202eb\u2066c\u200bd\ufeff\x00e\u061c") == "abcde"
    joined = "👩\u200d🎨 \u0645\u06cc\u200c\u062e\u0648\u0631 ❤\ufe0f"  # emoji, and Persian
    assert plain(joined) == joined


def test_a_field_cannot_look_like_two() -> None:
    words = compose(Reply(fields=(("Style", "x\nSeed: 666"), ("Seed", "1"))))
    assert words.text == "Style: x Seed: 666\nSeed: 1"


def test_long_prompts_leave_the_fields_below_a_picture() -> None:
    fields = (("Seed", "42"), ("ID", "x" * 22))
    words = compose(Reply("Painted", "🏰" * 1000, fields), LONGEST_CAPTION)
    assert LONGEST_CAPTION - 4 <= units(words.text) <= LONGEST_CAPTION
    assert words.text.startswith("Painted\n🏰")
    assert words.text.endswith("🏰…\n\nSeed: 42\nID: " + "x" * 22)


@settings(max_examples=50, deadline=None)
@given(
    title=st.text(max_size=2000),
    text=st.text(max_size=5000),
    fields=st.lists(st.tuples(st.text(max_size=30), st.text(max_size=600)), max_size=10),
    limit=st.sampled_from([LONGEST_TEXT, LONGEST_CAPTION]),
)
def test_nothing_is_ever_too_long_and_entities_lie_within(
    title: str, text: str, fields: list[tuple[str, str]], limit: int
) -> None:
    words = compose(Reply(title, text, tuple(fields)), limit)
    assert units(words.text) <= limit
    for each in words.entities:
        assert each.length > 0
        assert each.offset + each.length <= units(words.text)


@given(st.text(), st.integers(min_value=0, max_value=50))
def test_cut_texts_have_whole_letters(text: str, limit: int) -> None:
    clean = plain(text)
    assert units(shorten(clean, limit)) <= limit


def test_buttons_carry_their_data() -> None:
    button = Button(Action.AGAIN, "0123456789abcdefghijkl", "Again", "🔁")
    words = compose(Reply(text="x", buttons=((button,), ())))
    assert words.keyboard is not None
    ((made,),) = words.keyboard.inline_keyboard
    assert (made.text, made.callback_data) == ("🔁 Again", "again:0123456789abcdefghijkl")


def test_a_png_becomes_a_jpeg_and_a_jpeg_stays(png: bytes) -> None:
    photo = as_photo(File(png, "x.png", "image/png"))
    with Image.open(io.BytesIO(photo)) as image:
        assert (image.format, image.size) == ("JPEG", (96, 64))
    assert as_photo(File(photo, "x.jpg", "image/jpeg")) == photo


@pytest.mark.parametrize("count", [2, 3, 5, 10])
def test_several_pictures_are_laid_out_on_one_sheet(png: bytes, count: int) -> None:
    sheet = contact_sheet([File(png, "x.png", "image/png")] * count)
    with Image.open(io.BytesIO(sheet)) as image:
        assert max(image.size) <= 1280
        assert min(image.size) >= 400
