"""The report at the end of a run, as a page and as a table: what is where, for how much."""

import csv
import html
from collections.abc import Sequence
from pathlib import Path

from admin.ledger import Listing, Token

__all__ = ["COLUMNS", "report_rows", "write_report"]

COLUMNS = ("artwork", "name", "token", "state", "metadata", "owner", "listing", "price", "order")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_STYLE = (
    "body{font:15px/1.5 system-ui;margin:2rem;color:#222}table{border-collapse:collapse}"
    "td,th{padding:.3rem .7rem;border-bottom:1px solid #ddd;text-align:left;"
    "max-width:22rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}"
)


def report_rows(tokens: Sequence[Token], listings: Sequence[Listing]) -> list[tuple[str, ...]]:
    """A row for each token, with its newest listing."""
    newest = {each.token: each for each in sorted(listings, key=lambda one: one.serial)}
    rows: list[tuple[str, ...]] = []
    for token in tokens:
        listed = newest.get(token.token)
        sale = ("", "", "")
        if listed is not None:
            sale = (str(listed.state), f"{listed.price} {listed.currency}", listed.hash)
        metadata = f"ipfs://{token.metadata_cid}" if token.metadata_cid else ""
        name = str(token.item["prompt"])
        start = (token.artwork, name, str(token.token), str(token.state), metadata)
        rows.append((*start, token.owner or "", *sale))
    return rows


def write_report(
    folder: Path, title: str, tokens: Sequence[Token], listings: Sequence[Listing]
) -> tuple[Path, Path]:
    """Write report.html and report.csv into a folder; prices are in smallest units."""
    rows = report_rows(tokens, listings)
    folder.mkdir(parents=True, exist_ok=True)
    page, table = folder / "report.html", folder / "report.csv"
    page.write_text(_page(title, rows), "utf-8")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([_safe(cell) for cell in row] for row in rows)
    return page, table


def _page(title: str, rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    lines = (
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    shown = html.escape(title)
    return (
        f"<!doctype html><meta charset=utf-8><title>{shown}</title><style>{_STYLE}</style>"
        f"<h1>{shown}</h1><p>{len(rows)} tokens</p><table><tr>{head}</tr>{''.join(lines)}</table>\n"
    )


def _safe(cell: str) -> str:
    """Keep a spreadsheet from running a prompt as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
