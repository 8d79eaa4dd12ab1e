"""Moderators are told in their own channel of what is reported and refused, at once and once."""

from typing import Any

from bot.testing.accounts import DiscordAccount

MANAGE = 1 << 5 | 1 << 10 | 1 << 11  # the server; and view, send
Stage = Any  # of conftest.py


async def told(stage: Stage, channel: Any, *texts: str) -> Any:
    """A message in a channel that has all of these."""

    def found() -> Any:
        those = [each for each in channel.alive if all(t in str(each.embed) for t in texts)]
        return those[-1] if those else None

    return await stage.discord.people.until(found)


async def test_moderators_of_a_server_are_told_and_hide_from_there(stage: Stage) -> None:
    guild = stage.discord.world.guilds[stage.channel.guild]
    room = stage.discord.world.channel(guild, "moderators")
    mod = stage.discord.people.join("Mo", room, permissions=MANAGE)
    setting = {"setting": "moderation_place", "value": "here", "where": "server"}
    said = await stage.discord.people.said(await mod.slash("settings", **setting))
    assert f"discord:{room.id}" in str(said.embed)

    ada, ben = DiscordAccount(stage.join("Ada")), DiscordAccount(stage.join("Ben"))
    await ada.ask("paint", prompt="gore")
    alert = await told(stage, room, "For moderators", "A prompt was refused (gore)", ada.person)
    assert f"discord:{stage.channel.id}" in str(alert.embed)
    assert alert.json["content"] == ""  # nobody is notified

    await ada.ask("paint", prompt="a castle in teal")
    _, artwork = await stage.engine.paint()
    painted = await stage.shows("Painted")
    await ben.someone.press(painted, "Report")
    report = await told(stage, room, "A painting was reported", artwork.id, ben.person)
    assert sum("reported" in str(each.embed) for each in room.alive) == 1
    await mod.press(report, "🙈")
    await stage.discord.people.until(lambda: not painted.json.get("attachments"))
    assert await stage.front.store.community.reports() == []
    assert await stage.front.store.community.alerts("discord") == []


async def test_who_has_no_power_there_cannot_have_them_told_elsewhere(stage: Stage) -> None:
    admin = DiscordAccount(stage.join("Ann", permissions=MANAGE))
    given = {"setting": "moderation_place", "value": "discord:1"}
    said = await (await admin.ask("settings", **given)).until()
    assert "applies everywhere" in said.words


async def test_an_admin_of_another_server_hides_nothing_here(stage: Stage) -> None:
    await stage.join("Ada").slash("paint", prompt="a castle")
    _, artwork = await stage.engine.paint()
    elsewhere = stage.discord.world.channel(stage.discord.world.guild("Elsewhere"))
    dan = DiscordAccount(stage.discord.people.join("Dan", elsewhere, permissions=MANAGE))
    said = await (await dan.ask("reports", artwork=artwork.id, action="hide")).until()
    assert "asked for elsewhere" in said.words
    found = await stage.front.store.gallery.get(artwork.id)
    assert found.hidden is None
