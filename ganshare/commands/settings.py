"""`ganshare settings`: lists every setting with its value, source and meaning."""

import dataclasses
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ganshare.settings.listing import ListedSetting

__all__ = ["settings"]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def settings(as_json: bool) -> None:
    """Print every setting, its value, source and meaning."""
    from ganshare.settings.listing import listing, mistyped_variables

    entries = list(listing())
    if as_json:
        for entry in entries:
            click.echo(json.dumps(dataclasses.asdict(entry)))
    else:
        _print(entries)
    for variable, meant in mistyped_variables():
        click.echo(f"warning: {variable} is not a setting (did you mean {meant}?).", err=True)


def _print(entries: "Iterable[ListedSetting]") -> None:
    from rich.console import Console
    from rich.table import Table

    from ganshare.settings.listing import GROUPS

    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        for entry in entries:
            value = "" if entry.value is None else entry.value
            click.echo(f"{entry.variable}={value}\t{entry.source}\t{entry.meaning}")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Setting", no_wrap=True)
    table.add_column("Value", overflow="fold")
    table.add_column("Source", no_wrap=True)
    table.add_column("Meaning", style="dim", ratio=1)
    last = None
    for entry in entries:
        if last != entry.table:
            if last is not None:
                table.add_row()
            table.add_row(f"[bold]{GROUPS[entry.table]}[/]")
            last = entry.table
        style = "" if entry.source == "default" else "green"
        value = "–" if entry.value is None else entry.value
        table.add_row(entry.variable, value, entry.source, entry.meaning, style=style)
    console.print(table)
