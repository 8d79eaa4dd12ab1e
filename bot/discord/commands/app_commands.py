"""Builds the app commands from the definitions that all frontends share."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.autocomplete import Offer
from bot.core.commands.definitions import COMMANDS, Command, Kind, Parameter
from bot.core.messages import Rank
from bot.core.rendering.catalogue import Catalogue
from bot.discord.commands.translator import described, named

__all__ = ["Complete", "Given", "Handle", "app_command", "app_commands_of", "describe_menu"]

LONGEST_TEXT = 6000  # that Discord takes as an option
LARGEST_NUMBER = 2**53 - 1  # the same; JavaScript counts no further

Given = Mapping[str, Any]
Handle = Callable[["discord.Interaction[Any]", str, Given], Awaitable[None]]
Complete = Callable[["discord.Interaction[Any]", str, str, str], Awaitable[Sequence[Offer]]]


def app_commands_of(
    words: Catalogue, handle: Handle, complete: Complete
) -> list[app_commands.Command[Any, ..., None]]:
    """Build all app commands.

    Args:
        handle: carries out a command, given its name and what was typed.
        complete: offers texts, given the command, the parameter and what was typed.
    """
    return [app_command(each, words, handle, complete) for each in COMMANDS]


def describe_menu(words: Catalogue, handle: Handle) -> app_commands.ContextMenu:
    """What `/describe` does, in the menu of a message that has a picture."""

    async def callback(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        pictures = (
            each for each in message.attachments if (each.content_type or "").startswith("image/")
        )
        await handle(interaction, "describe", {"picture": next(pictures, None)})

    return app_commands.ContextMenu(
        name=described(words, "menu-describe"),
        callback=callback,
        allowed_contexts=_contexts(is_for_admins=False),
        allowed_installs=_installs(is_for_admins=False),
    )


def app_command(
    command: Command, words: Catalogue, handle: Handle, complete: Complete
) -> app_commands.Command[Any, ..., None]:
    """Make one; its signature, which discord.py reads, comes from the parameters."""

    async def callback(interaction: discord.Interaction[Any], **given: Any) -> None:
        await handle(interaction, command.name, given)

    parameters = [inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    parameters += [_parameter(each) for each in command.parameters]
    callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    described_as: dict[str, str | locale_str] = {
        each.name: described(words, command.message_of(each)) for each in command.parameters
    }
    app_commands.describe(**described_as)(callback)
    app_commands.rename(
        **{each.name: named(each.name, command.message_of(each)) for each in command.parameters}
    )(callback)
    made: app_commands.Command[Any, ..., None] = app_commands.Command(
        name=named(command.name, command.message),
        description=described(words, command.message),
        callback=callback,
        allowed_contexts=_contexts(is_for_admins=command.rank is Rank.ADMIN),
        allowed_installs=_installs(is_for_admins=command.rank is Rank.ADMIN),
    )
    if command.rank is Rank.ADMIN:  # others don't even see it; the dispatcher decides
        made.default_permissions = discord.Permissions(manage_guild=True)
    for each in command.parameters:
        if each.completes is not None:
            made.autocomplete(each.name)(_completion(command.name, each.name, complete))
    return made


def _contexts(*, is_for_admins: bool) -> app_commands.AppCommandContext:
    return app_commands.AppCommandContext(
        guild=True, dm_channel=True, private_channel=not is_for_admins
    )


def _installs(*, is_for_admins: bool) -> app_commands.AppInstallationType:
    return app_commands.AppInstallationType(guild=True, user=not is_for_admins)


def _completion(command: str, parameter: str, complete: Complete) -> Any:
    async def autocomplete(
        interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        offered = await complete(interaction, command, parameter, typed)
        return [app_commands.Choice(name=each.label, value=str(each)) for each in offered]

    return autocomplete


def _parameter(parameter: Parameter) -> inspect.Parameter:
    annotation = _annotation(parameter)
    default: Any = inspect.Parameter.empty
    if not parameter.required:
        annotation, default = annotation | None, None
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(parameter.name, kind, default=default, annotation=annotation)


def _annotation(parameter: Parameter) -> Any:
    match parameter.kind:
        case Kind.PICTURE:
            return discord.Attachment
        case Kind.CHOICE:
            return Literal[parameter.choices]
        case Kind.NUMBER if (parameter.maximum or 0) <= LARGEST_NUMBER:
            return app_commands.Range[int, parameter.minimum, parameter.maximum]
        case Kind.NUMBER:  # as text; the dispatcher reads it
            return app_commands.Range[str, 1, len(str(parameter.maximum))]
        case Kind.TEXT | Kind.PROMPT:
            # The dispatcher refuses longer ones, in a sentence.
            return app_commands.Range[str, parameter.minimum or 1, LONGEST_TEXT]
