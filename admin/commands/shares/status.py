"""`ganshare admin shares status` and `report`: who holds what, and what was used of it."""

import asyncio
import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from admin.context import open_store_session, run_async
from admin.curation.manifest import format_csv
from admin.minting.report import make_page
from ganshare.domain.shares import Gift, Payer, Swept
from ganshare.errors import WorldError
from ganshare.shares.sweeper import open_gate

__all__ = ["report", "status"]

_COLUMNS = ("what", "holder", "wallet", "hours", "used", "left", "until")


@dataclass(frozen=True, slots=True)
class _Situation:
    """All that is known of shares, and how old it is."""

    shares: Sequence[tuple[Payer, str]]
    gifts: Sequence[tuple[Gift, float]]
    wallets: int
    swept: Swept | None
    moment: float
    trouble: str = ""
    has_gate: bool = True

    @property
    def lines(self) -> list[str]:
        """For people, in order."""
        if not self.has_gate:
            return ["No shares needed: ADMIN_GATE_CONTRACT is not set, so everyone can paint."]
        found = [f"{len(self.shares)} shares are held by {self.wallets} linked wallets."]
        if self.trouble:
            found.append(
                f"The chain cannot be read, and this is what was known last: {self.trouble}"
            )
        if self.swept is not None:
            age = round(self.moment - self.swept.swept)
            found.append(f"The chain was read up to block {self.swept.block}, {age} s ago.")
        return found

    @property
    def rows(self) -> list[dict[str, str]]:
        """Every share and gift."""
        rows = [
            _row(f"share {each.name}", account, each.wallet, each.seconds, each.used, each.until)
            for each, account in self.shares
        ]
        for gift, used in self.gifts:
            is_over = gift.revoked is not None or gift.expires < self.moment
            name = f"gift {gift.id} ({gift.reason})" + (", over" if is_over else "")
            rows.append(_row(name, gift.account, "", gift.seconds, used, gift.expires))
        return rows


def _row(
    what: str, holder: str, wallet: str, seconds: float, used: float, until: float
) -> dict[str, str]:
    values = (seconds, used, max(0.0, seconds - used))
    hours = [f"{each / 3600:.2f}" for each in values]
    end = f"{datetime.fromtimestamp(until, UTC):%Y-%m-%d}"
    return dict(zip(_COLUMNS, (what, holder, wallet, *hours, end), strict=True))


@click.command()
@run_async
async def status() -> None:
    """Show holders of shares and gifts and their remaining time; reads the chain first."""
    found = await _look()
    for line in found.lines:
        click.echo(line)
    for row in found.rows:
        click.echo(
            f"  {row['what']}  {row['holder']}  {row['wallet'] or '-'}  {row['left']} of "
            f"{row['hours']} h left until {row['until']}"
        )


@click.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("shares-report"),
    show_default=True,
    help="The folder for report.html and report.csv.",
)
def report(folder: Path) -> None:
    """Report holdings and usage as a web page and as CSV."""
    found = asyncio.run(_look())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.csv").write_text(format_csv(_COLUMNS, found.rows), "utf-8")
    (folder / "report.html").write_text(_as_page(found), "utf-8")
    click.echo(f"{folder / 'report.html'} and {folder / 'report.csv'}")


async def _look() -> _Situation:
    async with open_store_session() as store, open_gate(store) as gate:
        moment = await store.now()
        gifts = await store.shares.usage.gifts()
        if gate is None:
            return _Situation([], gifts, 0, None, moment, has_gate=False)
        trouble = ""
        try:
            await gate.sweep()
        except WorldError as error:
            trouble = str(error)
        shares = await store.shares.usage.shares(gate.terms)
        swept = await store.shares.holdings.swept(gate.terms.tokens)
        wallets = len({each.wallet for each, _ in shares})
        return _Situation(shares, gifts, wallets, swept, await store.now(), trouble)


def _as_page(found: _Situation) -> str:
    rows = found.rows
    seconds = [each.seconds for each, _ in found.shares]
    used = [min(each.used, each.seconds) for each, _ in found.shares]
    cards = [
        ("shares held", str(len(found.shares))),
        ("wallets", str(found.wallets)),
        ("hours of this period", f"{sum(seconds) / 3600:.1f}"),
        ("used", f"{sum(used) / 3600:.1f}"),
        ("gifts", str(len(found.gifts))),
    ]
    head = "".join(f"<th>{html.escape(name.capitalize())}" for name in _COLUMNS)
    body = "".join("<tr>" + "".join(_cell(name, row[name]) for name in _COLUMNS) for row in rows)
    said = "".join(f"<p>{html.escape(line)}</p>" for line in found.lines)
    when = f"{datetime.fromtimestamp(found.moment, UTC):%Y-%m-%d %H:%M} UTC"
    return make_page("Shares", f"Shares, {when}", cards, head, body, said)


def _cell(name: str, text: str) -> str:
    """A cell of the page; an address is shown in short, and whole where one points at it."""
    whole = html.escape(text)
    if name == "wallet" and text:
        return f"<td><code title={whole}>{whole[:8]}…{whole[-6:]}</code>"
    return f"<td>{whole}"
