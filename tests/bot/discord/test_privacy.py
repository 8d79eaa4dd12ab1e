"""What is for one person alone, asked for in a channel and in a group: they get it in private."""

import asyncio
from typing import Any

import pytest

from bot.telegram.frontend import run_telegram
from bot.testing.telegram_people import group, shown, someone
from bot.testing.telegram_server import telegram_server
from ganshare.domain.visibility import Visibility
from ganshare.settings import BotSettings
from ganshare.testing import MODEL

Stage = Any  # of conftest.py


async def test_in_a_channel_nothing_is_seen_and_the_painting_comes_as_a_direct_message(
    stage: Stage,
) -> None:
    ada = stage.join()
    direct = stage.discord.people.write_to_bot(ada).channel
    await ada.slash("paint", prompt="a castle in teal", visibility="only-me")
    job = await stage.engine.claim()
    await stage.engine.step(job, 10)
    await stage.shows("Only the member who asked")
    await stage.all_is_shown()  # of this step nobody is told anything, either
    assert direct.alive == []
    artwork = await stage.engine.finish(job)
    assert artwork.visibility is Visibility.ONLY_ME
    await stage.shows("private message")
    await stage.all_is_shown()
    for message in stage.channel.alive:
        assert "castle" not in str(message.json)
        assert not message.json.get("attachments")
    (got,) = direct.alive
    assert got.embed["title"] == "Painted"
    assert got.json["attachments"]
    await stage.stop_bot()
    await stage.front.store.queue.renew(job.id)
    await stage.start_bot()
    await stage.all_is_shown()
    assert len(direct.alive) == 1
    await stage.front.store.gallery.delete(artwork.id, artwork.person)
    await stage.discord.people.until(lambda: not got.json.get("attachments"))


async def test_who_changes_their_mind_takes_it_out_of_the_channel(stage: Stage) -> None:
    ada = stage.join()
    await stage.discord.people.said(await ada.slash("paint", prompt="a castle in teal"))
    _, artwork = await stage.engine.paint()
    message = await stage.shows("Painted")
    page = await stage.discord.people.said(await ada.slash("gallery"))
    await ada.slash("privacy", visibility="only-me", artwork=artwork.id)
    await stage.discord.people.until(lambda: not message.json.get("attachments"))
    await stage.discord.people.until(lambda: not page.json.get("attachments"))
    assert "castle" not in str(message.embed)


async def test_in_a_group_on_telegram_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    async with telegram_server() as telegram:
        ann = someone(telegram.world, "Ann")
        chat = group(telegram.world, "Painters", ann)
        there = {
            name.removeprefix("BOT_").lower(): text for name, text in telegram.environment.items()
        }
        settings = BotSettings(**there, model=MODEL)
        bot = asyncio.create_task(run_telegram(stage.front, settings))
        try:
            await ann.say("/paint a castle in teal --visibility only-me", chat)
            await ann.receives(lambda m: "Only the member who asked" in shown(m), chat)
            job, artwork = await stage.engine.paint()
            got = await ann.receives(lambda m: "photo" in m)
            assert "castle" in shown(got)
            own = [m for m in chat.messages.values() if m["from"]["is_bot"]]
            assert not any("castle" in shown(m) or "photo" in m for m in own)
            assert job.request.prompt == "a castle in teal"
            assert artwork.visibility is Visibility.ONLY_ME
        finally:
            bot.cancel()
            await asyncio.gather(bot, return_exceptions=True)
