"""Admins of a server block somebody there; each reader is answered in their own language."""

import io
from typing import Any

from PIL import Image

MANAGE = 1 << 5 | 1 << 10 | 1 << 11  # the server; and view, send
PROMPT = "a castle"


async def _told(stage: Any, someone: Any, interaction: Any) -> str:
    """What somebody alone is told."""
    messages = someone.channel.messages

    def told() -> str:
        numbers = [interaction.original, *interaction.followups]
        said = [messages[each] for each in numbers if each and messages[each].is_ephemeral]
        return str(said[-1].embed.get("description", "")) if said else ""

    return str(await stage.discord.people.until(told))


async def test_a_block_holds_in_its_server_alone(stage: Any) -> None:
    people, world = stage.discord.people, stage.discord.world
    admin, ben = stage.join("Ann", permissions=MANAGE), stage.join("Ben", locale="zh-CN")
    await admin.slash("paint", prompt=PROMPT)
    _, artwork = await stage.engine.paint()
    painted = await stage.shows("Painted")
    who = f"discord:{ben.id}"
    done = await admin.slash("block", person=who, reason="floods")
    assert "in this server" in await _told(stage, admin, done)
    refused = "此服务器的管理员已将您屏蔽。"

    more = world.channel(world.guilds[stage.channel.guild], "more")
    there = people.join("Ben", more, locale="zh-CN")
    there.user = ben.user
    assert refused == await _told(stage, there, await there.slash("paint", prompt=PROMPT))
    assert refused == await _told(stage, ben, await ben.press(painted, "Vote"))
    assert refused == await _told(stage, ben, await ben.slash("curate", artwork=artwork.id))
    await ben.react(painted)
    await stage.discord.people.said(await admin.slash("stats"))
    assert (await stage.front.store.votes.count([artwork.id]))[artwork.id] == 0

    elsewhere = people.join("Ben", world.channel(world.guild("Elsewhere")))
    elsewhere.user = ben.user
    await people.said(await elsewhere.slash("paint", prompt=PROMPT))
    assert len(await stage.front.store.queue.active(who)) == 1

    listed = await people.said(await admin.slash("block"))
    assert f"{who} floods" in listed.embed["description"].replace("\\", "")
    assert await admin.type("unblock", "person", "") == [who]
    assert "may ask again" in await _told(stage, admin, await admin.slash("unblock", person=who))
    await people.said(await there.slash("paint", prompt=PROMPT))
    assert len(await stage.front.store.queue.active(who)) == 2
    far = await admin.slash("block", person=who, where="everywhere")
    assert "Only those named" in await _told(stage, admin, far)


async def test_who_asks_is_told_in_their_own_language(stage: Any) -> None:
    """The place's language is for what all read there."""
    admin, ada = stage.join("Ann", permissions=MANAGE), stage.join("Ada", locale="en-GB")
    await stage.discord.people.said(await admin.slash("settings", setting="language", value="zh"))
    asked = await ada.slash("paint", prompt=PROMPT)
    waiting = await stage.discord.people.said(asked)
    assert "排队中" in waiting.embed["title"]
    wrong = await ada.slash("paint", prompt=PROMPT, steps=99_999)
    assert "between" in await _told(stage, ada, wrong)
    queue = await stage.discord.people.said(await ada.slash("queue"))
    assert queue.embed["title"] == "Your paintings"
    # Where the message cannot be shown any more, the painting comes in their own language.
    stage.channel.denied = 1 << 10
    await stage.engine.paint()
    direct = stage.discord.people.write_to_bot(ada).channel
    told = await stage.discord.people.until(
        lambda: next((each for each in direct.alive if "Painted" in str(each.embed)), None)
    )
    assert "I can no longer write" in told.embed["description"]


async def test_ids_are_offered_wherever_one_is_asked_for(stage: Any) -> None:
    ada, ben = stage.join("Ann", permissions=MANAGE), stage.join("Ben")
    await ada.slash("paint", prompt="a red fox")
    _, fox = await stage.engine.paint()
    await stage.shows("Painted")
    for command in ("vote", "report"):
        assert await ben.type(command, "artwork", "fox") == [fox.id]
    assert await ada.type("reports", "artwork", "") == []
    await stage.discord.people.said(await ben.slash("report", artwork=fox.id))
    assert await ada.type("reports", "artwork", "") == [fox.id]
    assert await ben.type("reports", "artwork", "") == []
    assert "Cubist" in await ada.type("paint", "style", "cu")


async def test_style_and_strength_are_options(stage: Any) -> None:
    ada = stage.join("Ada", locale="zh-CN")
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "red").save(out, "PNG")
    png = out.getvalue()
    await ada.slash("paint", prompt="a castle", style="cubist", strength=30, init_image=png)
    asked = (await stage.engine.claim()).request
    assert asked.prompt == "Cubist Painting of a castle"
    assert (asked.init_strength, bool(asked.init_image)) == (30, True)
    alone = await ada.slash("paint", prompt="a castle --strength 30")
    assert "起始图片" in await _told(stage, ada, alone)
    unknown = await ada.slash("paint", prompt="a castle", style="cubistic")
    assert "Cubist" in await _told(stage, ada, unknown)
