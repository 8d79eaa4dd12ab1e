"""Another Discord than the project's own: one that does nothing that it need not."""

from typing import Any

from bot.core.commands.definitions import COMMANDS

SLASH = 1  # the type of a command that is typed
PROMPT = "Cubist Painting of a Castle in Teal"


async def test_a_prompt_becomes_a_painting_there_too(spartan: Any) -> None:
    ada = spartan.join()
    commands = spartan.discord.world.commands
    typed = {each["name"] for each in commands if each["type"] == SLASH}
    assert typed == {each.name for each in COMMANDS}
    queued = await spartan.discord.people.said(await ada.slash("paint", prompt=PROMPT))
    assert queued.embed["title"] == "Waiting: 1 of 1"
    job = await spartan.engine.claim()
    await spartan.engine.step(job, 25)
    assert await spartan.shows("step 25 of") is queued
    await spartan.engine.finish(job)
    assert await spartan.shows("Painted") is queued
    given = await spartan.discord.people.said(await ada.press(queued, "Full size"))
    assert given.is_ephemeral


async def test_a_cut_connection_begins_anew_where_none_can_be_resumed(spartan: Any) -> None:
    await spartan.discord.gateway.cut(4000)
    await spartan.discord.gateway.wait_connected()
    await spartan.join().slash("paint", prompt=PROMPT)
    assert (await spartan.engine.claim()).request.prompt == PROMPT
    assert spartan.discord.gateway.identified == 2
