"""The made-up community: our ranking finds what it likes, cheats don't win, nobody peeks."""

import asyncio
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from benchmarks.curation import (
    PAGE,
    Figures,
    as_markdown,
    hold_round,
    interval,
    kendall,
    measure,
    ours,
    raw_counts,
    round_rules,
    score,
)
from benchmarks.made_up_community import Community, draw_world
from benchmarks.page import marks
from ganshare.store import Store, open_store
from ganshare.store.db.tables_queue import artworks, jobs
from ganshare.store.db.tables_votes import ballots, round_entries, round_views, voters
from ganshare.testing import MODEL, make_artwork, make_request

SMALL = Community(members=200, paintings=60, looks=3_000, ring=10, promoted=2)


def test_kendall_counts_pairs_in_order() -> None:
    one = np.array([1.0, 2.0, 3.0, 4.0])
    assert kendall(one, one) == 1.0
    assert kendall(one, -one) == -1.0
    assert kendall(one, np.array([1.0, 2.0, 4.0, 3.0])) == pytest.approx(4 / 6)


def test_an_interval_holds_the_mean() -> None:
    mean, low, high = interval(np.array([0.1, 0.4, 0.5, 0.6]))
    assert low < mean < high


def test_the_best_order_scores_best() -> None:
    world = draw_world(SMALL, 1)
    found = score(world, [int(each) for each in np.argsort(-world.quality)])
    assert (found.precision, found.undeserved) == (1.0, 0)
    assert found.tau == pytest.approx(1.0)


def test_rankings_see_votes_and_views_only() -> None:
    """With the same ballots, other qualities, rings and tastes change no order."""
    world = draw_world(SMALL, 1)
    rules = round_rules(SMALL, equal=True)
    cast = hold_round(world, SMALL, 1, ours, equal=True)
    blind = replace(
        world,
        quality=np.zeros_like(world.quality),
        likes=np.zeros_like(world.likes),
        ring_of=np.full_like(world.ring_of, -1),
        promotes=np.zeros_like(world.promotes),
        is_eager=np.zeros_like(world.is_eager),
    )
    for ranking in (ours, raw_counts):
        assert ranking(world, cast, rules) == ranking(blind, cast, rules)


def test_the_page_has_the_marks() -> None:
    text = PAGE.read_text(encoding="utf-8")
    begin, end = marks("curation")
    assert text.count(begin) == text.count(end) == 1
    assert "ours, equal exposure" in text[text.index(begin) : text.index(end)]


def test_the_same_attention_is_spent_and_shared_out_equally() -> None:
    world = draw_world(SMALL, 2)
    rules = round_rules(SMALL, equal=True)
    cast = hold_round(world, SMALL, 2, ours, equal=True)
    views = cast.shown.sum(axis=0)
    assert views.min() >= 0.7 * rules.views
    assert views.max() <= rules.views + rules.final_views
    assert views.sum() <= SMALL.dealt * SMALL.looks * 1.1


def test_the_table_names_every_way() -> None:
    figures = measure(SMALL, [1, 2])
    text = as_markdown(figures, SMALL, range(2), 0.5)
    assert text.count("\n| ours, ") == text.count("\n| raw counts, ") == 2
    assert "as a multiple of" in text


@pytest.mark.slow
def test_ours_finds_half_as_many_again_and_cheats_don_t_win() -> None:
    figures: Figures = measure(Community(), range(200, 210))
    gain, low, _ = figures.gain("equal exposure", "feed alone")
    assert gain >= 1.4
    assert low > 1.15
    assert figures.mean("ours", "equal exposure", "undeserved")[0] < 0.5
    assert figures.mean("ours", "equal exposure", "first_five")[0] == 0.0
    assert figures.mean("raw counts", "feed alone", "undeserved")[0] > 0.5


async def _fill(store: Store, world: Any, cast: Any, rules: Any) -> str:
    """Put a made-up round into a real store."""
    database = store.database
    await store.queue.submit("m0", "test", make_request(), key="0")
    (job,) = await store.queue.claim("engine", models=[MODEL], max_area=10**6)
    await store.queue.finish(job, make_artwork())
    count = len(world.authors)
    for table in (jobs, artworks):
        row = dict((await database.rows(sa.select(table)))[0])
        own = [{"id": f"p{n:04}", "person": f"m{world.authors[n]}"} for n in range(count)]
        own = [
            each | ({"key": each["id"]} if table is jobs else {"job": each["id"]}) for each in own
        ]
        await database.write_each(table.insert(), [row | each for each in own])
    round_ = await store.rounds.open("place:1", "m0", 86_400.0, rules)
    entry = {"round": round_.id, "entered_by": "m0", "entered": 0.0, "dealt": 0, "posted": 0}
    entries = [entry | {"artwork": f"p{n:04}", "final": False} for n in range(count)]
    await database.write_each(round_entries.insert(), entries)
    people, paintings = np.nonzero(cast.votes)
    await database.write_each(
        ballots.insert(),
        [
            {"artwork": f"p{n:04}", "account": f"m{m}", "via": "x", "up": True, "at": 1.0}
            for m, n in zip(people, paintings, strict=True)
        ],
    )
    people, paintings = np.nonzero(cast.shown)
    await database.write_each(
        round_views.insert(),
        [
            {"round": round_.id, "artwork": f"p{n:04}", "account": f"m{m}", "at": 1.0}
            for m, n in zip(people, paintings, strict=True)
        ],
    )
    young = {"born": round_.closes, "told": True}
    await database.write_each(
        voters.insert(), [{"account": f"m{m}"} | young for m in np.flatnonzero(world.is_young)]
    )
    return round_.id


def test_the_store_counts_and_ranks_as_the_benchmark_does(tmp_path: Path) -> None:
    world = draw_world(SMALL, 3)
    rules = round_rules(SMALL, equal=True)
    cast = hold_round(world, SMALL, 3, ours, equal=True)

    async def stand() -> list[tuple[float, int, int]]:
        async with open_store(f"sqlite+aiosqlite:///{tmp_path}/s.db", migrate=True) as store:
            found = await store.rounds.standings(await _fill(store, world, cast, rules))
            return [(each.bound, each.votes, int(each.artwork[1:])) for each in found]

    there = asyncio.run(stand())
    places = {painting: place for place, painting in enumerate(ours(world, cast, rules))}
    # Ties are broken by names, which differ: what stands apart stands in the same order.
    apart = [(one, other) for one, other in itertools.pairwise(there) if one[:2] != other[:2]]
    assert len(apart) > 30
    assert all(places[one[2]] < places[other[2]] for one, other in apart)
