"""`ganshare admin audit`: reads the log of votes, or replays it against the tables."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click

from admin.context import open_store_session, print_lines, run_async, whoever_types
from ganshare.domain.votes import LogEntry
from ganshare.store import Audit

__all__ = ["audit"]

DIFFERENT = 1  # exit code

_artwork_option = click.option(
    "--artwork", default="", metavar="ID", help="Only on this painting; on all if left out."
)
_reason_option = click.option("--reason", required=True, help="The reason, kept in the log.")


@click.group(invoke_without_command=True)
@click.option(
    "--replay", is_flag=True, help="Replay the log and compare the result with the tables."
)
@click.option("--artwork", metavar="ID", help="Only entries about this painting.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
@run_async
async def audit(
    context: click.Context, replay: bool, artwork: str | None, limit: int, as_json: bool
) -> int:
    """Show the log of votes, newest first, or check it with --replay.

    --replay exits with code 1 if the tables differ from the log. Run it while nobody votes, because
    it reads one after the other.
    """
    if context.invoked_subcommand is not None:
        return 0
    async with open_store_session() as store:
        if replay:
            found = await store.votes.audit()
            click.echo(json.dumps(asdict(found)) if as_json else _told(found))
            return DIFFERENT if found.differences else 0
        entries = await store.votes.log.read(limit=limit, artwork=artwork, newest=True)
    if as_json:
        for entry in entries:
            click.echo(json.dumps(asdict(entry)))
    else:
        print_lines(map(_line, entries), "The log of votes has no such entry.")
    return 0


@audit.command("held")
@run_async
async def held() -> None:
    """List votes that don't count for now, and why."""
    async with open_store_session() as store:
        found = await store.votes.held(1_000)
    lines = (
        f"{artwork or 'everywhere':22}  {account}  by {by}: {reason}"
        for artwork, account, by, reason in found
    )
    print_lines(lines, "All votes count.")


@audit.command("hold")
@click.argument("account")
@_artwork_option
@_reason_option
@run_async
async def hold(account: str, artwork: str, reason: str) -> None:
    """Keep an account's votes from counting."""
    async with open_store_session() as store:
        await store.votes.hold(account, whoever_types(), reason, artwork)


@audit.command("release")
@click.argument("account")
@_artwork_option
@_reason_option
@run_async
async def release(account: str, artwork: str, reason: str) -> None:
    """Let an account's votes count again."""
    async with open_store_session() as store:
        await store.votes.release(account, whoever_types(), reason, artwork)


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
