"""Syncs our app commands to Discord, only if they differ.

Discord is asked for its current commands, since another program or the developer portal may have
changed them; so nothing needs to be remembered between restarts.
"""

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.http import Route

from bot.discord.commands.translator import CatalogueTranslator
from ganshare.monitoring.log import get_logger

__all__ = ["is_in_sync", "sync", "sync_if_changed"]

_COMPARED = (
    "type",
    "name",
    "description",
    "name_localizations",
    "description_localizations",
    "options",
    "default_member_permissions",
    "contexts",
    "integration_types",
    "nsfw",
)
_INTERCHANGEABLE = ("contexts", "integration_types")  # lists whose order says nothing

_log = get_logger(__name__)


async def sync_if_changed(tree: app_commands.CommandTree[Any]) -> bool:
    """Send our commands if Discord has others, or does not say; tell whether it was needed."""
    try:
        if await is_in_sync(tree):
            return False
    except (discord.HTTPException, KeyError, TypeError) as error:
        _log.warning("the commands were not compared", why=type(error).__name__)
    await sync(tree)
    return True


async def sync(tree: app_commands.CommandTree[Any]) -> None:
    """Send our commands; they replace those at Discord."""
    sent = await tree.sync()
    _log.info("the commands were sent to Discord", commands=len(sent))


async def is_in_sync(tree: app_commands.CommandTree[Any]) -> bool:
    """Whether Discord has our commands as they are."""
    client = tree.client
    route = Route(
        "GET", "/applications/{application_id}/commands", application_id=client.application_id
    )
    theirs = await client.http.request(route, params={"with_localizations": "true"})
    ours = [await _payload(tree, each) for each in tree.get_commands()]
    return _by_name(theirs) == _by_name(ours)


async def _payload(tree: app_commands.CommandTree[Any], command: Any) -> Mapping[str, Any]:
    translator = tree.translator
    if isinstance(translator, CatalogueTranslator):
        translated: Mapping[str, Any] = await command.get_translated_payload(tree, translator)
        return translated
    plain: Mapping[str, Any] = command.to_dict(tree)
    return plain


def _by_name(commands: Any) -> dict[str, Any]:
    return {each["name"]: _canonical(each) for each in commands}


def _canonical(command: Mapping[str, Any]) -> dict[str, Any]:
    """Give what counts, in one form: Discord fills in defaults, and discord.py leaves out some."""
    kept = {name: _prune(command.get(name)) for name in _COMPARED}
    kept["type"] = command.get("type") or 1
    for name in _INTERCHANGEABLE:
        kept[name] = sorted(command.get(name) or ())
    if kept["default_member_permissions"] is not None:
        kept["default_member_permissions"] = str(kept["default_member_permissions"])
    return kept


def _prune(value: Any) -> Any:
    """Leave out what is empty, absent or false at any depth; these say the same."""
    if isinstance(value, Mapping):
        pruned = {key: _prune(each) for key, each in value.items()}
        return {key: each for key, each in pruned.items() if each is not None} or None
    if isinstance(value, list | tuple):
        return [_prune(each) for each in value] or None
    return None if value is False or value == "" else value
