"""The app commands are those of the core, in every language, within Discord's rules."""

import re
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.core.commands.definitions import COMMANDS, Kind
from bot.core.rendering.catalogue import load_words
from bot.discord.commands.app_commands import LARGEST_NUMBER, app_commands_of
from bot.discord.commands.command_sync import _canonical
from bot.discord.commands.translator import CatalogueTranslator

NAME = re.compile(r"[-_\w]{1,32}")


async def nothing(*_: Any) -> Any:
    """Stand for a handler."""


@pytest.fixture
async def payloads() -> dict[str, Any]:
    words = load_words()
    client = discord.Client(intents=discord.Intents.none())
    tree: app_commands.CommandTree[Any] = app_commands.CommandTree(client)
    translator = CatalogueTranslator(words)
    made = app_commands_of(words, nothing, nothing)
    return {each.name: await each.get_translated_payload(tree, translator) for each in made}


async def test_every_command_of_the_core_is_there(payloads: dict[str, Any]) -> None:
    assert list(payloads) == [command.name for command in COMMANDS]
    for command in COMMANDS:
        options = {each["name"]: each for each in payloads[command.name]["options"]}
        assert set(options) == {each.name for each in command.parameters}
        for each in command.parameters:
            assert options[each.name]["required"] == each.required
            assert options[each.name].get("autocomplete", False) == (each.completes is not None)


async def test_names_and_descriptions_keep_discords_rules(payloads: dict[str, Any]) -> None:
    for command in payloads.values():
        for part in (command, *command["options"]):
            names = [part["name"], *part.get("name_localizations", {}).values()]
            texts = [part["description"], *part["description_localizations"].values()]
            assert all(NAME.fullmatch(name) and name == name.lower() for name in names)
            assert all(1 <= len(text) <= 100 for text in texts)


async def test_every_description_is_there_in_chinese(payloads: dict[str, Any]) -> None:
    for command in payloads.values():
        for part in (command, *command["options"]):
            assert {"zh-CN", "zh-TW"} <= set(part["description_localizations"])
            assert part["description_localizations"]["zh-CN"] != part["description"]


async def test_numbers_larger_than_discord_counts_are_typed_as_text(
    payloads: dict[str, Any],
) -> None:
    for command in COMMANDS:
        options = {each["name"]: each for each in payloads[command.name]["options"]}
        for each in command.parameters:
            if each.kind is Kind.NUMBER:
                is_large = (each.maximum or 0) > LARGEST_NUMBER
                assert options[each.name]["type"] == (3 if is_large else 4)


async def test_what_admins_may_is_hidden_from_others(payloads: dict[str, Any]) -> None:
    hidden = {
        name
        for name, command in payloads.items()
        if command["default_member_permissions"] is not None
    }
    assert hidden == {command.name for command in COMMANDS if command.rank > 2}


async def test_commands_are_sent_again_only_if_they_changed(stage: Any) -> None:
    world = stage.discord.world
    assert world.syncs == 1
    await stage.stop_bot()
    await stage.start_bot()
    assert world.syncs == 1
    await stage.stop_bot()
    world.commands[0]["description"] = "Something else."
    await stage.start_bot()
    assert world.syncs == 2


def test_what_discord_fills_in_makes_no_difference() -> None:
    ours = {"name": "paint", "description": "x", "options": [], "default_member_permissions": 32}
    theirs = {
        **ours,
        "id": "1",
        "version": "2",
        "type": 1,
        "default_member_permissions": "32",
        "nsfw": False,
        "options": None,
        "name_localizations": None,
    }
    assert _canonical(ours) == _canonical(theirs)
    assert _canonical({**ours, "description": "y"}) != _canonical(theirs)
