"""Simulated voting: our ranking against raw counts, in a community whose taste is known.

A thousand members, three hundred paintings, each with a hidden quality: the share of all members
that would like it. Attention is unequal, as in any feed: a few members look at most, what came
early and what has votes is seen more. Fifteen of a hundred members cheat: rings that vote for each
other's paintings, and authors with second accounts. The same members with the same taste, and as
many looks in all, are ranked in four ways: by raw counts and by ours, in the feed alone and with
most looks dealt out equally.

Ours is what the store does: `ganshare.domain.ranking` over the counts of `ganshare.store`, the
dealing of `next_to_show`. No ranking sees qualities, rings, or who is honest. The guards against
bursts are left out; the ranking has to stand by itself.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import click
import numpy as np

from benchmarks.made_up_community import Bools, Community, Floats, Ints, World, draw_world
from benchmarks.page import circumstances, write_figures
from ganshare.domain.ranking import Count, rank
from ganshare.domain.votes import RoundRules

PAGE = Path(__file__).parent.parent / "docs" / "curation.md"
WINNERS = 20
WAYS = ("raw counts", "ours")
FEEDS = ("feed alone", "equal exposure")


@dataclass
class Ballots:
    """What came of a round: who voted for what, and whom the round has shown what."""

    votes: Bools
    shown: Bools


Ranking = Callable[[World, Ballots, RoundRules], list[int]]


@dataclass(frozen=True)
class Score:
    """How well one ranking did in one world.

    Args:
        precision: of the first twenty, the share that are among the truly best twenty.
        tau: Kendall's, between the whole ranking and the qualities.
        undeserved: paintings among the first twenty that cheats promoted and that are not even
            among the truly best sixty.
        first_five: the same among the first five.
    """

    precision: float
    tau: float
    undeserved: int
    first_five: int


# --- a round ----------------------------------------------------------------------------------


def hold_round(
    world: World, community: Community, seed: int, ranking: Ranking, *, equal: bool
) -> Ballots:
    """Let everybody look and vote until the attention is used up.

    Args:
        ranking: says who is in the final.
        equal: whether most looks are dealt out; else all are at the feed.
    """
    dice = np.random.default_rng(seed + 1_000_003)
    people, paintings = world.likes.shape
    votes = np.zeros((people, paintings), dtype=bool)
    shown = np.zeros((people, paintings), dtype=bool)
    seen = np.zeros((people, paintings), dtype=bool)
    rules = round_rules(community, equal=equal)
    deals = np.zeros(people, dtype=int)
    views = np.zeros(paintings, dtype=int)
    hearts = np.zeros(paintings, dtype=int)
    cheating = np.flatnonzero(world.promotes.any(axis=1))
    final: Bools | None = None
    moments = {int(person): dice.random() for person in cheating}
    for number, person in enumerate(world.visitors):
        now = number / len(world.visitors)
        there = world.arrives <= now
        for cheat in [each for each, moment in moments.items() if moment <= now]:
            hearts += world.promotes[cheat] & ~votes[cheat]
            votes[cheat] |= world.promotes[cheat]  # by a link, past every feed
            del moments[cheat]
        if equal and dice.random() < community.dealt:
            if deals[person] >= rules.per_viewer:
                continue
            if final is None and rules.finalists and now >= 1 - rules.final:
                final = finalists(ranking(world, Ballots(votes, shown), rules), rules)
            new = there & ~shown[person] & ~votes[person] & (world.authors != person)
            painting = _dealt(new & (views < rules.views), views, person)
            if painting is None and final is not None:
                wanted = final & (views < rules.views + rules.final_views)
                painting = _dealt(new & wanted, views, person)
            if painting is None:
                continue
            deals[person] += 1
            shown[person, painting] = True
            views[painting] += 1
        else:
            painting = _found(dice, hearts, there & ~seen[person], now - world.arrives)
            if painting is None:
                continue
        seen[person, painting] = True
        wants = world.promotes[person, painting] or (
            world.likes[person, painting] and not world.is_eager[person]
        )
        hearts[painting] += wants and not votes[person, painting]
        votes[person, painting] |= wants
    for cheat in moments:
        votes[cheat] |= world.promotes[cheat]
    return Ballots(votes, shown)


def round_rules(community: Community, *, equal: bool) -> RoundRules:
    """As an owner would set them: all enter, and most of the attention is shared out equally."""
    rules = RoundRules(pool=community.paintings, views=0, quorum=5, winners=WINNERS)
    if not equal:
        return rules
    looks = community.looks * community.dealt
    for_all = int(looks * (1 - rules.final) / community.paintings)
    most = 2 * WINNERS
    return replace(
        rules,
        views=for_all,
        per_viewer=community.paintings // 3,
        finalists=most,
        final_views=int(looks * rules.final / most),
    )


def finalists(order: Sequence[int], rules: RoundRules) -> Bools:
    """Who is shown on when everything has had its views: those that lead then."""
    leading = np.zeros(len(order), dtype=bool)
    leading[list(order[: rules.finalists])] = True
    return leading


def _dealt(free: Bools, views: Ints, person: int) -> int | None:
    """What `next_to_show` deals: one of those with the fewest views, by lot."""
    if not free.any():
        return None
    fewest = np.flatnonzero(free & (views == views[free].min()))
    return int(min(fewest, key=lambda each: _lot(person, int(each))))


def _lot(person: int, painting: int) -> bytes:
    return hashlib.sha256(f"{person}:{painting}".encode()).digest()


def _found(dice: np.random.Generator, hearts: Ints, free: Bools, ages: Floats) -> int | None:
    """What a feed shows: the new and the popular, which gets more popular by it."""
    weights = (1.0 + hearts) * np.exp(-np.maximum(ages, 0.0) / 0.3) + 0.05
    weights = np.where(free, weights, 0.0)
    total = weights.sum()
    return int(dice.choice(len(weights), p=weights / total)) if total > 0 else None


# --- ranking ----------------------------------------------------------------------------------


def raw_counts(world: World, ballots: Ballots, _: RoundRules) -> list[int]:
    """Order by how many reactions there are, as a platform counts them."""
    counts = ballots.votes.sum(axis=0)
    return [int(each) for each in np.lexsort((world.arrives, -counts))]


def ours(world: World, ballots: Ballots, rules: RoundRules) -> list[int]:
    """Order as `Rounds.close` does: own votes and young accounts don't count, then the bound."""
    votes = ballots.votes & ~world.is_young[:, None]
    paintings = np.arange(len(world.authors))
    votes[world.authors, paintings] = False
    everybody = int((votes.any(axis=1) | ballots.shown.any(axis=1)).sum())
    counts = []
    for painting in paintings:
        seen = int(ballots.shown[:, painting].sum())
        liked = int((votes[:, painting] & ballots.shown[:, painting]).sum())
        cast = int(votes[:, painting].sum())
        counts.append(
            Count(
                str(painting), cast, liked, seen, liked, seen, seen, cast - liked, everybody - seen
            )
        )
    return [int(each.artwork) for each in rank("round", counts, rules)]


def score(world: World, order: Sequence[int], best: int = WINNERS) -> Score:
    """Compare an order, best first, with the hidden qualities."""
    by_quality = [int(each) for each in np.argsort(-world.quality)]
    truly, good = set(by_quality[:best]), set(by_quality[: 3 * best])
    undeserved = {int(each) for each in np.flatnonzero(world.promotes.any(axis=0))} - good
    places = np.empty(len(order))
    places[list(order)] = np.arange(len(order))
    return Score(
        precision=len(truly & set(order[:best])) / best,
        tau=kendall(-places, world.quality),
        undeserved=len(undeserved & set(order[:best])),
        first_five=len(undeserved & set(order[:5])),
    )


def kendall(one: Floats, other: Floats) -> float:
    """Kendall's tau of two rankings without ties: pairs in the same order less the others."""
    signs = np.sign(one[:, None] - one) * np.sign(other[:, None] - other)
    pairs = len(one) * (len(one) - 1)
    return float(signs.sum() / pairs)


# --- many worlds ------------------------------------------------------------------------------


@dataclass
class Figures:
    """Scores by (way, feed), one for each world."""

    scores: dict[tuple[str, str], list[Score]] = field(default_factory=dict)

    def mean(self, way: str, feed: str, name: str) -> tuple[float, float, float]:
        """The mean of a figure over all worlds, and its 95 % interval by bootstrap."""
        values = np.array([float(getattr(each, name)) for each in self.scores[way, feed]])
        return interval(values)

    def gain(self, feed: str, against: str) -> tuple[float, float, float]:
        """Ours' precision divided by that of raw counts, worlds drawn together."""
        mine = np.array([each.precision for each in self.scores["ours", feed]])
        theirs = np.array([each.precision for each in self.scores["raw counts", against]])
        draws = _draws(len(mine))
        ratios = mine[draws].mean(axis=1) / np.maximum(theirs[draws].mean(axis=1), 1e-9)
        low, high = np.quantile(ratios, [0.025, 0.975])
        return float(mine.mean() / max(theirs.mean(), 1e-9)), float(low), float(high)


def interval(values: Floats) -> tuple[float, float, float]:
    """Mean, and the ends of its 95 % bootstrap interval."""
    means = values[_draws(len(values))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def _draws(count: int) -> Ints:
    return np.random.default_rng(0).integers(0, count, (2_000, count))


def measure(community: Community, seeds: Sequence[int]) -> Figures:
    """Hold both kinds of round in each world for each ranking."""
    figures = Figures({(way, feed): [] for way in WAYS for feed in FEEDS})
    for seed in seeds:
        world = draw_world(community, seed)
        for feed in FEEDS:
            equal = feed == "equal exposure"
            rules = round_rules(community, equal=equal)
            for way, ranking in (("raw counts", raw_counts), ("ours", ours)):
                ballots = hold_round(world, community, seed, ranking, equal=equal)
                order = ranking(world, ballots, rules)
                figures.scores[way, feed].append(score(world, order))
    return figures


def as_markdown(figures: Figures, community: Community, seeds: range, load: float) -> str:
    """The table for docs/curation.md."""

    def told(values: tuple[float, float, float]) -> str:
        return "{:.2f} ({:.2f}–{:.2f})".format(*values)

    lines = [
        f"{circumstances(load)}; "
        f"`python -m benchmarks.curation --first-seed {seeds.start} --seeds {len(seeds)}`.",
        f"{community.members:,} members, {community.paintings} paintings, {community.looks:,} "
        f"looks, {community.cheats:.0%} cheats; means over {len(seeds)} worlds with 95 % "
        "intervals.",
        "",
        "| | precision@20 | Kendall's tau | cheats in the first 20 | in the first 5 |",
        "|---|---:|---:|---:|---:|",
    ]
    for feed in FEEDS:
        for way in WAYS:
            cells = [
                told(figures.mean(way, feed, name))
                for name in ("precision", "tau", "undeserved", "first_five")
            ]
            lines.append(f"| {way}, {feed} | {' | '.join(cells)} |")
    gains = {
        "raw counts in the feed": figures.gain("equal exposure", "feed alone"),
        "raw counts at equal exposure": figures.gain("equal exposure", "equal exposure"),
        "raw counts in the feed, ours there too": figures.gain("feed alone", "feed alone"),
    }
    lines += ["", "Precision@20 of ours, as a multiple of that of"]
    lines += [f"- {name}: {told(values)}" for name, values in gains.items()]
    return "\n".join(lines)


@click.command()
@click.option("--seeds", type=click.IntRange(1), default=20, show_default=True)
@click.option("--first-seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print every score.")
@click.option("--docs", is_flag=True, help="Put the table into docs/curation.md.")
def main(seeds: int, first_seed: int, as_json: bool, docs: bool) -> None:
    """Compare our ranking with raw counts."""
    load = os.getloadavg()[0]
    community = Community()
    worlds = range(first_seed, first_seed + seeds)
    figures = measure(community, worlds)
    if as_json:
        print(
            json.dumps(
                {
                    f"{way}, {feed}": [asdict(each) for each in scores]
                    for (way, feed), scores in figures.scores.items()
                }
            )
        )
        return
    text = as_markdown(figures, community, worlds, load)
    print(text)
    if docs:
        write_figures("curation", text, PAGE)


if __name__ == "__main__":
    main()
