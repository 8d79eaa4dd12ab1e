"""`ganshare bot doctor`: checks store, blobs, engines and platforms, and says what to fix."""

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ganshare.extras import check_extra

if TYPE_CHECKING:
    from bot.core.doctor import Finding
    from ganshare.settings import BotSettings, CoreSettings

__all__ = ["doctor"]

EXIT_ILL = 3  # as the world's faults


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--sync", "syncs", is_flag=True, help="Send the commands to Discord, changed or not.")
def doctor(as_json: bool, syncs: bool) -> int:
    """Check store, blobs, engines, tokens, rights and webhooks; say what to click where."""
    check_extra("bot")
    from rich.console import Console
    from rich.markup import escape

    from ganshare.monitoring.log import start_log
    from ganshare.settings import BotSettings, CoreSettings, load

    core, settings = load(CoreSettings), load(BotSettings)
    start_log("doctor", core, settings)
    findings = asyncio.run(_examine(core, settings, syncs=syncs))
    console = Console(highlight=False, soft_wrap=True)
    for each in findings:
        if as_json:
            click.echo(json.dumps(asdict(each), ensure_ascii=False))
            continue
        mark = "[green]✓[/]" if each.ok else "[red]✗[/]" if each.is_needed else "[yellow]–[/]"
        console.print(f"{mark} [bold]{escape(each.name)}[/]  {escape(each.advice)}")
    return EXIT_ILL if any(each.is_needed and not each.ok for each in findings) else 0


async def _examine(
    core: "CoreSettings", settings: "BotSettings", *, syncs: bool
) -> "list[Finding]":
    from bot.core.doctor import examine_core
    from bot.discord.doctor import examine as examine_discord
    from bot.telegram.doctor import examine as examine_telegram

    return [
        *await examine_core(core),
        *await examine_discord(settings, syncs=syncs),
        *await examine_telegram(settings),
    ]
