"""Prices are exact and their parts sum to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.marketplace.seaport.amounts import Currency, Fee, basis_points, split
from admin.marketplace.seaport.order import NATIVE
from ganshare.errors import ParameterError

USDC = Currency("USDC", "0x" + "dc" * 20, 6)
POL = Currency("POL", NATIVE, 18)


@given(price=st.integers(1, 10**30), shares=st.lists(st.integers(0, 3000), min_size=0, max_size=3))
def test_the_parts_of_a_price_sum_to_it(price: int, shares: list[int]) -> None:
    fees = [Fee("0x" + "fe" * 20, share) for share in shares]
    parts = split(price, fees)
    assert parts.seller + sum(parts.fees) == price
    for share, part in zip(shares, parts.fees, strict=True):
        assert 0 <= price * share - part * 10_000 < 10_000


def test_fees_that_leave_nothing_are_refused() -> None:
    with pytest.raises(ParameterError, match="leave nothing"):
        split(100, [Fee(NATIVE, 6000), Fee(NATIVE, 4000)])


@given(units=st.integers(1, 10**30))
def test_a_shown_price_reads_as_the_same_units(units: int) -> None:
    for currency in (USDC, POL, Currency("ONE", NATIVE, 0)):
        assert currency.parse(currency.show(units).split()[0]) == units


@pytest.mark.parametrize(
    ("text", "units"), [("0.05", 50_000), ("1", 10**6), ("1e2", 10**8), ("0.000001", 1)]
)
def test_prices_are_read_exactly(text: str, units: int) -> None:
    assert USDC.parse(text) == units


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "nan", "inf", "1" * 61])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="not a positive number"):
        USDC.parse(text)


def test_more_decimals_than_the_currency_has_are_refused() -> None:
    with pytest.raises(ParameterError, match="more decimals than USDC, which has 6"):
        USDC.parse("0.0000001")


@pytest.mark.parametrize(("percent", "points"), [(1.0, 100), (2.5, 250), ("0.01", 1), (0, 0)])
def test_a_percentage_becomes_basis_points(percent: object, points: int) -> None:
    assert basis_points(percent) == points


@pytest.mark.parametrize("percent", [0.005, -1, 101, "x", "nan"])
def test_a_fee_that_is_no_whole_number_of_basis_points_is_refused(percent: object) -> None:
    with pytest.raises(ParameterError, match="not a share of 0 to 100"):
        basis_points(percent)
