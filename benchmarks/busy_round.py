"""A round with fifty thousand votes just before its end, for benchmarks and tests."""

from typing import Any

import sqlalchemy as sa

from ganshare.domain.votes import RoundRules
from ganshare.store import Store
from ganshare.store.db.tables_community import accounts
from ganshare.store.db.tables_queue import artworks, jobs
from ganshare.store.db.tables_votes import (
    ballots,
    round_entries,
    round_views,
    vote_holds,
    voters,
)
from ganshare.testing import MODEL, make_artwork, make_request

__all__ = ["EACH", "PAINTINGS", "PEOPLE", "PLACE", "fill_round"]

PLACE = "discord:1"
PAINTINGS, PEOPLE, EACH = 250, 2_000, 200  # 50,000 votes
LINKED = 300


async def _copies(store: Store, table: sa.Table, count: int, **changes: Any) -> None:
    """Copies of a table's only row."""
    row = dict((await store.database.rows(sa.select(table)))[0])
    rows = [row | {name: change(n) for name, change in changes.items()} for n in range(1, count)]
    await store.database.write_each(table.insert(), rows)


def _painting(number: int) -> str:
    return f"{number:022d}"


async def fill_round(store: Store) -> str:
    """A round as it is at its end: votes, views, linked accounts, some held, some too young."""
    await store.queue.submit("discord:0", "test", make_request(), key="0")
    (job,) = await store.queue.claim("engine", models=[MODEL], max_area=10**6)
    await store.queue.finish(job, make_artwork())
    await _copies(store, jobs, PAINTINGS, id=_painting, key=str, person=lambda n: f"discord:{n}")
    await _copies(
        store, artworks, PAINTINGS, id=_painting, job=_painting, person=lambda n: f"discord:{n}"
    )
    rules = RoundRules(pool=PAINTINGS, views=60)
    round_ = await store.rounds.open(PLACE, "discord:9", 86_400.0, rules)
    ids = [row["id"] for row in await store.database.rows(sa.select(artworks.c.id))]
    entry = {"round": round_.id, "entered_by": "discord:9", "entered": 0.0, "dealt": 60}
    entry |= {"final": False, "posted": 1}
    await store.database.write_each(
        round_entries.insert(), [entry | {"artwork": each} for each in ids]
    )
    await store.database.write_each(
        ballots.insert(),
        [
            {"artwork": each, "account": f"discord:{(7 * n + 3 * place) % PEOPLE}",
             "via": "discord:1", "up": True, "at": 1.0}
            for place, each in enumerate(ids)
            for n in range(EACH)
        ],
    )  # fmt: skip
    await store.database.write_each(
        round_views.insert(),
        [
            {"round": round_.id, "artwork": each, "account": f"discord:{(11 * n + place) % PEOPLE}",
             "at": 1.0}
            for place, each in enumerate(ids)
            for n in range(60)
        ],
    )  # fmt: skip
    await store.database.write_each(
        accounts.insert(),
        [
            {"account": f"{platform}:{n}", "main": f"discord:{n}", "since": 1.0}
            for n in range(LINKED)
            for platform in ("discord", "telegram")
        ],
    )
    await store.database.write_each(
        voters.insert(),
        [
            {"account": f"discord:{n}", "born": 1.0 if n % 50 else round_.closes, "told": True}
            for n in range(PEOPLE)
        ],
    )
    holds = {"artwork": "", "held": True, "held_by": "x", "reason": "x", "event": 1}
    await store.database.write_each(
        vote_holds.insert(), [holds | {"account": f"discord:{n}"} for n in range(25, 2_000, 100)]
    )
    vacuum = "VACUUM " if store.database.dialect == "postgresql" else ""
    await store.database.write(sa.text(f"{vacuum}ANALYZE"))
    return round_.id
