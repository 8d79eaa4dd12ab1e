"""Critics and their opinions: stored and shown beside the votes, but never counted.

A critic is computed where a perceptor is (`ganshare admin critic`); bots and the page only read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["PHRASE", "VOTES", "Critic", "Opinion"]

PHRASE = "phrase"  # likeness to some words; needs no votes
VOTES = "votes"  # a head trained on the community's own votes


@dataclass(frozen=True, slots=True)
class Critic:
    """A source of scores.

    Args:
        name: `PHRASE` or `VOTES`.
        phrase: that paintings are compared with; "" for a trained head.
        perceptor: identity of the model through which it sees.
        made: when it was trained, in seconds since 1970; 0 for a phrase.
        report: what it is worth on paintings that it never saw: `paintings`, and `lift`, `low` and
            `high` where anything could be claimed.
    """

    name: str
    phrase: str
    perceptor: str
    made: float = 0.0
    report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def helps(self) -> bool:
        """Whether it is better than chance, as far as one can tell."""
        return float(self.report.get("low") or 0.0) > 1.0


@dataclass(frozen=True, slots=True)
class Opinion:
    """Where a critic puts a painting among those of its round that it has seen.

    Args:
        place: 1 is best; of so many.
    """

    critic: Critic
    place: int
    of: int
