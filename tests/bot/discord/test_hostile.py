"""What strangers send on Discord, over the wire: shown as text, or refused in one sentence."""

import io
import re
from typing import Any

import pytest
from PIL import Image

LONG = "a castle, " * 399 + "and a lake"  # 4,000 characters
HIDING = "\u202e\u2066\u200b\u2060\x07"


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold</b><script>alert(1)</script>",
        "**bold** [x](https://evil.example) `code` > quote",
        "@everyone @here <@1> <@&2> <#3>",
        "abc\u202edef\u2066ghi",
        "a\u200bcastle\u200b\u2060 at \x07 night",
        "'; DROP TABLE jobs; --",
    ],
)
async def test_a_prompt_is_nothing_but_text(stage: Any, text: str) -> None:
    ada = stage.join()
    said = await stage.discord.people.said(await ada.slash("paint", prompt=text))
    shown = said.embed["description"]
    assert not set(HIDING) & set(shown.replace("@\u200b", "@"))  # which calls nobody
    assert not re.search(r"@(everyone|here)|(?<!\\)[<>*`\[\]]|(?<!\\)://", shown)
    assert not said.json["content"]
    sent = [e.body for e in stage.requests("/messages/") if isinstance(e.body, dict)]
    assert all(body["allowed_mentions"] == {"parse": []} for body in sent if "embeds" in body)


def png_bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (8_000, 8_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"prompt": LONG}, "4,000 characters"),
        ({"prompt": HIDING}, "prompt"),
        ({"prompt": "\N{CASTLE}" * 400}, "cannot be read"),
        ({"prompt": "a castle", "init_image": png_bomb()}, "64,000,000 pixels"),
        (
            {"prompt": "a castle", "init_image": b"MZ" + bytes(5000)},
            "cannot be read as a picture",
        ),
        (
            {"prompt": "a castle", "init_image": b"<svg onload='a()'/>"},
            "cannot be read as a picture",
        ),
        ({"prompt": "a castle", "init_image": bytes(11 << 20)}, "11.0 MB"),
    ],
    ids=["4,000 characters", "nothing to see", "emoji", "bomb", "program", "svg", "heavy"],
)
async def test_what_cannot_be_painted_is_one_private_sentence(
    stage: Any, options: dict[str, Any], words: str
) -> None:
    asked = await stage.join().slash("paint", **options)
    said = await stage.discord.people.until(lambda: stage.private_word(asked))
    sentence = said.embed["description"]
    assert words in sentence
    assert "\n" not in sentence
    assert len(sentence) < 300
    assert await stage.front.store.queue.jobs() == []
    await stage.discord.people.until(lambda: not stage.channel.alive)
