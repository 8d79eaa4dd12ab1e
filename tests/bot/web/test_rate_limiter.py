"""Token buckets: so many at once, then as time passes."""

from bot.web.rate_limiter import Rate, RateLimiter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_after_a_burst_one_waits_and_is_told_how_long() -> None:
    clock = Clock()
    limiter = RateLimiter(Rate(burst=3, per_second=0.5), clock=clock)
    assert [limiter.take("ann") for _ in range(4)] == [0, 0, 0, 2.0]
    clock.now += 1.0
    assert limiter.take("ann") == 1.0
    clock.now += 1.0
    assert limiter.take("ann") == 0


def test_nobody_takes_from_anothers_bucket() -> None:
    limiter = RateLimiter(Rate(burst=1, per_second=1), clock=Clock())
    assert limiter.take("ann") == 0
    assert limiter.take("bob") == 0
    assert limiter.take("ann") > 0


def test_a_bucket_never_holds_more_than_a_burst() -> None:
    clock = Clock()
    limiter = RateLimiter(Rate(burst=2, per_second=10), clock=clock)
    limiter.take("ann")
    clock.now += 3600
    assert [bool(limiter.take("ann")) for _ in range(3)] == [False, False, True]


def test_however_many_come_memory_stays_small() -> None:
    limiter = RateLimiter(Rate(burst=1, per_second=1), remembered=10, clock=Clock())
    for number in range(1000):
        limiter.take(f"visitor {number}")
    assert limiter.take("visitor 999") > 0  # still known
    assert limiter.take("visitor 0") == 0  # long forgotten
