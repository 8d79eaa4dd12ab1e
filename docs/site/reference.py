"""Writes docs/reference/ from the code: commands of `ganshare`, commands in chats, settings.

python docs/site/reference.py            writes the pages
python docs/site/reference.py --check    says which of them are no longer what the code says
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

FOLDER = Path(__file__).parents[1] / "reference"
HEAD = "Made from the code by `python docs/site/reference.py`; a test compares the two."


def page(name: str) -> str:
    """Write one of `PAGES`, such as "settings.md"."""
    return "\n".join(PAGES[name]()) + "\n"


# --- The command line -------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    from ganshare.cli import ganshare

    yield f"# Commands of `ganshare`\n\n{HEAD} `--help` shows the same.\n"
    yield "Type them after `source .venv/bin/activate` ([install](../install.md)).\n"
    for name in sorted(ganshare.commands):
        yield from _command(f"ganshare {name}", carried_out(ganshare.commands[name]))


def carried_out(command: click.Command) -> click.Command:
    """Follow a command that another process carries out to where it is defined."""
    find = getattr(command, "find", None)
    return find() if find else command


def _command(path: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    depth = "#" * min(2 + path.count(" ") - 1, 4)
    yield f"{depth} `{path}`\n"
    if command.help:
        yield _paragraphs(command.help) + "\n"
    if not isinstance(command, click.Group):
        usage = " ".join(command.collect_usage_pieces(context))
        yield f"    {path} {usage}\n"
    options = [
        each for each in command.params if isinstance(each, click.Option) and not each.hidden
    ]
    rows = [each.get_help_record(context) for each in options]
    if rows := [each for each in rows if each and "--version" not in each[0]]:
        yield "| option | meaning |\n| --- | --- |"
        yield "\n".join(f"| `{_cell(name)}` | {_cell(meaning)} |" for name, meaning in rows) + "\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _command(f"{path} {name}", inner)


def _paragraphs(text: str) -> str:
    r"""Unwrap help; what follows `\b` keeps its lines, as a block of code."""
    found = []
    for paragraph in text.expandtabs().replace("\f", "").strip().split("\n\n"):
        lines = [line.strip() for line in paragraph.splitlines()]
        if lines[0] == "\b":
            found.append("\n".join(f"    {line}" for line in lines[1:]))
        else:
            found.append(" ".join(lines).replace("<", "&lt;"))
    return "\n\n".join(found)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# --- Commands in chats ------------------------------------------------------------------------


def _chat() -> Iterator[str]:
    from bot.core.commands.definitions import COMMANDS
    from bot.core.commands.help import usage
    from bot.core.rendering.catalogue import load_words

    words = load_words()
    yield f"# Commands in chats\n\n{HEAD}\n"
    yield "They are the same on Discord, on Telegram and in `ganshare chat`.\n"
    for command in COMMANDS:
        yield f"## `{usage(command)}`\n\n{words.say('en', command.message)}\n"
        yield f"{words.say('zh', command.message)}\n"
        if command.parameters:
            yield "| parameter | meaning | 中文 |\n| --- | --- | --- |"
            for each in command.parameters:
                english, chinese = (
                    _cell(words.say(language, command.message_of(each)))
                    for language in ("en", "zh")
                )
                choices = f" One of: {', '.join(each.choices)}." if each.choices else ""
                yield f"| `{each.name}` | {english}{choices} | {chinese} |"
            yield ""


# --- Settings ---------------------------------------------------------------------------------


def _settings() -> Iterator[str]:
    from ganshare.settings.listing import GROUPS, listing

    yield f"# Settings\n\n{HEAD} `ganshare settings` shows them with the values that hold.\n"
    yield (
        "A setting is an environment variable, or a key in `ganshare.toml`: `ENGINE_BATCH` is "
        "`batch` in the table `[engine]` ([how](../operations.md#settings)).\n"
    )
    table = None
    for entry in listing():
        if entry.table != table:
            table = entry.table
            yield f"\n## {GROUPS[table]}\n"
            yield "| setting | default | meaning |\n| --- | --- | --- |"
        value = f"`{entry.value}`" if entry.value else "–"
        yield f"| `{entry.variable}` | {value} | {_cell(entry.meaning)} |"


PAGES = {"commands.md": _commands, "chat.md": _chat, "settings.md": _settings}


def main() -> int:
    """Write the pages, or compare them."""
    for name in list(os.environ):
        if name.startswith(("GANSHARE_", "ENGINE_", "BOT_", "ADMIN_", "SHARES_")):
            del os.environ[name]
    with tempfile.TemporaryDirectory() as empty:  # no ganshare.toml there
        os.chdir(empty)
        found = {name: page(name) for name in PAGES}
        os.chdir(FOLDER)
    if "--check" in sys.argv[1:]:
        old = [name for name, text in found.items() if Path(name).read_text("utf-8") != text]
        for name in old:
            sys.stderr.write(
                f"docs/reference/{name} is not what the code says: python docs/site/reference.py\n"
            )
        return 1 if old else 0
    for name, text in found.items():
        Path(name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
