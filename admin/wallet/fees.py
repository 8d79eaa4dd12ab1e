"""Gas fees: below the owner's cap, above the chain's floor."""

from dataclasses import dataclass

from ganshare.errors import WorldError

__all__ = ["GWEI", "FeeCapError", "FeePolicy", "Fees", "priority_floor"]

GWEI = 10**9
_LITTLE = 3 * GWEI
# Polygon's nodes drop what offers less.
_FLOORS = {137: 25 * GWEI, 80002: 25 * GWEI}


class FeeCapError(WorldError):
    """Gas costs more than the owner allows; later it may cost less."""


@dataclass(frozen=True, slots=True)
class Fees:
    """Of EIP-1559: the most in all and the tip, in wei by unit of gas."""

    max_fee: int
    priority: int

    @property
    def eighth_more(self) -> "Fees":
        """The least that nodes take as a replacement of what offers these."""
        return Fees(-(-self.max_fee * 9 // 8), -(-self.priority * 9 // 8))


@dataclass(frozen=True, slots=True)
class FeePolicy:
    """How fees are chosen.

    Args:
        cap: the most that is ever offered.
        floor: the least tip.
    """

    cap: int
    floor: int = 0

    def choose(self, base: int, suggested: int) -> Fees:
        """Offer enough for the base fee to double before it is too little.

        Raises:
            FeeCapError: even the base fee of now is above the cap.
        """
        priority = self._tip(base, suggested)
        self._check(base + priority)
        return Fees(min(2 * base + priority, self.cap), priority)

    def raised(self, before: Fees, base: int, suggested: int) -> Fees:
        """Offer what nodes take as a replacement: an eighth more on both fees, at least.

        Raises:
            FeeCapError: that is above the cap.
        """
        least = before.eighth_more
        priority = max(least.priority, self._tip(base, suggested))
        wanted = max(least.max_fee, base + priority)
        self._check(wanted)
        return Fees(max(wanted, min(2 * base + priority, self.cap)), priority)

    def _tip(self, base: int, suggested: int) -> int:
        """Believe a suggestion up to the base fee, or what is little in any case."""
        return max(min(suggested, max(base, 2 * self.floor, _LITTLE)), self.floor)

    def _check(self, wanted: int) -> None:
        if wanted > self.cap:
            raise FeeCapError(
                f"Gas costs {wanted / GWEI:.6g} gwei now, and the cap is {self.cap / GWEI:.6g} "
                "gwei (ADMIN_GAS_PRICE_CAP_GWEI); wait for a quieter hour, or raise it.",
                given=wanted,
                allowed=self.cap,
            )


def priority_floor(chain_id: int) -> int:
    """The least tip that a chain's nodes take."""
    return _FLOORS.get(chain_id, 0)
