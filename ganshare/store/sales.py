"""Reads the ledger's tokens and listings for the bots and the page; spends nothing."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from ganshare.domain.sales import Sale, SaleNews, SaleState, shown_amount
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import now, upsert
from ganshare.store.db.rows_rounds import to_round
from ganshare.store.db.tables_community import told
from ganshare.store.db.tables_ledger import orders, tokens
from ganshare.store.db.tables_queue import PUBLIC, artworks
from ganshare.store.db.tables_votes import round_entries, rounds

__all__ = ["Sales"]

AT_ONCE = 5  # paintings in one piece of news
QUIET_SECONDS = 600.0  # after which news is told though more of the round is under way
_OFFERED = {"posted": SaleState.LISTED, "filled": SaleState.SOLD}
_KINDS = (SaleState.MINTED, SaleState.LISTED)


class Sales:
    """Reads what is minted, for sale and sold."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_artworks(self, artworks: Iterable[str]) -> dict[str, Sale]:
        """Tell how paintings stand that are tokens; the others are left out."""
        ids, found = sorted(set(artworks)), {}
        for start in range(0, len(ids), 500):
            some = sa.select(*_SALE).select_from(_OFFERS)
            these = tokens.c.artwork.in_(ids[start : start + 500])
            for row in await self._database.rows(some.where(_IS_MINTED, these).order_by(*_ORDER)):
                found[row["artwork"]] = _sale(row)  # the newest offer comes last
        return found

    async def news(self, places: Sequence[str]) -> list[SaleNews]:
        """What places were not told yet of their rounds' winners: minted, or for sale.

        It waits until no other winner of the round is under way, or nothing has happened for
        some minutes. After telling, say so with `mark_told`; who crashes in between tells it again.
        """
        return [news for kind in _KINDS for news in await self._news(kind, places)]

    async def mark_told(self, news: SaleNews) -> None:
        """Remember that it was told; what is for sale by then needs no second word about that."""
        for _, sale in news.winners:
            kinds = {news.kind} if sale.state is SaleState.MINTED else set(_KINDS)
            for kind in sorted(kinds):
                values = {"taken_by": news.name, "until": now(), "told": now()}
                key = {"name": f"{kind}:{sale.artwork}"}
                await self._database.write(upsert(self._database.dialect, told, key, values))

    async def _news(self, kind: SaleState, places: Sequence[str]) -> list[SaleNews]:
        entered = _OFFERS.join(round_entries, round_entries.c.artwork == tokens.c.artwork)
        found = (
            sa.select(rounds, round_entries.c.place.label("rank"), *_SALE)
            .select_from(
                entered.join(rounds, rounds.c.id == round_entries.c.round).join(
                    artworks, artworks.c.id == tokens.c.artwork
                )
            )
            .where(_IS_MINTED, rounds.c.place.in_(places), round_entries.c.won.is_(True))
            .where(*PUBLIC)
            .where(~_was_told(kind), ~_is_under_way(kind))
        )
        if kind is SaleState.LISTED:
            found = found.where(orders.c.state == "posted", _was_told(SaleState.MINTED))
        held, winners = {}, dict[str, dict[str, tuple[int, Sale]]]()
        for row in await self._database.rows(found.order_by(rounds.c.id, *_ORDER)):
            held[row["id"]] = to_round(row)
            winners.setdefault(row["id"], {})[row["artwork"]] = (int(row["rank"]), _sale(row))
        return [
            SaleNews(held[each], kind, tuple(sorted(those.values(), key=_rank)[:AT_ONCE]))
            for each, those in winners.items()
        ]


def _rank(winner: tuple[int, Sale]) -> int:
    return winner[0]


# --- statements ---------------------------------------------------------------------------------


def _same_token(one: sa.FromClause, other: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(*(one.c[name] == other.c[name] for name in ("chain_id", "collection", "token")))


_IS_MINTED = tokens.c.state == "minted"
# Tokens, each with every order by which someone can buy it, or has.
_HOLDS = sa.or_(orders.c.state == "filled", orders.c.ends > now())
_OFFERS = sa.outerjoin(
    tokens, orders, sa.and_(_same_token(tokens, orders), orders.c.state.in_(list(_OFFERED)), _HOLDS)
)
_SALE = (
    tokens.c.artwork,
    tokens.c.page.label("token_page"),
    *(orders.c[name] for name in ("state", "price", "currency", "decimals")),
    orders.c.page.label("listing_page"),
)
_ORDER = (tokens.c.updated, orders.c.serial)


def _sale(row: Row) -> Sale:
    if row["state"] is None:
        return Sale(row["artwork"], SaleState.MINTED, token_page=row["token_page"])
    return Sale(
        row["artwork"],
        _OFFERED[row["state"]],
        shown_amount(int(row["price"]), row["decimals"], row["currency"]),
        row["token_page"],
        row["listing_page"],
    )


def _was_told(kind: SaleState) -> sa.ColumnElement[bool]:
    name = sa.literal(f"{kind}:", sa.Text).concat(tokens.c.artwork)
    return sa.exists().where(told.c.name == name, told.c.told.is_not(None))


def _is_under_way(kind: SaleState) -> sa.ColumnElement[bool]:
    """Whether more of the round's winners will be minted, or for sale, and lately some were."""
    entered, others, offered = round_entries.alias(), tokens.alias(), orders.alias()
    of_round = (entered.c.round == rounds.c.id, entered.c.artwork == others.c.artwork)
    found = sa.exists().where(*of_round, entered.c.won.is_(True))
    if kind is SaleState.MINTED:
        busy, changed = others.c.state != "minted", others.c.updated
    else:
        found = found.where(_same_token(offered, others))
        busy, changed = offered.c.state.in_(["signed", "posting"]), offered.c.updated
    return sa.and_(found.where(busy), found.where(changed > now() - QUIET_SECONDS))
