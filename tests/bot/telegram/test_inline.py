"""Inline mode over the wire: own paintings by their words and pages, and the way to the bot."""

from typing import Any

import pytest

from bot.telegram.parsing import prompt_in_start, start_with
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import TelegramUser, shown, someone
from ganshare.domain.jobs import Artwork
from ganshare.domain.visibility import Visibility


async def paint(harness: TelegramHarness, who: TelegramUser, prompt: str) -> Artwork:
    await who.say(f"/paint {prompt}")
    job = await harness.claim()
    artwork = await harness.engine.finish(job)
    await harness.acknowledged(job)

    async def is_noted() -> bool:
        found = await harness.store.posts.of_artworks([artwork.id], "telegram")
        return any(each.address.get("photo") for each in found)

    await harness.until(is_noted)
    return artwork


def ids(query: dict[str, Any]) -> list[str]:
    return [each["id"] for each in query["results"]]


async def test_own_paintings_are_offered_by_their_words_the_newest_first(
    harness: TelegramHarness,
) -> None:
    async with harness.bot():
        ann, bob = someone(harness.world, "Ann"), someone(harness.world, "Bob")
        castle = await paint(harness, ann, "a castle in teal")
        tower = await paint(harness, ann, "a tower in teal")
        await paint(harness, bob, "another castle")
        every = await ann.ask_inline("")
        assert ids(every) == [tower.id, castle.id]
        assert (every["is_personal"], every.get("next_offset", "")) == (True, "")
        assert every["results"][0]["caption"] == "a tower in teal"
        assert ids(await ann.ask_inline("cast")) == [castle.id]
        assert ids(await ann.ask_inline("teal", offset=tower.id)) == [castle.id]
        for hostile in ("%' --", "\U0001f3f0" * 200, "../.."):
            found = ids(await ann.ask_inline(hostile, offset="'; DROP"))
            assert set(found) <= {tower.id, castle.id}


async def test_what_is_hidden_deleted_or_for_its_asker_alone_never_appears(
    harness: TelegramHarness,
) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        hidden, deleted, kept, own = [await paint(harness, ann, f"castle {n}") for n in range(4)]
        await harness.store.gallery.hide(hidden.id, "telegram:1", "it was reported")
        await harness.store.gallery.delete(deleted.id, f"telegram:{ann.id}", False)
        await ann.say(f"/privacy only-me {own.id}")

        async def is_own() -> bool:
            found = await harness.store.gallery.get(own.id)
            return found is not None and found.visibility is Visibility.ONLY_ME

        await harness.until(is_own)
        assert ids(await ann.ask_inline("castle")) == [kept.id]


async def test_pages_follow_one_another(
    harness: TelegramHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.answers.PAGE", 2)
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        made = [(await paint(harness, ann, f"castle {n}")).id for n in range(3)]
        first = await ann.ask_inline("castle")
        assert ids(first) == made[:0:-1]
        second = await ann.ask_inline("castle", offset=first["next_offset"])
        assert ids(second) == made[:1]
        assert not second.get("next_offset")


@pytest.mark.parametrize("prompt", ["a castle by a lake", "雪山上的红色寺庙"])
async def test_its_button_leads_to_the_private_chat_with_the_prompt(
    harness: TelegramHarness, prompt: str
) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        button = (await ann.ask_inline(prompt))["button"]
        assert button["text"] == f"Paint “{prompt}”"
        await ann.say(f"/start {button['start_parameter']}")
        await ann.receives(lambda m: shown(m) == "To have this painted, send it to me:")
        await ann.receives(lambda m: shown(m) == prompt)
        assert await harness.store.queue.active(f"telegram:{ann.id}") == []
        await ann.say(prompt)
        assert (await harness.claim()).request.prompt == prompt


@pytest.mark.parametrize("word", ["p-", "p-!!!!", "p-_w", "help", "p-\u00e9", "p-a"])
def test_what_a_stranger_put_behind_start_is_no_prompt(word: str) -> None:
    assert prompt_in_start(word) == ""
    assert start_with("x" * 60) == "help"
    assert prompt_in_start(start_with("x" * 46)) == "x" * 46
