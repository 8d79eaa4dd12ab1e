"""A simulated community whose taste is known: members, paintings, cheaters.

`benchmarks.curation` simulates how they look and vote.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bools", "Community", "Floats", "Ints", "World", "draw_world"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Community:
    """How many do what.

    Args:
        looks: at paintings by honest members, in all: the attention that there is.
        dealt: share of them that is dealt out, where exposure is equal.
        cheats: share of members that cheat; of those `self_voters` only for themselves.
        ring: members of a ring; each promotes `promoted` paintings of its own.
        young: share of the cheats' accounts that are new, where the rest is as old as any.
        eager: share of ring members who look at all that they are dealt, and vote for nothing else.
    """

    members: int = 1_000
    paintings: int = 300
    looks: int = 18_000
    dealt: float = 0.7
    cheats: float = 0.15
    self_voters: float = 0.2
    ring: int = 20
    promoted: int = 3
    young: float = 0.3
    eager: float = 0.5


@dataclass(frozen=True)
class World:
    """One draw of a community; what no ranking may see stands first.

    Args:
        quality: (paintings,) share of members that would like it.
        likes: (members, paintings) who would like what.
        ring_of: (members,) number of the ring, -1 outside.
        promotes: (members, paintings) what a cheat votes for in any case.
        is_eager: (members,) whether it votes for nothing else.
        authors: (paintings,) whose it is.
        arrives: (paintings,) share of the round that is over when it enters.
        visitors: (looks,) who looks, in order of time.
        is_young: (members,) whose account is too new to count.
    """

    quality: Floats
    likes: Bools
    ring_of: Ints
    promotes: Bools
    is_eager: Bools
    authors: Ints
    arrives: Floats
    visitors: Ints
    is_young: Bools


def draw_world(community: Community, seed: int) -> World:
    """Draw members and paintings."""
    dice = np.random.default_rng(seed)
    people, paintings = community.members, community.paintings
    quality = dice.beta(2.0, 6.0, paintings)
    # Some like much and some little; tastes differ; on the whole the quality comes out.
    mildness = dice.normal(0.0, 0.7, (people, 1))
    taste = dice.logistic(0.0, 1.0, (people, paintings))
    likes = np.log(quality / (1 - quality)) * 1.1 + mildness + taste > 0
    quality = likes.mean(axis=0) + 1e-9 * quality  # of this community, ties broken
    cheats = int(people * community.cheats)
    alone = int(cheats * community.self_voters)
    ring_of = np.full(people, -1)
    ring_of[alone:cheats] = np.arange(cheats - alone) // community.ring
    authors = dice.choice(people, paintings, p=_skewed(dice, people, 1.0))
    promotes, authors = _promotions(dice, community, ring_of, authors, alone)
    is_young = np.zeros(people, dtype=bool)
    is_young[:cheats] = dice.random(cheats) < community.young
    activity = _skewed(dice, people, 1.2)
    activity[:cheats] = activity.mean()  # cheats are neither lazy nor everywhere
    return World(
        quality=quality,
        likes=likes,
        ring_of=ring_of,
        promotes=promotes,
        is_eager=(ring_of >= 0) & (dice.random(people) < community.eager),
        authors=authors,
        arrives=np.sort(dice.beta(1.0, 2.0, paintings)),  # most enter early
        visitors=dice.choice(people, community.looks, p=activity / activity.sum()),
        is_young=is_young,
    )


def _skewed(dice: np.random.Generator, count: int, spread: float) -> Floats:
    """Shares of a few who do much and many who do little."""
    weights = dice.lognormal(0.0, spread, count)
    return np.asarray(weights / weights.sum())


def _promotions(
    dice: np.random.Generator, community: Community, ring_of: Ints, authors: Ints, alone: int
) -> tuple[Bools, Ints]:
    """Give rings and self-voters paintings of their own, of any quality, to vote for."""
    authors = authors.copy()
    rings = int(ring_of.max()) + 1
    own = rings * community.promoted + alone // 2
    chosen = dice.choice(community.paintings, own, replace=False)
    promotes = np.zeros((community.members, community.paintings), dtype=bool)
    for number in range(rings):
        first = number * community.promoted
        theirs = chosen[first : first + community.promoted]
        members = np.flatnonzero(ring_of == number)
        authors[theirs] = dice.choice(members, len(theirs))
        promotes[np.ix_(members, theirs)] = True
    for number in range(alone // 2):  # an author and a second account
        painting = chosen[rings * community.promoted + number]
        authors[painting] = 2 * number
        promotes[[2 * number, 2 * number + 1], painting] = True
    return promotes, authors
