"""A new server is told how to begin, once."""

import asyncio
from typing import Any


async def test_a_new_server_is_told_how_to_begin(stage: Any) -> None:
    world = stage.discord.world
    guild = world.guild("New")
    world.channel(guild, "rules", denied=1 << 11)
    general = world.channel(guild, "general")
    for _ in range(20):  # for two seconds after it starts, discord.py takes it for an old one
        await stage.discord.gateway.join(guild)
        await asyncio.sleep(2.5)
        if general.alive:
            break
    (posted,) = general.alive
    assert posted.embed["title"] == "Hello, I paint what you describe"
    assert len(posted.embed["fields"]) == 3
    await stage.discord.gateway.join(guild)  # as after a kick and a second invitation
    ada = stage.discord.people.join("Ada", general)
    await stage.discord.people.said(await ada.slash("paint", prompt="a castle"))
    assert [each for each in general.alive if "Hello" in str(each.embed)] == [posted]
