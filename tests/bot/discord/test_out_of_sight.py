"""Where the bot sees no channel, or a thread is archived: the message goes on all the same."""

from typing import Any

from bot.testing.discord_world import VIEW

Stage = Any  # of conftest.py


async def test_a_channel_that_the_bot_does_not_see_gets_its_painting(stage: Stage) -> None:
    ada = stage.join()
    stage.channel.denied = VIEW
    message = await stage.discord.people.said(await ada.slash("paint", prompt="a castle"))
    job = await stage.engine.claim()
    await stage.engine.step(job, 10)
    await stage.discord.people.until(lambda: message.json["attachments"])
    await stage.engine.finish(job)
    await stage.discord.people.until(lambda: message.embed["title"] == "Painted")
    assert not any("Cancel" in (each.get("label") or "") for each in message.buttons)
    assert stage.discord.world.direct(ada.id).alive == []


async def test_an_archived_thread_is_opened_for_its_painting(stage: Stage) -> None:
    guild = stage.discord.world.guilds[stage.channel.guild]
    thread = stage.discord.world.channel(guild, "ideas", parent=stage.channel.id)
    ben = stage.discord.people.join("Ben", thread)
    message = await stage.discord.people.said(await ben.slash("paint", prompt="a castle"))
    job = await stage.engine.claim()
    thread.is_archived = True
    await stage.engine.finish(job)
    await stage.discord.people.until(lambda: message.embed["title"] == "Painted")
    assert not thread.is_archived
    assert stage.discord.world.direct(ben.id).alive == []


async def test_of_a_thread_that_is_locked_the_painting_goes_to_who_asked(stage: Stage) -> None:
    guild = stage.discord.world.guilds[stage.channel.guild]
    thread = stage.discord.world.channel(guild, "ideas", parent=stage.channel.id)
    ben = stage.discord.people.join("Ben", thread)
    await stage.discord.people.said(await ben.slash("paint", prompt="a castle"))
    job = await stage.engine.claim()
    thread.is_archived = thread.is_locked = True
    await stage.engine.finish(job)
    direct = stage.discord.world.direct(ben.id)
    await stage.discord.people.until(
        lambda: any("can no longer write" in str(each.embed) for each in direct.alive)
    )
