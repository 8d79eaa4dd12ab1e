"""Shares, and what they allow: values that bots, admin and store exchange.

All times are the database's: seconds since 1970. Addresses of wallets are in lower case.
"""

from dataclasses import dataclass, field

__all__ = [
    "Gift",
    "Payer",
    "Payment",
    "ShareToken",
    "Standing",
    "Statement",
    "StatementLine",
    "Swept",
    "Terms",
    "Unlockable",
    "UnlockableRead",
    "Wallet",
]

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class ShareToken:
    """What counts as a share: an ERC-721's tokens, or those of some ids of an ERC-1155."""

    chain_id: int
    contract: str
    ids: tuple[int, ...] = ()

    @property
    def names(self) -> dict[str, int | None]:
        """How the store calls each token, with its id: "137:0xabc.../1"."""
        collection = f"{self.chain_id}:{self.contract.lower()}"
        return {f"{collection}/{each}": each for each in self.ids} or {collection: None}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the owner promises.

    Args:
        tokens: names of the tokens that count.
        seconds: of engines' time that a share is good for in a period.
        period: its length in seconds; periods follow one another from 1970 on.
        weight: of a holder's job in the fair queue, where others have 1.
        others_per_day: paintings a day for who holds none; 0 for none.
    """

    tokens: tuple[str, ...]
    seconds: float
    period: float = 30 * DAY
    weight: float = 4.0
    others_per_day: int = 0

    def period_at(self, moment: float) -> tuple[float, float]:
        """Give the beginning and the end of the period that a moment is in."""
        start = moment // self.period * self.period
        return start, start + self.period


@dataclass(frozen=True, slots=True)
class Wallet:
    """A wallet that is linked to an account.

    Args:
        checked: when its balances were last read; None before the first time.
    """

    wallet: str
    account: str
    linked: float
    checked: float | None = None


@dataclass(frozen=True, slots=True)
class Swept:
    """Up to where the balances of a token were read: all of them at `whole`."""

    block: int
    swept: float
    whole: float


@dataclass(frozen=True, slots=True)
class Payer:
    """A share or a gift, and what is left of it.

    Args:
        id: that is kept with the jobs that it pays for: of a holding or a gift.
        name: for people: the number of a share, the reason of a gift.
        token: of a share; "" for a gift.
        wallet: that holds the share; "" for a gift.
        seconds: that it is good for, in the period or in all.
        used: seconds, with those that are expected of jobs under way.
        until: when the period ends, or the gift.
    """

    id: str
    name: str
    token: str
    wallet: str
    seconds: float
    used: float
    until: float

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self.seconds - self.used)


@dataclass(frozen=True, slots=True)
class Payment:
    """How a job is paid for.

    Args:
        payer: id of the share's holding or of the gift.
        seconds: that it is good for, since `period_start`.
        weight: of the job in the fair queue.
        seconds_per_cost: that jobs which wait are expected to take.
    """

    payer: str
    seconds: float
    weight: float = 1.0
    period_start: float = 0.0
    seconds_per_cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person has: their wallets, and what can pay for their jobs."""

    wallets: tuple[Wallet, ...] = ()
    payers: tuple[Payer, ...] = ()
    moment: float = 0.0

    @property
    def shares(self) -> tuple[Payer, ...]:
        """The shares among the payers."""
        return tuple(each for each in self.payers if each.token)

    @property
    def gifts(self) -> tuple[Payer, ...]:
        """The gifts among the payers."""
        return tuple(each for each in self.payers if not each.token)

    @property
    def seconds(self) -> float:
        """Seconds in all."""
        return sum(each.seconds for each in self.payers)

    @property
    def used(self) -> float:
        """Seconds that are used, in all."""
        return self.seconds - self.left

    @property
    def left(self) -> float:
        """Seconds that are left, in all."""
        return sum(each.left for each in self.payers)

    @property
    def until(self) -> float | None:
        """When the period ends; None without a share."""
        return min((each.until for each in self.shares), default=None)

    def best(self) -> Payer | None:
        """What pays for the next job: the share with the most time left, then gifts."""
        order = sorted(self.payers, key=lambda each: (not each.token, -each.left, each.id))
        return next((each for each in order if each.left > 0), None)


@dataclass(frozen=True, slots=True)
class Gift:
    """Engines' time that an admin gives to a person."""

    id: str
    account: str
    seconds: float
    given: float
    expires: float
    given_by: str
    reason: str
    revoked: float | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A job that a share or a gift paid for."""

    job: str
    payer: str
    state: str
    started: float | None
    finished: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person's shares and gifts paid for in a period."""

    start: float
    end: float
    lines: tuple[StatementLine, ...] = field(default=())

    @property
    def seconds(self) -> float:
        """In all."""
        return sum(each.seconds for each in self.lines)


@dataclass(frozen=True, slots=True)
class Unlockable:
    """A file or a text for the holders of a token.

    Args:
        token: its name, see `ShareToken.names`.
        blob: where its bytes are.
        size: in bytes.
    """

    id: str
    token: str
    name: str
    media_type: str
    blob: str
    sha256: str
    size: int
    created: float


@dataclass(frozen=True, slots=True)
class UnlockableRead:
    """Who read which unlockable when, and which wallet allowed it."""

    unlockable: str
    person: str
    wallet: str
    created: float
