"""What a transaction may cost by the unit of gas: under a cap, above a chain's floor."""

from dataclasses import dataclass

from ganshare.errors import WorldError

__all__ = ["GWEI", "FeeCapError", "FeePolicy", "Fees", "priority_floor"]

GWEI = 10**9
# Polygon's nodes drop what offers less.
_FLOORS = {137: 25 * GWEI, 80002: 25 * GWEI}


class FeeCapError(WorldError):
    """Gas costs more than the owner allows; later it may cost less."""


@dataclass(frozen=True, slots=True)
class Fees:
    """Of EIP-1559: the most in all and the tip, in wei by unit of gas."""

    max_fee: int
    priority: int


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
        priority = max(suggested, self.floor)
        self._check(base + priority)
        return Fees(min(2 * base + priority, self.cap), priority)

    def raised(self, before: Fees, base: int, suggested: int) -> Fees:
        """Offer what nodes take as a replacement: an eighth more on both fees, at least.

        Raises:
            FeeCapError: that is above the cap.
        """
        least = Fees(_eighth_more(before.max_fee), _eighth_more(before.priority))
        priority = max(least.priority, suggested, self.floor)
        wanted = max(least.max_fee, base + priority)
        self._check(wanted)
        return Fees(max(wanted, min(2 * base + priority, self.cap)), priority)

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


def _eighth_more(fee: int) -> int:
    return -(-fee * 9 // 8)
