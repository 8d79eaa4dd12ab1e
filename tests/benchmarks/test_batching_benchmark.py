"""The comparison of four jobs at once with four in a row, on two jobs of a moment."""

import pytest

from benchmarks.batching import Way, run_way

pytestmark = pytest.mark.heavy


def test_each_way_paints_the_same_bytes() -> None:
    (alone,) = run_way(Way("one", 1, 1), 1, "64x64", 2, upscale=False).digests
    at_once = run_way(Way("two", 2, 2), 2, "64x64", 2, upscale=False)
    assert len(set(at_once.digests)) == 2
    assert at_once.digests[0] == alone
    assert 0 < at_once.first_frame <= at_once.seconds
