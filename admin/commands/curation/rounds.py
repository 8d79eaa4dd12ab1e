"""`ganshare admin rounds`: the rounds' options that only the owner sets: critic and shares."""

from datetime import UTC, datetime
from pathlib import Path

import click

from admin.context import open_store_session, print_lines, run_async, whoever_types
from admin.curation.share_balances import Holder, Shares, balances, block_at, read_holders
from ganshare.chain.chain import open_chain
from ganshare.domain.votes import Round, RoundRules
from ganshare.errors import ParameterError, SettingsError, VoteError, quoted
from ganshare.settings import AdminSettings, load

__all__ = ["rounds"]

HOUR = 3_600.0
USUAL = RoundRules()
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def rounds() -> None:
    """List, open, weight and close rounds of votes."""


@rounds.command("list")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@run_async
async def list_command(limit: int) -> None:
    """List rounds, newest first."""
    async with open_store_session() as store:
        found = await store.rounds.recent(limit=limit)
    print_lines(map(_line, found), "There was no round yet.")


@rounds.command("open")
@click.argument("place")
@click.option("--hours", type=click.FloatRange(0.1, 8_760), default=168, show_default=True)
@click.option("--title", default="")
@click.option("--pool", type=int, default=USUAL.pool, show_default=True)
@click.option("--winners", type=int, default=USUAL.winners, show_default=True)
@click.option("--quorum", type=int, default=USUAL.quorum, show_default=True)
@click.option("--views", type=int, default=USUAL.views, show_default=True)
@click.option("--age", type=float, default=USUAL.min_age / HOUR, show_default=True,
              help="How many hours old an account must be to vote.")  # fmt: skip
@click.option("--automatic", is_flag=True, help="Finished paintings enter automatically.")
@click.option("--critic", type=click.FloatRange(1, 100), metavar="PERCENT",
              help="Only the critic's best of those enter; needs `critic score`.")  # fmt: skip
@click.option(
    "--weighted", is_flag=True, help="Share holders' votes carry more weight; see `snapshot`."
)
@click.option("--max-weight", type=float, default=USUAL.max_weight, show_default=True)
@run_async
async def open_command(
    place: str,
    hours: float,
    title: str,
    age: float,
    automatic: bool,
    critic: float | None,
    **rules: int | float | bool,
) -> None:
    """Open a round in a place such as discord:123, where its bot announces it.

    Curators can open rounds in chats; a critic's choice and weights need this command.
    """
    wanted = RoundRules(
        **rules,  # type: ignore[arg-type]  # click has checked their kinds
        min_age=age * HOUR,
        automatic=automatic or critic is not None,
        preselect=1.0 if critic is None else critic / 100,
    )
    if ":" not in place.strip(":") and place != "web":
        message = f"{quoted(place)} is not a place; places look like discord:123 or telegram:-45."
        raise ParameterError(message, given=place)
    async with open_store_session() as store:
        opened = await store.rounds.open(place, whoever_types(), hours * HOUR, wanted, title=title)
    click.echo(_line(opened))


@rounds.command()
@click.argument("round_id", metavar="ROUND")
@click.option("--holders", required=True, type=_FILE, metavar="F.csv",
              help="Accounts with their shares or wallets.")  # fmt: skip
@click.option(
    "--contract",
    metavar="0x...",
    help="Share contract for wallets; ADMIN_GATE_CONTRACT if left out.",
)
@click.option("--token-id", type=click.IntRange(0), metavar="N", help="Token ID, for an ERC-1155.")
@click.option("--block", type=click.IntRange(0), metavar="N",
              help="Block to read wallets at; the last before the round if left out.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would be stored, and store nothing.")
@run_async
async def snapshot(
    round_id: str,
    holders: Path,
    contract: str | None,
    token_id: int | None,
    block: int | None,
    dry_run: bool,
) -> None:
    """Store who held how many shares when a weighted round began, once, before it ends.

    F.csv has the columns account and shares, or account and wallet; balances of wallets are read
    from the chain. The snapshot is written into the log of votes.
    """
    found = read_holders(holders)
    shares = _shares(contract, token_id) if found[0].wallet else None
    click.echo(await _weigh(round_id, found, shares, block, holders.name, dry_run))


@rounds.command()
@click.argument("round_id", metavar="ROUND")
@click.option("--early", is_flag=True, help="End it before its time.")
@run_async
async def close(round_id: str, early: bool) -> None:
    """Close a round whose time is over, as its bot does automatically."""
    async with open_store_session() as store:
        standings = await store.rounds.close(round_id, whoever_types(), early=early)
    click.echo(f"{sum(each.won for each in standings)} winners of {len(standings)} paintings")


def _shares(contract: str | None, token_id: int | None) -> Shares:
    settings = load(AdminSettings)
    address = contract or settings.gate_contract
    if address is None:
        raise SettingsError(
            "Wallets need a contract whose tokens are shares; --contract or ADMIN_GATE_CONTRACT "
            "takes its address."
        )
    ids = settings.gate_token_id
    if contract is None and token_id is None and len(ids) > 1:
        raise SettingsError("Several tokens are shares; --token-id takes the one that counts here.")
    chosen = ids[0] if ids and contract is None and token_id is None else token_id
    return Shares(address, chosen)


async def _weigh(
    round_id: str,
    holders: list[Holder],
    shares: Shares | None,
    block: int | None,
    name: str,
    dry_run: bool,
) -> str:
    async with open_store_session() as store:
        round_ = await store.rounds.get(round_id)
        if round_ is None:
            raise VoteError(f"There is no round {quoted(round_id)}.", given=round_id)
        if shares is None:
            held, source = {each.account: each.shares for each in holders}, name
        else:
            held, block = await _read(round_, holders, shares, block)
            token = "" if shares.token is None else f", token {shares.token}"
            source = f"{name}; {shares.contract}{token}, block {block}"
        some = sum(1 for each in held.values() if each > 0)
        if dry_run:
            return f"{some} of {len(held)} accounts hold shares ({source}); nothing was kept."
        kept = await store.rounds.weigh(round_id, held, whoever_types(), source)
        return f"{kept} of {len(held)} accounts hold shares ({source}); kept for {round_id}."


async def _read(
    round_: Round, holders: list[Holder], shares: Shares, block: int | None
) -> tuple[dict[str, float], int]:
    settings = load(AdminSettings)
    urls = settings.rpc_urls.get_secret_value()
    async with open_chain(urls, settings.chain_id) as chain:
        at = await block_at(chain, round_.opens) if block is None else block
        return await balances(chain, shares, at, holders), at


def _line(round_: Round) -> str:
    def day(moment: float) -> str:
        return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M}"

    rules = round_.rules
    options = [f"the critic's {rules.preselect:.0%}"] if rules.preselect < 1 else []
    options += ["weighted"] if rules.weighted else []
    ended = f"ended {day(round_.closed)}" if round_.closed else f"ends {day(round_.closes)}"
    parts = [round_.id, round_.place, f"from {day(round_.opens)}", ended, *options, round_.title]
    return "  ".join(part for part in parts if part)
