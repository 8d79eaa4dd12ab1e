"""The bound that ranks: what more evidence, a quorum, walk-ins, weights and ties do to it."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganshare.domain.ranking import Count, effective_size, rank, tie_break, wilson
from ganshare.domain.votes import RoundRules
from ganshare.errors import ParameterError

RULES = RoundRules(quorum=1, views=40)


def count(artwork: str, liked: int, views: int, **changes: Any) -> Count:
    values: dict[str, Any] = {
        "artwork": artwork, "votes": liked, "shown_votes": liked, "views": views, "liked": liked,
        "seen": views, "seen_squared": views, "walked_in": 0.0, "absent": 100.0,
    }  # fmt: skip
    return Count(**(values | changes))


def order(*counts: Count, rules: RoundRules = RULES) -> list[str]:
    return [each.artwork for each in rank("round", counts, rules)]


def test_the_bounds_are_wilson_s() -> None:
    """Brown, Cai and DasGupta (2001) solve it as a quadratic: the bounds are its roots."""
    lower, upper = wilson(7, 20, 0.975)
    z = 1.959963984540054
    for bound in (lower, upper):
        assert math.isclose((bound - 7 / 20) ** 2, z * z * bound * (1 - bound) / 20)
    assert lower < 7 / 20 < upper


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.5, 0.999))
def test_the_bounds_hold_the_share_and_stay_between_nothing_and_all(
    yes: int, no: int, confidence: float
) -> None:
    lower, upper = wilson(yes, yes + no, confidence)
    assert 0 <= lower <= upper <= 1
    if yes + no:
        assert lower <= yes / (yes + no) + 1e-12
        assert upper >= yes / (yes + no) - 1e-12


@given(st.integers(1, 300), st.integers(1, 300))
def test_one_more_vote_of_one_more_viewer_raises_the_bound(yes: int, no: int) -> None:
    assert wilson(yes + 1, yes + no + 1)[0] > wilson(yes, yes + no)[0]
    assert wilson(yes, yes + no + 1)[0] < wilson(yes, yes + no)[0]


@pytest.mark.parametrize("given", [(5, 4, 0.95), (-1, 4, 0.95), (1, 4, 1.0), (1, 4, 0.3)])
def test_nonsense_is_refused(given: tuple[float, float, float]) -> None:
    with pytest.raises(ParameterError):
        wilson(*given)


def test_the_same_share_ranks_higher_where_more_is_known() -> None:
    assert order(count("few", 3, 4), count("many", 60, 90)) == ["many", "few"]


def test_without_a_quorum_it_comes_last_however_good_it_is() -> None:
    rules = RoundRules(quorum=5, views=40)
    assert order(count("two", 2, 2), count("five", 5, 40), rules=rules) == ["five", "two"]


def test_a_crowd_of_walk_ins_is_a_few_of_all() -> None:
    """Thirty friends who come by themselves don't outweigh a tenth of those it was shown to."""
    friends = count("friends", 4, 40, votes=34, walked_in=30.0, absent=960.0)
    better = count("better", 8, 40, absent=960.0)
    assert order(friends, better) == ["better", "friends"]


def test_where_nothing_is_shown_the_number_of_voters_decides() -> None:
    rules = RoundRules(quorum=1, views=0)
    few = count("few", 0, 0, votes=10, walked_in=10.0, absent=50.0)
    many = count("many", 0, 0, votes=20, walked_in=20.0, absent=50.0)
    assert order(few, many, rules=rules) == ["many", "few"]


@given(st.integers(0, 40), st.integers(0, 40), st.floats(1.0, 9.0))
def test_weights_that_are_all_the_same_change_nothing(one: int, other: int, weight: float) -> None:
    rules = RoundRules(quorum=1, views=40, walk_in=0.0)
    plain = [count("a", one, 40), count("b", other, 40)]
    heavy = [
        replace(
            each, liked=each.liked * weight, seen=40 * weight, seen_squared=40 * weight * weight
        )
        for each in plain
    ]
    assert [(each.artwork, each.bound) for each in rank("round", heavy, rules)] == [
        (each.artwork, pytest.approx(each.bound)) for each in rank("round", plain, rules)
    ]


def test_unequal_weights_are_worth_fewer_votes() -> None:
    assert effective_size(10.0, 10.0) == 10.0
    assert effective_size(3.0 + 9.0, 9.0 + 9.0) < 10
    assert effective_size(0.0, 0.0) == 0.0


@given(st.permutations([count(name, 5, 40) for name in "abcdefg"]))
def test_ties_fall_the_same_way_in_whatever_order_they_are_given(counts: list[Count]) -> None:
    expected = sorted("abcdefg", key=lambda name: tie_break("round", name))
    assert order(*counts) == expected


def test_another_round_breaks_ties_otherwise() -> None:
    """Nobody's paintings are favoured for ever by their names."""
    names = [f"{number:022d}" for number in range(50)]
    firsts = {
        min(names, key=lambda name, each=each: tie_break(str(each), name)) for each in range(30)
    }
    assert len(firsts) > 10
