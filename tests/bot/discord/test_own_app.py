"""Somebody takes the bot as their own app to a server that has not invited it."""

from typing import Any

VIEW, SEND, ATTACH = 1 << 10, 1 << 11, 1 << 15


async def test_one_s_own_app_paints_where_the_bot_is_no_member(stage: Any) -> None:
    world = stage.discord.world
    away = world.channel(world.guild("Elsewhere"), denied=VIEW | SEND | ATTACH)
    ada = stage.discord.people.join("Ada", away, locale="zh-CN", brings_app=True)
    asked = await ada.slash("paint", prompt="a castle")
    waiting = await stage.discord.people.said(asked)
    assert "排队中" in waiting.embed["title"]
    await stage.engine.paint()
    await stage.discord.people.until(lambda: waiting.json["attachments"])
    assert away.alive == [waiting]
    assert "castle" in waiting.embed["description"]
    kinds = {each["name"]: each["integration_types"] for each in world.commands}
    assert kinds["paint"] == [0, 1]
    assert kinds["settings"] == [0]
