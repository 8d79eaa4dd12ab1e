"""Ranks paintings by votes: a confidence bound on how many like one, a quorum, tie-breaks.

Pure functions, without a database. The bound is Wilson's score interval (1927), the one-sided
lower end: of a painting that 3 of 4 liked and one that 60 of 90 liked, the second ranks higher,
since more is known about it.

Two groups of voters are kept apart. Whom the round has *shown* a painting was chosen without
regard to the painting, so the share of them that voted for it says what the community thinks.
*Walk-ins* came by themselves: by a link, by a friend, by scrolling. How many saw it and kept
silent is unknown; so all others who took part in the round count as having seen it, and the whole
group weighs no more than a set share of the wanted views. A ring of friends is a few of all.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

from ganshare.domain.votes import RoundRules, Standing
from ganshare.errors import ParameterError

__all__ = ["Count", "effective_size", "rank", "tie_break", "wilson"]

_DIGITS = 12  # two databases add up weights in different orders


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted for one painting; the weights are 1 unless shares weigh.

    Args:
        votes: distinct persons whose votes count; `shown_votes` of those whom it was shown to.
        views: distinct persons whom it was shown to.
        liked: weight of the shown voters; `seen` of all whom it was shown to; `seen_squared` the
            sum of their squared weights.
        walked_in: weight of the other voters.
        absent: weight of all who took part in the round and whom it was not shown to.
    """

    artwork: str
    votes: int
    shown_votes: int
    views: int
    liked: float
    seen: float
    seen_squared: float
    walked_in: float
    absent: float


def wilson(successes: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """Give the one-sided lower and upper bounds of a share, each at this confidence.

    Args:
        successes: 0 to `trials`; both may be sums of weights.

    Raises:
        ParameterError: there are fewer trials than successes, or the confidence is no share
            from 0.5 to below 1.
    """
    if not 0 <= successes <= trials * (1 + 1e-9) or not 0.5 <= confidence < 1:
        message = f"There are no bounds for {successes} of {trials} at confidence {confidence}."
        raise ParameterError(message, given=(successes, trials, confidence))
    if trials == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(confidence)
    share = min(1.0, successes / trials)
    centre = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def effective_size(total: float, squared: float) -> float:
    """Kish's effective sample size: how many equal votes weighted ones are worth."""
    return total * total / squared if squared > 0 else 0.0


def rank(round_id: str, counts: Iterable[Count], rules: RoundRules) -> list[Standing]:
    """Order the paintings of a round, best first; the winners are not marked yet.

    Those without a quorum come last, in the same order among each other.
    """
    standings = [_standing(round_id, count, rules) for count in counts]
    standings.sort(key=_order)
    return [
        Standing(
            each.round,
            each.artwork,
            each.votes,
            each.views,
            each.shown_votes,
            each.rate,
            each.bound,
            place,
            each.has_quorum,
        )
        for place, each in enumerate(standings, 1)
    ]


def tie_break(round_id: str, artwork: str) -> str:
    """Give what decides between equals: the same for everyone, known to nobody beforehand.

    Neither who came first nor who came last gains by it.
    """
    return hashlib.sha256(f"{round_id}:{artwork}".encode()).hexdigest()


def _order(standing: Standing) -> tuple[bool, float, int, str]:
    tie = tie_break(standing.round, standing.artwork)
    return (not standing.has_quorum, -standing.bound, -standing.votes, tie)


def _standing(round_id: str, count: Count, rules: RoundRules) -> Standing:
    """Put the two groups together: shares of each, weighed by what each is worth."""
    shown = effective_size(count.seen, count.seen_squared)
    liked = count.liked / count.seen if count.seen else 0.0
    # Where a round shows nothing, the walk-ins are all there is, one vote each.
    most = rules.walk_in * rules.views if rules.views else count.absent
    others = min(most, count.absent)
    came = count.walked_in / count.absent if count.absent else 0.0
    trials = shown + others
    successes = shown * min(1.0, liked) + others * min(1.0, came)
    lower, _ = wilson(successes, trials, rules.confidence)
    return Standing(
        round=round_id,
        artwork=count.artwork,
        votes=count.votes,
        views=count.views,
        shown_votes=count.shown_votes,
        rate=round(successes / trials, _DIGITS) if trials else 0.0,
        bound=round(lower, _DIGITS),
        rank=0,
        has_quorum=count.votes >= rules.quorum,
    )
