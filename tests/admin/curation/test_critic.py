"""The critic finds a taste that is there, claims none that is not, and nothing on too little."""

import numpy as np
import pytest

from admin.curation.critic import LEAST_PAINTINGS, Example, report, train

DIM = 24


def examples(
    count: int, taste: float, *, seed: int = 1, people: int = 30, rounds: int = 6
) -> list[Example]:
    """Paintings whose bound follows one direction of the embedding, more or less."""
    dice = np.random.default_rng(seed)
    direction = np.eye(DIM)[3]
    found = []
    for number in range(count):
        row = dice.normal(size=DIM)
        row /= np.linalg.norm(row)
        bound = taste * float(row @ direction) * np.sqrt(DIM) + float(dice.normal())
        found.append(
            Example(
                f"{number}", f"round {number % rounds}", f"person {number % people}", bound, row
            )
        )
    return found


def test_a_taste_that_is_there_is_found_on_unseen_people_s_paintings() -> None:
    found = report(examples(300, taste=1.5))
    assert found.head is not None
    assert found.head.low > 1.2
    assert found.head.ordered > 0.65
    assert found.helps
    assert "times the base rate" in found.sentence


def test_where_there_is_no_taste_none_is_claimed() -> None:
    claims = [report(examples(150, taste=0.0, seed=seed)).helps for seed in range(6)]
    assert sum(claims) <= 1
    found = report(examples(150, taste=0.0, seed=0))
    assert "no better than chance" in found.sentence or found.helps


def test_a_requester_s_own_style_is_not_taken_for_the_community_s_taste() -> None:
    """Each person's paintings look alike and stand alike; unseen people's follow nothing."""
    dice = np.random.default_rng(2)
    found = []
    for person in range(12):
        look, luck = dice.normal(size=DIM), float(dice.normal())
        for number in range(15):
            row = look + 0.1 * dice.normal(size=DIM)
            name = f"{person}-{number}"
            bound = luck + 0.1 * float(dice.normal())
            found.append(
                Example(name, f"{number % 3}", f"{person}", bound, row / np.linalg.norm(row))
            )
    result = report(found)
    assert result.head is not None
    assert not result.helps


def test_below_the_sample_size_nothing_is_claimed() -> None:
    few = report(examples(LEAST_PAINTINGS - 1, taste=3.0))
    assert few.head is None
    assert not few.helps
    assert f"nothing can be claimed below {LEAST_PAINTINGS}" in few.sentence
    one_family = report(examples(300, taste=3.0, people=4))
    assert one_family.head is None


def test_likeness_to_a_phrase_is_measured_alike() -> None:
    phrase = np.eye(DIM)[3]
    found = report(examples(300, taste=1.5), phrase)
    assert found.phrase is not None
    assert found.phrase.low > 1.2
    against = report(examples(300, taste=1.5), -phrase)
    assert against.phrase is not None
    assert against.phrase.high < 1.0


def test_the_base_rate_is_a_quarter_and_the_lift_its_multiple() -> None:
    found = report(examples(240, taste=1.0)).head
    assert found is not None
    assert found.base_rate == pytest.approx(0.25, abs=0.02)
    assert found.lift == pytest.approx(found.precision / found.base_rate)
    assert found.low <= found.lift <= found.high


def test_a_head_points_where_the_taste_does() -> None:
    head = train(examples(400, taste=2.0))
    assert int(np.argmax(np.abs(head.weights))) == 3
    assert head.weights[3] > 0
    assert head.score(np.eye(DIM)).argmax() == 3


def test_it_is_the_same_every_time() -> None:
    some = examples(150, taste=1.0)
    assert report(some) == report(some)
    assert np.array_equal(train(some).weights, train(some).weights)
