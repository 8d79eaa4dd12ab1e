"""The week's digest in a channel, over the wire: once for two bots, with the winners' pictures."""

import asyncio
from typing import Any

import pytest

from ganshare.domain.votes import RoundRules, Voter

TITLE = "The week in paintings"

Stage = Any  # of conftest.py


async def test_the_week_is_summed_up_in_its_channel_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, store = stage.join(), stage.front.store
    await stage.discord.people.said(await ada.slash("paint", prompt="a castle in teal"))
    _, artwork = await stage.engine.paint()
    await stage.shows("Painted")
    await stage.stop_bot()
    rules = RoundRules(min_age=0, quorum=1)
    round_ = await store.rounds.open(f"discord:{stage.channel.id}", "discord:0", 3600, rules)
    await store.rounds.entries.enter(round_.id, artwork.id, "discord:0", curator=True)
    await store.votes.toggle(artwork.id, Voter("discord:77"), key="press")
    await store.rounds.close(round_.id, "discord:0", early=True)
    monkeypatch.setattr("bot.core.rounds.scheduler.digest_week", lambda _: "2026-48")
    for _ in range(2):
        await stage.start_bot()
    week = await stage.shows(TITLE)
    assert week.embed["description"] == "Paintings finished: 1. Votes: 1, by one person."
    assert week.json["attachments"]
    await asyncio.sleep(1.0)
    assert [each.embed.get("title") for each in stage.channel.alive].count(TITLE) == 1
