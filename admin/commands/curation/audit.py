"""`ganshare admin audit`: reads the log of votes, or replays it against the tables."""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime

import click

from admin.context import open_store_session, print_lines, whoever_types
from ganshare.domain.votes import LogEntry
from ganshare.store import Audit

__all__ = ["audit"]

DIFFERENT = 1  # exit code


@click.group(invoke_without_command=True)
@click.option(
    "--replay", is_flag=True, help="Replay the log and compare the result with the tables."
)
@click.option("--artwork", metavar="ID", help="Only entries about this painting.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def audit(
    context: click.Context, replay: bool, artwork: str | None, limit: int, as_json: bool
) -> int:
    """Show the log of votes, newest first, or check it with --replay.

    --replay exits with code 1 if the tables differ from the log. Run it while nobody votes, because
    it reads one after the other.
    """
    if context.invoked_subcommand is not None:
        return 0
    if replay:
        found = asyncio.run(_replay())
        click.echo(json.dumps(asdict(found)) if as_json else _told(found))
        return DIFFERENT if found.differences else 0
    entries = asyncio.run(_read(artwork, limit))
    if as_json:
        for entry in entries:
            click.echo(json.dumps(asdict(entry)))
    else:
        print_lines(map(_line, entries), "The log of votes has no such entry.")
    return 0


@audit.command("held")
def held() -> None:
    """List votes that don't count for now, and why."""
    lines = (
        f"{artwork or 'everywhere':22}  {account}  by {by}: {reason}"
        for artwork, account, by, reason in asyncio.run(_load_held())
    )
    print_lines(lines, "All votes count.")


@audit.command("hold")
@click.argument("account")
@click.option(
    "--artwork", default="", metavar="ID", help="Only on this painting; on all if left out."
)
@click.option("--reason", required=True, help="The reason, kept in the log.")
def hold(account: str, artwork: str, reason: str) -> None:
    """Keep an account's votes from counting."""
    asyncio.run(_set_hold(account, artwork, reason, held=True))


@audit.command("release")
@click.argument("account")
@click.option(
    "--artwork", default="", metavar="ID", help="Only on this painting; on all if left out."
)
@click.option("--reason", required=True, help="The reason, kept in the log.")
def release(account: str, artwork: str, reason: str) -> None:
    """Let an account's votes count again."""
    asyncio.run(_set_hold(account, artwork, reason, held=False))


async def _replay() -> Audit:
    async with open_store_session() as store:
        return await store.votes.audit()


async def _read(artwork: str | None, limit: int) -> list[LogEntry]:
    async with open_store_session() as store:
        return await store.votes.log.read(limit=limit, artwork=artwork, newest=True)


async def _load_held() -> list[tuple[str, str, str, str]]:
    async with open_store_session() as store:
        return await store.votes.held(1_000)


async def _set_hold(account: str, artwork: str, reason: str, *, held: bool) -> None:
    async with open_store_session() as store:
        change = store.votes.hold if held else store.votes.release
        await change(account, whoever_types(), reason, artwork)


def _told(found: Audit) -> str:
    lines = [
        f"{found.entries:,} entries, {found.ballots:,} ballots that are up; {found.votes:,} votes "
        f"count for {found.paintings:,} paintings."
    ]
    if found.differences:
        lines += [f"{len(found.differences)} differences:", *found.differences]
    else:
        lines += ["The tables are what the log says."]
    return "\n".join(lines)


def _line(entry: LogEntry) -> str:
    moment = datetime.fromtimestamp(entry.created, UTC)
    parts = [entry.artwork, entry.account, entry.via, f"by {entry.by}" if entry.by else ""]
    what = "  ".join(part for part in parts if part)
    reason = f": {entry.reason}" if entry.reason else ""
    return f"{entry.number:>8}  {moment:%Y-%m-%d %H:%M:%S}  {entry.kind:9}  {what}{reason}"
