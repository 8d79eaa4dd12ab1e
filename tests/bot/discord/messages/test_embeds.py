"""Replies within Discord's limits, and texts from strangers as texts."""

import io

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.core.messages import Action, Button, File, Reply
from bot.discord.messages.attachments import fitting
from bot.discord.messages.embeds import render
from bot.discord.messages.markdown import escaped, literal
from bot.testing.discord_limits import check_message


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a castle", "a castle"),
        ("**bold** _under_ ~gone~ ||spoiler||", r"\*\*bold\*\* \_under\_ \~gone\~ \|\|spoiler\|\|"),
        ("`code` \\", r"\`code\` \\"),
        ("[click](https://evil.example)", r"\[click\](https\://evil.example)"),
        ("<@1> <@&2> <#3> </paint:4> <t:5> <:x:6>",
         r"\<@1\> \<@&2\> \<#3\> \</paint:4\> \<t:5\> \<:x:6\>"),
        ("# head\n- list\n> quote", "\\# head\n\\- list\n\\> quote"),
        ("a - b # c", "a - b # c"),
        ("1. first", "1\u200b. first"),
        ("2 of 3", "2 of 3"),
    ],
)  # fmt: skip
def test_markup_is_shown_as_it_was_typed(given: str, shown: str) -> None:
    assert escaped(given, 200) == shown


@pytest.mark.parametrize("name", ["@everyone", "@here", "@EVERYONE"])
def test_nobody_is_called(name: str) -> None:
    assert name not in escaped(f"hello {name}!", 100)


def test_what_hides_or_reorders_text_is_taken_out() -> None:
    assert literal("a\u202eb\u200bc\u2066d\x00e\ufefff\U000e0041") == "abcdef"
    assert literal("👩\u200d🎨") == "👩\u200d🎨"


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300), st.integers(2, 100))
def test_a_cut_text_fits_and_ends_in_no_half_escape(text: str, longest: int) -> None:
    shown = escaped(text, longest)
    assert len(shown.encode("utf-16-le", "surrogatepass")) // 2 <= longest
    assert not (shown.endswith("…") and shown[:-1].endswith("\\") and shown[-3:-1] != "\\\\")


texts = st.text(max_size=5000)
replies = st.builds(
    Reply,
    title=texts,
    text=texts,
    fields=st.lists(st.tuples(texts, texts), max_size=30).map(tuple),
    buttons=st.lists(st.text(max_size=200), max_size=30).map(
        lambda labels: (
            tuple(
                Button(Action.AGAIN, str(number), label or "?")
                for number, label in enumerate(labels)
            ),
        )
    ),
    colour=st.none() | st.integers(0, 0xFFFFFF),
)


@settings(max_examples=20, deadline=None)
@given(replies)
async def test_whatever_a_reply_says_discord_takes_it(reply: Reply) -> None:
    sheet = await render(reply)
    body = {
        "embeds": [each.to_dict() for each in sheet.embeds],
        "components": sheet.view.to_components() if sheet.view else [],
    }
    check_message(body, {})


async def test_one_picture_is_in_the_frame_and_several_stand_beside() -> None:
    file = File(b"x", "a b/ü.png", "image/png", "a castle")
    one = await render(Reply(title="t", pictures=(file,)))
    assert one.embeds[0].image.url == f"attachment://{one.files[0].filename}"
    assert one.files[0].filename == "a-b-.png"
    assert one.files[0].description == "a castle"
    two = await render(Reply(title="t", pictures=(file, file)))
    assert two.embeds[0].image.url is None
    assert len(two.files) == 2


def noise(side: int) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


def test_a_picture_that_is_too_large_comes_in_a_form_that_fits() -> None:
    data = noise(128)
    whole = File(data, "p.png", "image/png", "alt")
    assert fitting(whole, len(data)) is whole
    lossless = fitting(whole, len(data) - 1)
    assert lossless is not None
    assert (lossless.name, lossless.media_type) == ("p.webp", "image/webp")
    with Image.open(io.BytesIO(lossless.data)) as shown, Image.open(io.BytesIO(data)) as given:
        assert shown.convert("RGB").tobytes() == given.tobytes()
    small = fitting(whole, len(lossless.data) - 1)
    assert small is not None
    assert len(small.data) < len(lossless.data)
    assert fitting(whole, 10) is None


async def test_buttons_say_what_they_mean() -> None:
    reply = Reply(buttons=((Button(Action.DELETE, "0123", "Delete", "🗑️"),),))
    view = (await render(reply)).view
    assert view is not None
    (row,) = view.to_components()
    (button,) = row["components"]
    assert button["custom_id"] == "delete:0123"
    assert button["style"] == discord.ButtonStyle.danger.value
