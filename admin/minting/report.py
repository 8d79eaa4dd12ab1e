"""The report of a run, as a web page and CSV: each token's state and price."""

import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from admin.curation.manifest import format_csv
from admin.ledger import Listing, ListingState, Token, TokenState
from admin.marketplace.seaport.amounts import Currency
from admin.minting.metadata import traits

__all__ = ["COLUMNS", "as_csv", "make_page", "report_rows", "write_report"]

COLUMNS = (
    *("artwork", "name", "token", "state", "owner", "token_page", "image", "metadata"),
    *("requester", "share"),
    *("listing", "price", "currency", "order", "ends", "listing_page", "reason"),
)
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_STYLE = Path(__file__).with_name("report.css")


def report_rows(tokens: Sequence[Token], listings: Sequence[Listing]) -> list[dict[str, str]]:
    """A row for each token, with its newest listing."""
    newest = _newest(listings)
    rows = []
    for token in tokens:
        row = dict.fromkeys(COLUMNS, "") | {
            "artwork": token.artwork,
            "name": str(token.item["prompt"]),
            "token": str(token.token),
            "state": str(token.state),
            "owner": token.owner or "",
            "requester": str(token.item.get("requester") or ""),
            "share": f"{token.item['share']} %" if token.item.get("share") else "",
            "token_page": token.page or "",
            "image": f"ipfs://{token.image_cid}" if token.image_cid else "",
            "metadata": f"ipfs://{token.metadata_cid}" if token.metadata_cid else "",
        }
        listed = newest.get(token.token)
        rows.append(row | _sale(listed) if listed is not None else row)
    return rows


def as_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """A line for each token; no spreadsheet runs anything in it as a formula."""
    return format_csv(COLUMNS, rows)


def write_report(
    folder: Path,
    title: str,
    tokens: Sequence[Token],
    listings: Sequence[Listing],
    figures: Sequence[tuple[str, str]] = (),
) -> tuple[Path, Path]:
    """Write report.html and report.csv into a folder; prices are in whole units.

    Args:
        figures: of the run, shown on top beside those of the collection.
    """
    rows = report_rows(tokens, listings)
    folder.mkdir(parents=True, exist_ok=True)
    page, table = folder / "report.html", folder / "report.csv"
    cards = [*_counts(tokens, listings), *figures]
    head = "<th>Painting<th>Token<th>Listing<th class=price>Price<th>Until (UTC)<th>Metadata"
    lines = "".join(_line(*each) for each in zip(tokens, rows, strict=True))
    page.write_text(make_page(title, title, cards, head, lines), "utf-8")
    table.write_text(as_csv(rows), "utf-8")
    return page, table


def _newest(listings: Sequence[Listing]) -> dict[int, Listing]:
    return {each.token: each for each in sorted(listings, key=lambda one: one.serial)}


def _sale(listed: Listing) -> dict[str, str]:
    price, _, currency = listed.shown_price.partition(" ")
    return {
        "listing": str(listed.state),
        "price": price,
        "currency": currency,
        "order": listed.hash,
        "ends": f"{datetime.fromtimestamp(listed.order.end, UTC):%Y-%m-%d %H:%M} UTC",
        "listing_page": listed.page or "",
        "reason": listed.reason,
    }


# --- the page -----------------------------------------------------------------------------------


def make_page(
    title: str,
    heading: str,
    figures: Sequence[tuple[str, str]],
    head: str,
    lines: str,
    told: str = "",
) -> str:
    """Write a page with figures and a table; the last three are HTML."""
    cards = "".join(_card(name, value) for name, value in figures)
    return (
        '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="'
        f'width=device-width,initial-scale=1"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE.read_text('utf-8')}</style><h1>{html.escape(heading)}</h1>"
        f"<ul class=cards>{cards}</ul>{told}"
        f"<div class=scroll><table><thead><tr>{head}<tbody>{lines}</table></div></html>\n"
    )


def _counts(tokens: Sequence[Token], listings: Sequence[Listing]) -> list[tuple[str, str]]:
    """The figures on top: tokens by state, then what is asked and what was paid."""
    states = Counter(str(each.state) for each in tokens)
    newest = _newest(listings).values()
    money = {
        "for sale": [each for each in newest if each.state is ListingState.POSTED],
        "sold": [each for each in listings if each.state is ListingState.FILLED],
    }
    found = [(name, str(count)) for name, count in {"tokens": len(tokens), **states}.items()]
    for name, those in money.items():
        totals: Counter[tuple[str, int]] = Counter()
        for each in those:
            totals[each.currency, each.decimals] += each.price
        found += [(name, str(len(those)))] if those else []
        found += [
            (f"{name}, in all", Currency(symbol, "", decimals).show(total))
            for (symbol, decimals), total in totals.items()
        ]
    return found


def _card(name: str, value: str) -> str:
    return f"<li><b>{html.escape(value)}</b> {html.escape(name)}</li>"


def _line(token: Token, row: Mapping[str, str]) -> str:
    colour = traits(token.item).get("Colour hex", "")
    swatch = f'<i style="background:{colour}"></i>' if _HEX.fullmatch(colour) else ""
    number, cid = row["token"], row["metadata"].removeprefix("ipfs://")
    page = row["token_page"] if token.state is TokenState.MINTED else ""
    until = row["ends"].removesuffix(" UTC") if row["listing"] == ListingState.POSTED else ""
    cells = (
        ("name", f"{swatch}<span>{html.escape(row['name'])}</span>"),
        ("", f"{_state(row['state'])} {_link(page, number)}"),
        ("", _state(row["listing"], row["reason"], row["listing_page"])),
        ("price", html.escape(f"{row['price']} {row['currency']}")),
        ("", until),
        ("", f'<code title="{cid}">{_short(cid)}</code>'),
    )
    return "<tr>" + "".join(f'<td class="{name}">{cell}' for name, cell in cells)


def _state(state: str, reason: str = "", page: str = "") -> str:
    if not state:
        return ""
    told = f' title="{html.escape(reason)}"' if reason else ""
    shown = f'<span class="state {state}"{told}>{state}</span>'
    return (
        f'{shown} <a href="{html.escape(page)}" title="where it can be bought">↗</a>'
        if _is_web(page)
        else shown
    )


def _link(page: str, text: str) -> str:
    shown = f'<code title="{text}">{_short(text)}</code>'
    return f'<a href="{html.escape(page)}">{shown}</a>' if _is_web(page) else shown


def _is_web(page: str) -> bool:
    return page.startswith(("https://", "http://"))


def _short(text: str) -> str:
    return text if len(text) <= 14 else f"{text[:7]}…{text[-5:]}"
