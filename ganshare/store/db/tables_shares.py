"""Tables of shares, wallets and unlockable content; and what pays for jobs, in SQL."""

from typing import Any

import sqlalchemy as sa

from ganshare.domain.jobs import JobState
from ganshare.store.db.dialect import now
from ganshare.store.db.tables_queue import jobs, state_in

__all__ = [
    "charge",
    "gifts",
    "holdings",
    "is_paid",
    "share_admissions",
    "sweeps",
    "unlockable_reads",
    "unlockables",
    "wallet_nonces",
    "wallets",
]

_metadata = sa.MetaData()
_TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    **dict.fromkeys(("unit", "block", "size"), sa.BigInteger),
    **dict.fromkeys(
        ("linked", "unlinked", "checked", "expires", "since", "until", "swept", "whole", "seconds",
         "given", "revoked", "created", "removed"),
        sa.Float,
    ),
}  # fmt: skip


def _table(name: str, columns: str) -> sa.Table:
    return sa.Table(
        name, _metadata, *(sa.Column(each, _TYPES.get(each, sa.Text)) for each in columns.split())
    )


wallets = _table("wallets", "wallet account linked unlinked checked block")
wallet_nonces = _table("wallet_nonces", "hash account wallet expires")
holdings = _table("share_holdings", "id token unit wallet since until")
sweeps = _table("share_sweeps", "token block swept whole")
gifts = _table("share_gifts", "id account seconds given expires revoked given_by reason")
share_admissions = _table("share_admissions", "account place since")
unlockables = _table("unlockables", "id token name media_type blob sha256 size created removed")
unlockable_reads = _table("unlockable_reads", "id unlockable person wallet created")


def is_paid(share: sa.ColumnElement[Any] = jobs.c.share) -> sa.ColumnElement[bool]:
    """Whether what pays for a job still does: the share is held, or the gift not over."""
    held = (
        sa.select(holdings.c.id)
        .join(wallets, wallets.c.wallet == holdings.c.wallet)
        .where(holdings.c.until.is_(None), wallets.c.unlinked.is_(None))
    )
    given = sa.select(gifts.c.id).where(gifts.c.revoked.is_(None), gifts.c.expires > now())
    return sa.or_(share.is_(None), share.in_(held), share.in_(given))


def charge(
    table: sa.FromClause, until: sa.ColumnElement[Any], seconds_per_cost: sa.ColumnElement[float]
) -> sa.ColumnElement[float]:
    """Seconds of engines' time that a job takes from what pays for it.

    One that was painted or cancelled: as long as it ran, up to the moment at which the share was
    sold. One that waits or is under way: at least what it is expected to take. One that failed:
    nothing.

    Args:
        until: when the share was sold; NULL if it was not.
    """
    finished = sa.func.coalesce(table.c.finished, now())
    end = sa.case((until < finished, until), else_=finished)
    ran = sa.case((end > table.c.started, end - table.c.started), else_=0.0)
    expected = sa.case((until.is_(None), table.c.cost * seconds_per_cost), else_=0.0)
    return sa.case(
        (state_in(table, JobState.QUEUED), expected),
        (
            state_in(table, JobState.RUNNING),
            sa.case((ran > expected, ran), else_=expected),
        ),
        (
            sa.and_(
                state_in(table, JobState.DONE, JobState.CANCELLED), table.c.started.is_not(None)
            ),
            ran,
        ),
        else_=0.0,
    )
