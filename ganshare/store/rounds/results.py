"""Results of ended rounds: words that win for the prompt source, paintings for the critic."""

import json
import math
from collections import Counter

import sqlalchemy as sa

from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import Standing
from ganshare.prompts.thompson import TRAITS, Record
from ganshare.store.community.gallery import Gallery
from ganshare.store.db.database import Database
from ganshare.store.db.rows_rounds import to_standing
from ganshare.store.db.tables_queue import artworks
from ganshare.store.db.tables_votes import round_entries, rounds

__all__ = ["Results"]

_BEST = 0.25  # the first quarter
_PROMPTS = 2_000
_NEWEST = 20_000  # taste changes, and so does the painter


class Results:
    """Reads the outcome of all rounds at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gallery = Gallery(database)

    async def record(self) -> Record:
        """Count, for each trait, the paintings of ended rounds and those in the first quarter."""
        ended = (
            sa.select(
                round_entries.c.round,
                round_entries.c.place,
                round_entries.c.has_quorum,
                artworks.c.attributes,
                artworks.c.prompt,
            )
            .join(artworks, artworks.c.id == round_entries.c.artwork)
            .where(round_entries.c.place.is_not(None), artworks.c.visibility == "public")
            .order_by(round_entries.c.round.desc())
            .limit(_NEWEST)
        )
        rows = await self._database.rows(ended)
        sizes = Counter(row["round"] for row in rows)
        painted: dict[str, Counter[str]] = {name: Counter() for name in TRAITS}
        best: dict[str, Counter[str]] = {name: Counter() for name in TRAITS}
        won: list[str] = []
        for row in rows:
            is_best = row["has_quorum"] and row["place"] <= math.ceil(_BEST * sizes[row["round"]])
            if is_best and row["prompt"]:  # of who was forgotten there is none
                won.append(row["prompt"])
            for name, value in json.loads(row["attributes"]).items():
                if name in painted:
                    painted[name][str(value)] += 1
                    best[name][str(value)] += bool(is_best)
        traits = {
            name: {value: (count, best[name][value]) for value, count in counts.items()}
            for name, counts in painted.items()
        }
        return Record(traits, len(rows), len(won), tuple(won[:_PROMPTS]))

    async def judged(self) -> list[tuple[Artwork, Standing]]:
        """Paintings that ended rounds ordered, with how they stood; deleted ones are left out."""
        ended = (
            sa.select(round_entries)
            .join(rounds, rounds.c.id == round_entries.c.round)
            .where(rounds.c.closed.is_not(None))
            .order_by(round_entries.c.round.desc(), round_entries.c.place)
            .limit(_NEWEST)
        )
        standings = [to_standing(row) for row in await self._database.rows(ended)]
        found = await self._gallery.several(each.artwork for each in standings)
        return [
            (found[each.artwork], each)
            for each in standings
            if each.artwork in found and found[each.artwork].deleted is None
        ]
