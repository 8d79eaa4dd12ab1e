"""Votes and rounds, as bots, web page, store and curators exchange them.

Values only, no I/O. All times are seconds since 1970.

One vote may stand in several ballots at once: a reaction below one message, a reaction below a
repost of it, a button on another platform. Each ballot is up or down by itself. A person, with all
linked accounts, has one vote for a painting as long as any of their ballots is up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ganshare.errors import ParameterError, must_be_between, quoted

__all__ = [
    "BUTTON",
    "Ballot",
    "CuratedItem",
    "Decision",
    "Entry",
    "Guards",
    "LogEntry",
    "LogKind",
    "Round",
    "RoundRules",
    "RoundStatus",
    "Standing",
    "VoteEvent",
    "VoteState",
    "Voter",
    "WhyNot",
]

BUTTON = "button"  # votes by our own buttons, on any platform
LONGEST_VIA = 200
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Voter:
    """A voter, as the platform reports them.

    Args:
        account: "discord:42", "telegram:42", "web:...".
        is_bot: bots don't vote, our own seed reaction included.
        born: when the account was made, where the platform tells; None: when we first saw it.
        name: that leaderboards show; "" where the platform tells none.
    """

    account: str
    is_bot: bool = False
    born: float | None = None
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class VoteEvent:
    """One reaction added or taken away, as a platform reports it.

    Args:
        via: which ballot: where and how, such as "discord:MESSAGE"; a super-reaction, a repost and
            another emoji may have ballots of their own, for the person counts once.
        up: added, or taken away.
        at: the platform's time of the event, or when it was received; of two events of one
            ballot the later one counts, in whatever order they come, and of two at the same
            moment the one that takes away.
    """

    artwork: str
    voter: Voter
    via: str
    up: bool
    at: float

    def __post_init__(self) -> None:
        """Check what would break the log."""
        check_via(self.via)


def check_via(via: str) -> None:
    """Raise ParameterError unless this can name a ballot."""
    if not (0 < len(via) <= LONGEST_VIA and via.isprintable()):
        message = f"A ballot's name has 1 to {LONGEST_VIA} visible characters, not {quoted(via)}."
        raise ParameterError(message, given=via, allowed=(1, LONGEST_VIA))


@dataclass(frozen=True, slots=True)
class Ballot:
    """Where one ballot stands."""

    artwork: str
    account: str
    via: str
    up: bool
    at: float


class WhyNot(StrEnum):
    """Why a vote that was cast does not count (now)."""

    BOT = "bot"
    OWN = "own"  # by the requester
    HELD = "held"  # by a guard or an admin, until an admin releases it
    YOUNG = "young"  # the account is too new for the painting's round
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class VoteState:
    """How a painting stands with one person.

    Args:
        votes: distinct persons whose votes count.
        ways: ballots of this person that are up, as (account, via); none: no vote.
        why_not: why this person's vote does not count.
    """

    artwork: str
    votes: int
    ways: tuple[tuple[str, str], ...] = ()
    why_not: WhyNot | None = None

    @property
    def voted(self) -> bool:
        """Whether the person has a vote here, counted or not."""
        return bool(self.ways)


@dataclass(frozen=True, slots=True)
class Guards:
    """What is done about haste.

    Args:
        per_minute: votes and withdrawals of one person; a button refuses more, a reaction more is
            held.
        burst_votes: this many votes for one painting within `burst_seconds` are looked at; 0: off.
        burst_novices: if this share of them came from accounts that voted for fewer than
            `novice_votes` paintings ever, theirs are held.
    """

    per_minute: int = 30
    burst_votes: int = 10
    burst_seconds: float = 120.0
    burst_novices: float = 0.7
    novice_votes: int = 3


class LogKind(StrEnum):
    """What an entry of the audit log tells."""

    VOTE = "vote"
    UNVOTE = "unvote"
    RECONCILE = "reconcile"  # all who stand on a platform's list
    HOLD = "hold"
    RELEASE = "release"
    OPEN = "open"  # a round
    ENTER = "enter"
    LEAVE = "leave"
    WEIGH = "weigh"  # the snapshot of shares
    FINAL = "final"  # who is shown on
    CLOSE = "close"
    APPROVE = "approve"
    VETO = "veto"
    UNDO = "undo"  # of an approval or a veto


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of the audit log, which is only ever added to.

    Args:
        number: in the order of writing.
        artwork: "" where it is about a round, or about an account everywhere.
        account: whose vote it is; "" for none.
        via: which ballot; "" for none.
        at: the platform's time of a vote, else the database's.
        by: who did it, where that is not the voter: an admin, or "guard".
        data: the voters of a list, the rules of a round, its outcome.
    """

    number: int
    kind: LogKind
    artwork: str
    account: str
    via: str
    at: float
    by: str
    reason: str
    data: Mapping[str, Any]
    created: float


@dataclass(frozen=True, slots=True)
class RoundRules:
    """How a round is held.

    Args:
        pool: paintings that may enter.
        per_person: paintings that one person may enter.
        views: to how many persons each painting is shown, by `next_to_show`.
        per_viewer: paintings that one person is shown; the views should come from many.
        final: share of the round at its end in which those that lead are shown on; the order
            below them is known well enough by then.
        finalists: how many those are; 0: no final.
        final_views: to how many persons more each of them is shown.
        quorum: distinct voters that a winner needs.
        winners: how many win at most.
        confidence: of the one-sided bound that ranks.
        walk_in: how much the votes of persons whom we have not shown the painting weigh, all
            together, as a share of the wanted views.
        min_age: seconds that an account must have existed by the end of the round.
        automatic: finished paintings enter by themselves while there is room.
        preselect: which share of them do, by the critic's order; 1: all.
        weighted: votes weigh as the snapshot of shares says.
        max_weight: however many shares a person holds.
    """

    pool: int = 40
    per_person: int = 3
    views: int = 40
    per_viewer: int = 20
    final: float = 0.3
    finalists: int = 0
    final_views: int = 40
    quorum: int = 5
    winners: int = 5
    confidence: float = 0.95
    walk_in: float = 0.25
    min_age: float = 3 * DAY
    automatic: bool = False
    preselect: float = 1.0
    weighted: bool = False
    max_weight: float = 3.0

    def __post_init__(self) -> None:
        """Check every number."""
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if not low <= value <= high:
                raise must_be_between(name, value, low, high)


_RANGES = (
    ("pool", 1, 10_000), ("per_person", 1, 10_000), ("views", 0, 100_000),
    ("per_viewer", 1, 10_000), ("final", 0.0, 1.0), ("finalists", 0, 10_000),
    ("final_views", 0, 100_000), ("quorum", 1, 100_000), ("winners", 1, 1_000),
    ("confidence", 0.5, 0.9999), ("walk_in", 0.0, 1.0), ("min_age", 0.0, 3650 * DAY),
    ("preselect", 0.01, 1.0), ("max_weight", 1.0, 100.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Round:
    """A curation round.

    Args:
        place: where it is held and announced.
        opens: when voting counts begin to be shown; paintings enter before, too.
        closes: when it should end; `closed` is when it did, None before.
    """

    id: str
    place: str
    title: str
    opens: float
    closes: float
    rules: RoundRules
    closed: float | None = None

    def is_open(self, now: float) -> bool:
        """Whether it goes on at a moment."""
        return self.closed is None and self.opens <= now < self.closes


@dataclass(frozen=True, slots=True)
class Entry:
    """A painting in a round.

    Args:
        by: who entered it.
        dealt: to how many persons it was shown by `next_to_show`.
        posted: how often it was shown to all, by `next_to_post`.
        final: whether it leads as the final begins, and is shown on.
    """

    round: str
    artwork: str
    by: str
    entered: float
    dealt: int
    posted: int
    final: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How a painting stands in its round.

    Args:
        votes: distinct persons whose votes count.
        views: distinct persons whom it was shown to by the round.
        shown_votes: votes of those.
        rate: estimated share of the community that likes it; `bound` is its lower bound.
        rank: 1 is best; ties are broken, see `ganshare.domain.ranking`.
        has_quorum: whether it could win.
        won: among the winners; decided at the end of the round.
    """

    round: str
    artwork: str
    votes: int
    views: int
    shown_votes: int
    rate: float
    bound: float
    rank: int
    has_quorum: bool
    won: bool = False


@dataclass(frozen=True, slots=True)
class RoundStatus:
    """A round at a glance; who leads is not said before it has ended.

    Args:
        entries: paintings in the pool.
        votes: that count, over all paintings; `voters` are the distinct persons behind them.
        views: shown so far; `views_wanted` in all.
        remaining: seconds to the end, or to the opening if `opens_in` is above zero.
    """

    round: Round
    entries: int
    votes: int
    voters: int
    views: int
    views_wanted: int
    opens_in: float
    remaining: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What a curator decided about a painting.

    Args:
        round: that it was in.
        is_planned: for minting; then the decision stays.
    """

    artwork: str
    round: str
    approved: bool
    by: str
    reason: str
    is_planned: bool


@dataclass(frozen=True, slots=True)
class CuratedItem:
    """A painting that the community chose and a curator approved: what minting reads.

    Args:
        place: where its round was held; "" in manifests that are older than this.
    """

    id: str
    sha256: str
    blob: str
    prompt: str
    attributes: Mapping[str, str]
    seed: int
    model: str
    steps: int | None
    width: int
    height: int
    may_sell: bool
    requester: str
    votes: int
    views: int
    bound: float
    rank: int
    round: str
    approved_by: str
    approved: float
    reason: str
    place: str = ""
