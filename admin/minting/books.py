"""The owner's books: what came in and went out by day, currency and token, as the ledger has it."""

from collections.abc import Collection as Container
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal

from admin.curation.manifest import format_csv
from admin.ledger import Listing, Transaction

__all__ = ["COLUMNS", "Entry", "as_csv", "gas_entries", "sale_entries"]

COLUMNS = ("day", "kind", "amount", "currency", "chain", "token", "account", "reference")
COIN_DECIMALS = 18


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount.

    Args:
        day: in UTC, such as "2026-11-30".
        kind: sale (what the buyer paid), fee (the marketplace's), royalty, or gas.
        amount: as a decimal number; what goes out is negative.
        currency: its symbol; "coins" for the chain's own coin.
        token: its id; "" where gas was paid for several or for none.
        account: who paid gas, or got a fee or a royalty; the seller of a sale.
        reference: the hash of the order or of the transaction.
    """

    day: str
    kind: str
    amount: str
    currency: str
    chain: int
    token: str
    account: str
    reference: str


def sale_entries(
    sold: Iterable[Listing], settled: Mapping[str, float], marketplaces: Container[str]
) -> Iterator[Entry]:
    """Give what was sold: the price, and what of it went to others than the seller.

    Args:
        settled: when the ledger learned of each order's end, in Unix seconds, by its hash.
        marketplaces: addresses whose share in an order is a fee; any other's is a royalty.
    """
    theirs = {address.lower() for address in marketplaces}
    for each in sold:
        place = (each.currency, each.collection.chain_id, str(each.token))
        day, seller = _day(settled[each.hash]), each.order.offerer
        yield Entry(day, "sale", _amount(each.price, each.decimals), *place, seller, each.hash)
        for part in each.order.consideration:
            if part.recipient.lower() != seller.lower():
                kind = "fee" if part.recipient.lower() in theirs else "royalty"
                amount = _amount(-part.amount, each.decimals)
                yield Entry(day, kind, amount, *place, part.recipient, each.hash)


def gas_entries(paid: Iterable[Transaction]) -> Iterator[Entry]:
    """Give what transactions cost, those that failed included."""
    for each in paid:
        token = each.subject[0] if each.kind == "mint" and len(each.subject) == 1 else ""
        place = ("coins", each.chain_id, token)
        amount = _amount(-each.cost, COIN_DECIMALS)
        yield Entry(_day(each.created), "gas", amount, *place, each.sender, each.hash or "")


def as_csv(entries: Iterable[Entry]) -> str:
    """A line for each entry, by day; no spreadsheet runs anything in it as a formula."""
    ordered = sorted(entries, key=lambda entry: (entry.day, entry.reference))
    return format_csv(COLUMNS, map(asdict, ordered), numbers=("amount",))


def _amount(units: int, decimals: int) -> str:
    return f"{Decimal(units).scaleb(-decimals).normalize():f}"


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
