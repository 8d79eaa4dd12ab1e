"""The critic: a linear head on the perceptor's embeddings, trained on past votes.

Pairwise, as Bradley and Terry (1952): within each round the painting that stood higher should get
the higher score, so that rounds with different voters need no common scale. What it is worth is
measured on paintings of people whom it has never seen, against the base rate, with an interval; and
below a sample size it claims nothing. It stands beside the votes, never in their place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_PAINTINGS", "Example", "Head", "Lift", "Report", "report", "train"]

Floats = NDArray[np.float64]

LEAST_PAINTINGS = 100  # with a quorum; below, an interval says nothing worth reading
BEST = 0.25  # the quarter that is to be foreseen
FOLDS = 5
MOST_PAIRS = 20_000
STRENGTHS = (0.3, 3.0, 30.0)  # of the ridge; chosen within the training paintings
DRAWS = 2_000  # of the bootstrap

Scorer = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Example:
    """A painting of an ended round.

    Args:
        round: that it was in; only paintings of one round are compared.
        requester: who asked for it; folds don't part a person's paintings.
        bound: its figure at the end.
        embedding: (dim,) of unit length.
    """

    artwork: str
    round: str
    requester: str
    bound: float
    embedding: Floats


@dataclass(frozen=True)
class Head:
    """What was learned: the score of an embedding is its product with these weights."""

    weights: Floats
    strength: float

    def score(self, embeddings: Floats) -> Floats:
        """(n, dim) -> (n,); only the order means anything."""
        return np.asarray(embeddings @ self.weights)


@dataclass(frozen=True)
class Lift:
    """How much better than chance the best quarter was foreseen.

    Args:
        precision: of the paintings that it put first, the share that came in the first quarter.
        base_rate: the same of all paintings.
        lift: their ratio; `low` to `high` is its 95 % interval by bootstrap over requesters.
        ordered: the share of pairs within a round that it put in the right order.
    """

    precision: float
    base_rate: float
    lift: float
    low: float
    high: float
    ordered: float


@dataclass(frozen=True)
class Report:
    """What can be said about the critic.

    Args:
        paintings: with a quorum; `requesters` and `rounds` they are from.
        head: held-out figures of the trained head; None below the sample size.
        phrase: those of the likeness to a phrase, which needs no training; None as well.
    """

    paintings: int
    requesters: int
    rounds: int
    head: Lift | None
    phrase: Lift | None

    @property
    def helps(self) -> bool:
        """Whether the head is better than chance, as far as one can tell."""
        return self.head is not None and self.head.low > 1.0

    @property
    def sentence(self) -> str:
        """What may be claimed, and no more."""
        if self.head is None:
            return (
                f"Only {self.paintings} paintings with a quorum, by {self.requesters} people; "
                f"nothing can be claimed below {LEAST_PAINTINGS} by at least {FOLDS} people."
            )
        lift = f"{self.head.lift:.2f} times the base rate ({self.head.low:.2f} to "
        lift += f"{self.head.high:.2f})"
        if self.helps:
            return f"On paintings that it never saw, the critic's choice is {lift}."
        return f"The critic's choice is {lift}: it does no better than chance."


def train(examples: Sequence[Example], seed: int = 0) -> Head:
    """Fit a head; its ridge is chosen by cross-validation within these examples."""
    strength = _strength(examples, seed)
    return Head(_fit(examples, strength, seed), strength)


def report(examples: Sequence[Example], phrase: Floats | None = None, seed: int = 0) -> Report:
    """Train on some people's paintings and foresee the others', in turns.

    Args:
        phrase: (dim,) embedding of words such as "a beautiful painting".
    """
    requesters = {each.requester for each in examples}
    rounds = {each.round for each in examples}
    sizes = (len(examples), len(requesters), len(rounds))
    if len(examples) < LEAST_PAINTINGS or len(requesters) < FOLDS:
        return Report(*sizes, None, None)
    held_out = _held_out(examples, lambda some: train(some, seed).score, seed)
    head = _lift(examples, held_out, seed)
    if phrase is None:
        return Report(*sizes, head, None)
    likeness = _held_out(examples, lambda _: lambda embeddings: embeddings @ phrase, seed)
    return Report(*sizes, head, _lift(examples, likeness, seed))


# --- fitting ----------------------------------------------------------------------------------


def _fit(examples: Sequence[Example], strength: float, seed: int) -> Floats:
    """Logistic regression on differences, by Newton's method: the loss is convex.

    The solution lies in the span of the embeddings; few paintings are fitted in it.
    """
    basis, _ = np.linalg.qr(_embeddings(examples).T)  # (dim, rank)
    differences = _differences(examples, seed) @ basis  # (pairs, rank), the better one first
    weights = np.zeros(basis.shape[1])
    if not len(differences):
        return np.asarray(basis @ weights)
    ridge = strength * np.eye(len(weights)) / len(differences)
    for _ in range(25):
        wrong = 1.0 / (1.0 + np.exp(np.clip(differences @ weights, -30.0, 30.0)))
        gradient = ridge @ weights - differences.T @ wrong / len(differences)
        curvature = (differences * (wrong * (1 - wrong))[:, None]).T @ differences
        step = np.linalg.solve(ridge + curvature / len(differences), gradient)
        weights -= step
        if float(np.abs(step).max()) < 1e-6:
            break
    return np.asarray(basis @ weights)


def _differences(examples: Sequence[Example], seed: int) -> Floats:
    pairs = _pairs(examples)
    if len(pairs) > MOST_PAIRS:
        chosen = np.random.default_rng(seed).choice(len(pairs), MOST_PAIRS, replace=False)
        pairs = [pairs[index] for index in chosen]
    embeddings = _embeddings(examples)
    better = [one for one, _ in pairs]
    worse = [other for _, other in pairs]
    return np.asarray(embeddings[better] - embeddings[worse])


def _pairs(examples: Sequence[Example]) -> list[tuple[int, int]]:
    """(better, worse) for all pairs of one round that stood apart."""
    return [
        (one, other)
        for members in _by_round(examples)
        for one in members
        for other in members
        if examples[one].bound > examples[other].bound
    ]


def _strength(examples: Sequence[Example], seed: int) -> float:
    def ordered(strength: float) -> float:
        scores = _held_out(examples, lambda some: Head(_fit(some, strength, seed), 0).score, seed)
        return _ordered(examples, scores)

    return max(STRENGTHS, key=ordered)


# --- measuring --------------------------------------------------------------------------------


def _held_out(
    examples: Sequence[Example], fit: Callable[[Sequence[Example]], Scorer], seed: int
) -> Floats:
    """Score each painting by a head that has seen none of its requester's."""
    people = sorted({each.requester for each in examples})
    dealt = np.random.default_rng(seed).permutation(len(people))
    fold_of = {person: int(fold) % FOLDS for person, fold in zip(people, dealt, strict=True)}
    folds = np.array([fold_of[each.requester] for each in examples])
    embeddings, scores = _embeddings(examples), np.zeros(len(examples))
    for fold in range(min(FOLDS, len(people))):
        inside = folds == fold
        training = [each for each, out in zip(examples, inside, strict=True) if not out]
        found = fit(training)(embeddings[inside])
        # Heads of different folds have different scales; places don't.
        scores[inside] = (np.argsort(np.argsort(found)) + 0.5) / max(1, len(found))
    return scores


def _lift(examples: Sequence[Example], scores: Floats, seed: int) -> Lift:
    is_best = _best(examples)
    is_chosen = scores >= 1 - BEST
    people = sorted({each.requester for each in examples})
    of = np.array([people.index(each.requester) for each in examples])
    # For each requester: paintings, those in the first quarter, those chosen, and both.
    columns = (np.ones(len(examples)), is_best, is_chosen, is_best & is_chosen)
    sums = np.stack([np.bincount(of, column, len(people)) for column in columns], axis=1)
    precision, base_rate, lift = (float(each) for each in _rates(sums.sum(axis=0)[None])[:, 0])
    draws = np.random.default_rng(seed).integers(0, len(people), (DRAWS, len(people)))
    lifts = _rates(sums[draws].sum(axis=1))[2]
    low, high = np.quantile(lifts, [0.025, 0.975])
    return Lift(precision, base_rate, lift, float(low), float(high), _ordered(examples, scores))


def _rates(sums: Floats) -> Floats:
    """(draws, 4) -> (3, draws): precision, base rate, lift."""
    paintings, best, chosen, both = sums.T
    precision = both / np.maximum(chosen, 1)
    base_rate = best / np.maximum(paintings, 1)
    return np.stack([precision, base_rate, precision / np.maximum(base_rate, 1e-9)])


def _best(examples: Sequence[Example]) -> NDArray[np.bool_]:
    """Which came in the first quarter of their round."""
    is_best = np.zeros(len(examples), dtype=bool)
    for members in _by_round(examples):
        members.sort(key=lambda index: (-examples[index].bound, examples[index].artwork))
        is_best[members[: max(1, round(BEST * len(members)))]] = True
    return is_best


def _by_round(examples: Sequence[Example]) -> list[list[int]]:
    """The numbers of the paintings of each round."""
    by_round: dict[str, list[int]] = {}
    for index, each in enumerate(examples):
        by_round.setdefault(each.round, []).append(index)
    return list(by_round.values())


def _ordered(examples: Sequence[Example], scores: Floats) -> float:
    pairs = _pairs(examples)
    right = sum(float(np.sign(scores[one] - scores[other])) for one, other in pairs)
    return 0.5 + 0.5 * right / max(1, len(pairs))


def _embeddings(examples: Sequence[Example]) -> Floats:
    return np.stack([each.embedding for each in examples])
