"""Exact amounts in smallest units: parses prices and divides fees.

No floating point number takes part. What rounding leaves over belongs to the seller, so that the
parts always sum to the price.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ganshare.domain.sales import shown_amount
from ganshare.errors import ParameterError, quoted

__all__ = ["Currency", "Fee", "Split", "basis_points", "split"]

WHOLE = 10_000  # basis points
_LONGEST = 60
_NUMBER = re.compile(r"[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Currency:
    """What prices are in.

    Args:
        address: of the ERC-20 token; `seaport.order.NATIVE` for the chain's own coin.
        decimals: how many of its digits stand behind the point.
    """

    symbol: str
    address: str
    decimals: int

    def parse(self, text: str) -> int:
        """Read a price such as "0.05" as smallest units, exactly.

        Raises:
            ParameterError: it is no positive decimal number, or has more decimals than the
                currency.
        """
        fine = len(text) <= _LONGEST and _NUMBER.fullmatch(text)
        number = Decimal(text) if fine else Decimal(0)
        if number <= 0:
            message = f"The price {quoted(text)} is not a positive number, such as 0.05."
            raise ParameterError(message, given=text)
        numerator, denominator = number.as_integer_ratio()
        one: int = 10**self.decimals
        units, rest = divmod(numerator * one, denominator)
        if units >= 2**256:
            raise ParameterError(f"The price {quoted(text)} is too large for a chain.", given=text)
        if rest:
            raise ParameterError(
                f"The price {quoted(text)} has more decimals than {self.symbol}, which has "
                f"{self.decimals}.",
                given=text,
                allowed=self.decimals,
            )
        return units

    def show(self, units: int) -> str:
        """Write smallest units as a number with the currency's symbol."""
        return shown_amount(units, self.decimals, self.symbol)


@dataclass(frozen=True, slots=True)
class Fee:
    """A share of each sale's price that goes to another recipient."""

    recipient: str
    basis_points: int
    required: bool = True


@dataclass(frozen=True, slots=True)
class Split:
    """How a price is divided: `seller` and each fee's amount, in the order of the fees."""

    seller: int
    fees: tuple[int, ...]


def basis_points(percent: object) -> int:
    """Read a fee in percent, as marketplaces give it, as basis points.

    Raises:
        ParameterError: it is no multiple of 0.01 from 0 to 100.
    """
    try:
        points = Decimal(str(percent)) * 100
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or points != int(points) or not 0 <= points <= WHOLE:
        message = f"The fee {quoted(str(percent))} is not a share of 0 to 100 % in steps of 0.01."
        raise ParameterError(message, given=percent)
    return int(points)


def split(price: int, fees: Sequence[Fee]) -> Split:
    """Divide a price: each fee is rounded down, the seller gets the rest.

    Raises:
        ParameterError: the fees leave the seller nothing.
    """
    amounts = tuple(price * fee.basis_points // WHOLE for fee in fees)
    seller = price - sum(amounts)
    if seller <= 0:
        raise ParameterError(
            f"Fees of {sum(fee.basis_points for fee in fees) / 100:g} % leave nothing of the price "
            f"{price} for the seller.",
            given=price,
        )
    return Split(seller, amounts)
