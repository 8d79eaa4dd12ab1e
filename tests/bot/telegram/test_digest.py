"""The week's digest in a group, over the wire: once, with the winners' pictures."""

import asyncio

import pytest

from bot.testing.fake_engine import plain_picture
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import group, shown, someone
from ganshare.domain.votes import RoundRules, Voter

TITLE = "The week in paintings"


async def test_the_week_is_summed_up_in_its_group_once(
    harness: TelegramHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.core.rounds.scheduler.LOOK_SECONDS", 0.2)
    monkeypatch.setattr("bot.core.rounds.scheduler.digest_week", lambda _: "2026-48")
    ann = someone(harness.world, "Ann")
    chat = group(harness.world, "Painters", ann)
    async with harness.bot():
        await ann.say("/paint a castle", chat)
        artwork = await harness.engine.finish(
            await harness.claim(), plain_picture("#226688", (128, 96))
        )
        rules = RoundRules(min_age=0, quorum=1)
        round_ = await harness.store.rounds.open(f"telegram:{chat.id}", "telegram:0", 3600, rules)
        await harness.store.rounds.entries.enter(round_.id, artwork.id, "telegram:0", curator=True)
        await harness.store.votes.toggle(artwork.id, Voter("telegram:77"), key="press")
        await harness.store.rounds.close(round_.id, "telegram:0", early=True)
        week = await ann.receives(lambda m: TITLE in shown(m), chat)
        assert "photo" in week
        assert "Votes: 1, by one person" in shown(week)
        await asyncio.sleep(1.0)
    assert sum(TITLE in shown(m) for m in chat.messages.values()) == 1
