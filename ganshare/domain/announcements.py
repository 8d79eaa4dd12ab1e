"""`Announcement` and `Digest`: what frontends announce about rounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ganshare.domain.votes import Round, Standing

__all__ = ["Announcement", "Digest"]


@dataclass(frozen=True, slots=True)
class Announcement:
    """A pending announcement of a round.

    Args:
        kind: "opened" or "closed".
        winners: best first; none before the end.
    """

    round: Round
    kind: str
    winners: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """A place's last days.

    Args:
        since: in seconds since 1970.
        rounds: that ended.
        winners: of those, best bound first.
        votes: cast; `voters` are the distinct persons behind them.
        paintings: finished everywhere.
        traits: trait type -> (value, winners that have it), the most frequent first.
    """

    since: float
    rounds: tuple[Round, ...]
    winners: tuple[Standing, ...]
    votes: int
    voters: int
    paintings: int
    traits: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
