"""/help, generated from the command definitions."""

from collections.abc import Sequence

from bot.core.commands.parameters import Command, Kind, Parameter
from bot.core.context import CommandContext
from bot.core.messages import Reply
from bot.core.rendering.errors import RefusalError
from ganshare.errors import nearest, quoted

__all__ = ["help_text", "no_such_command", "usage"]

EXAMPLES = {
    "paint": "/paint Cubist Painting of a City in Teal --size 320x256 --steps 200",
    "random": "/random places 3",
    "gallery": "/gallery teal castle",
    "round": "/round open 48 30",
    "curate": "/curate 0123456789abcdef012345 veto shows a logo",
    "sell": "/sell 0123456789abcdef012345 yes",
    "settings": "/settings daily_quota 10",
    "reports": "/reports 0123456789abcdef012345 hide",
    "notes": "/notes discord:42",
    "block": "/block discord:42 spam",
}


async def help_text(context: CommandContext, commands: Sequence[Command], name: str) -> list[Reply]:
    """Explain all commands that the asker may use, or one in detail."""
    if not name:
        allowed = [each for each in commands if each.rank <= context.person.rank]
        fields = tuple((usage(each), context.say(each.message)) for each in allowed)
        intro = context.say("help-intro")
        return [Reply(title=context.say("help-title"), text=intro, fields=fields, is_private=True)]
    wanted = name.lstrip("/").lower()
    command = next((each for each in commands if each.name == wanted), None)
    if command is None:
        raise no_such_command(context, commands, name)
    lines = [context.say(command.message)]
    if command.name == "paint":
        lines.append(context.say("help-paint"))
    if command.name in EXAMPLES:
        lines.append(context.say("help-example", example=EXAMPLES[command.name]))
    return [
        Reply(
            title=usage(command),
            text="\n\n".join(lines),
            fields=tuple(_explained(context, command, each) for each in command.parameters),
            is_private=True,
        )
    ]


def no_such_command(
    context: CommandContext, commands: Sequence[Command], name: str
) -> RefusalError:
    """Give the refusal of a name that no command has, with the nearest that the asker may use."""
    allowed = [each.name for each in commands if each.rank <= context.person.rank]
    near = nearest(name.lstrip("/"), allowed)
    return RefusalError(
        "refusal-command", given=quoted(name), nearest=f"/{near}" if near else "none"
    )


def usage(command: Command) -> str:
    """Write a command with its parameters: "/random [category] [count]"."""
    parts = [each.name if each.required else f"[{each.name}]" for each in command.parameters]
    return " ".join([f"/{command.name}", *parts])


def _explained(context: CommandContext, command: Command, parameter: Parameter) -> tuple[str, str]:
    text = context.say(command.message_of(parameter))
    if parameter.required:
        text += f" ({context.say('help-required')})"
    match parameter.kind:
        case Kind.NUMBER:
            limits = {"lowest": str(parameter.minimum), "highest": str(parameter.maximum)}
            text += f" ({context.say('help-number', **limits)})"
        case Kind.CHOICE:
            text += f" ({context.say('help-choices', choices=', '.join(parameter.choices))})"
        case Kind.PICTURE:
            text += f" ({context.say('help-picture')})"
        case Kind.TEXT | Kind.PROMPT:
            pass
    return parameter.name, text
