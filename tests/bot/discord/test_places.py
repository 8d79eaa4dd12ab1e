"""Settings of a channel hold in its threads, those of a server in all its channels."""

from typing import Any

MANAGE = 1 << 5 | 1 << 10 | 1 << 11  # the server; and view, send


def guild_of(stage: Any) -> Any:
    return stage.discord.world.guilds[stage.channel.guild]


async def refusal(stage: Any, someone: Any, **options: Any) -> str:
    """What somebody alone is told in their channel."""
    asked = await someone.slash("paint", prompt="a castle", **options)
    messages = someone.channel.messages

    def told() -> str:
        numbers = [asked.original, *asked.followups]
        said = [messages[each] for each in numbers if each and messages[each].is_ephemeral]
        return str(said[-1].embed.get("description", "")) if said else ""

    return str(await stage.discord.people.until(told))


async def test_a_thread_keeps_to_the_settings_of_its_channel(stage: Any) -> None:
    thread = stage.discord.world.channel(guild_of(stage), "ideas", parent=stage.channel.id)
    admin = stage.join("Ann", permissions=MANAGE)
    await stage.discord.people.said(await admin.slash("settings", setting="allowed", value="off"))
    ben = stage.discord.people.join("Ben", thread)
    assert "Painting is not allowed here" in await refusal(stage, ben)
    assert await stage.front.store.queue.jobs() == []
    # What is set in the thread itself goes before.
    cleo = stage.discord.people.join("Cleo", thread, permissions=MANAGE)
    await stage.discord.people.said(await cleo.slash("settings", setting="allowed", value="on"))
    await stage.discord.people.said(await ben.slash("paint", prompt="a castle"))
    assert len(await stage.front.store.queue.jobs()) == 1


async def test_settings_of_the_server_hold_in_every_channel(stage: Any) -> None:
    admin = stage.join("Ann", permissions=MANAGE)
    asked = await admin.slash("settings", setting="max_steps", value="50", where="server")
    await stage.discord.people.said(asked)
    other = stage.discord.world.channel(guild_of(stage), "more")
    ben = stage.discord.people.join("Ben", other)
    assert "50" in await refusal(stage, ben, steps=60)
    stranger = stage.discord.world.channel(stage.discord.world.guild("Elsewhere"))
    dan = stage.discord.people.join("Dan", stranger)
    await stage.discord.people.said(await dan.slash("paint", prompt="a castle", steps=60))
    assert len(await stage.front.store.queue.jobs()) == 1


async def test_who_wants_it_is_mentioned_once_a_painting_is_done(stage: Any) -> None:
    ada = stage.join("Ada @everyone")
    await stage.discord.people.said(await ada.slash("notify", when="always"))
    await ada.slash("paint", prompt="a castle")
    await stage.engine.paint()
    painted = await stage.shows("Painted")
    asked_by = painted.embed["fields"][0]
    assert asked_by["name"] == "Requested by"
    assert asked_by["value"].startswith("Ada")
    assert "@everyone" not in asked_by["value"]
    told = await stage.discord.people.until(
        lambda: [
            each for each in stage.channel.alive if "is finished" in str(each.json.get("content"))
        ]
    )
    assert told[0].json["content"] == f"<@{ada.id}> your painting is finished."
    (sent,) = [each for each in stage.requests("POST") if "is finished" in str(each.body)]
    assert str(ada.id) in str(sent.body)
    assert "everyone" not in str(sent.body["allowed_mentions"])
