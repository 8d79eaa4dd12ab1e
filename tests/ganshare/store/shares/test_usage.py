"""Meters: a share pays from the moment at which it is held, and carries what was used of it."""

from typing import Any

import pytest

from ganshare.domain.jobs import Job, JobState
from ganshare.domain.shares import Payment, Terms
from ganshare.errors import AdmissionError
from ganshare.store import Store
from ganshare.store.db.tables_queue import jobs
from ganshare.store.db.tables_shares import holdings
from ganshare.testing import MODEL, make_artwork, make_request

TOKEN = "137:0xabc/1"
ANN, BEN = "0x" + "a1" * 20, "0x" + "b2" * 20
TERMS = Terms((TOKEN,), seconds=1000.0)


class Desk:
    """Submits and paints for holders."""

    def __init__(self, store: Store) -> None:
        self.store, self._number = store, 0

    async def hold(self, **balances: int) -> None:
        held = {{"ann": ANN, "ben": BEN}[name]: count for name, count in balances.items()}
        self._number += 1
        await self.store.shares.holdings.record({TOKEN: held}, self._number)

    async def payment(self, person: str) -> Payment | None:
        standing = await self.store.shares.usage.standing(person, TERMS)
        best = standing.best()
        if best is None:
            return None
        start = TERMS.period_at(standing.moment)[0] if best.token else 0.0
        return Payment(best.id, best.seconds, 4.0, start, 10.0)

    async def ask(self, person: str = "discord:1", payment: Payment | None = None) -> Job:
        self._number += 1
        paid = payment or await self.payment(person)
        request = make_request()
        submitted = await self.store.queue.submit(
            person, "bot", request, key=f"key-{self._number}", payment=paid
        )
        return submitted.job

    async def claim(self) -> list[Job]:
        return await self.store.queue.claim("engine", models=[MODEL], max_area=2**20)

    async def left(self, person: str = "discord:1") -> float:
        return (await self.store.shares.usage.standing(person, TERMS)).left

    async def set_job(self, job: Job, **values: Any) -> None:
        await self.store.database.write(jobs.update().where(jobs.c.id == job.id).values(values))


@pytest.fixture
async def desk(store: Store) -> Desk:
    await store.shares.wallets.link("discord:1", ANN, 0.0)
    await store.shares.wallets.link("discord:2", BEN, 0.0)
    return Desk(store)


async def test_shares_are_good_for_their_time_each(desk: Desk) -> None:
    assert await desk.left() == 0.0
    await desk.hold(ann=2)
    assert await desk.left() == 2000.0
    await desk.hold(ann=1)
    assert await desk.left() == 1000.0


async def test_a_painting_takes_from_the_share_what_it_took(desk: Desk) -> None:
    await desk.hold(ann=1)
    job = await desk.ask()
    assert await desk.left() == pytest.approx(1000 - 30 * job.cost)  # what is expected
    (claimed,) = await desk.claim()
    now = await desk.store.now()
    await desk.store.queue.finish(claimed, make_artwork())
    await desk.set_job(job, started=now - 100, finished=now)
    assert await desk.left() == pytest.approx(900)


async def test_what_failed_costs_nothing(desk: Desk) -> None:
    await desk.hold(ann=1)
    await desk.ask()
    (claimed,) = await desk.claim()
    await desk.store.queue.fail(claimed, "broken", retry=False)
    assert await desk.left() == 1000.0


async def test_no_more_is_admitted_than_is_left_whoever_asks_at_once(desk: Desk) -> None:
    await desk.hold(ann=1)
    job = await desk.ask()
    (claimed,) = await desk.claim()
    now = await desk.store.now()
    await desk.store.queue.finish(claimed, make_artwork())
    await desk.set_job(job, started=now - 995, finished=now)
    payment = await desk.payment("discord:1")
    assert payment is not None
    await desk.ask(payment=payment)  # 5 seconds are left, which it takes all
    with pytest.raises(AdmissionError, match="used up"):
        await desk.ask(payment=payment)


async def test_a_share_that_was_sold_pays_neither_in_the_queue_nor_at_the_claim(desk: Desk) -> None:
    await desk.hold(ann=1)
    payment = await desk.payment("discord:1")
    job = await desk.ask()
    await desk.hold(ann=0, ben=1)
    assert await desk.claim() == []
    with pytest.raises(AdmissionError):
        await desk.ask(payment=payment)
    assert await desk.store.queue.end_unpaid() == 1
    ended = await desk.store.queue.get(job.id)
    assert ended is not None
    assert (ended.state, ended.error) == (
        JobState.DEAD,
        "You no longer hold the share that was to pay for this painting.",
    )


async def test_the_running_one_is_finished_and_pays_up_to_the_transfer(desk: Desk) -> None:
    await desk.hold(ann=1)
    job = await desk.ask()
    (claimed,) = await desk.claim()
    await desk.hold(ann=0, ben=1)
    now = await desk.store.now()
    assert await desk.store.queue.finish(claimed, make_artwork()) is not None
    await desk.set_job(job, started=now - 300, finished=now + 300)
    sold = holdings.c.until.is_not(None)
    await desk.store.database.write(holdings.update().where(sold).values(until=now))
    # The buyer's share carries the 300 seconds before the sale, and not those after it.
    assert await desk.left("discord:2") == pytest.approx(700)
    assert await desk.left("discord:1") == 0.0


async def test_a_share_that_comes_back_brings_no_new_time(desk: Desk) -> None:
    await desk.hold(ann=1)
    job = await desk.ask()
    (claimed,) = await desk.claim()
    now = await desk.store.now()
    await desk.store.queue.finish(claimed, make_artwork())
    await desk.set_job(job, started=now - 400, finished=now)
    await desk.hold(ann=0)  # to somebody who is not linked
    await desk.hold(ann=1)
    assert await desk.left() == pytest.approx(600)


async def test_a_new_period_begins_anew(desk: Desk) -> None:
    await desk.hold(ann=1)
    job = await desk.ask()
    (claimed,) = await desk.claim()
    await desk.store.queue.finish(claimed, make_artwork())
    start = TERMS.period_at(await desk.store.now())[0]
    await desk.set_job(job, started=start - 500, finished=start - 100)
    assert await desk.left() == 1000.0


async def test_older_news_of_a_wallet_changes_nothing(desk: Desk, store: Store) -> None:
    await store.shares.holdings.record({TOKEN: {ANN: 1}}, 100)
    await store.shares.holdings.record({TOKEN: {ANN: 0}}, 99)  # of an endpoint that was late
    assert await desk.left() == 1000.0


async def test_gifts_pay_for_who_holds_nothing(desk: Desk, store: Store) -> None:
    usage = store.shares.usage
    gift = await usage.give("discord:3", 60.0, 7, by="owner", reason="for your help")
    assert await desk.left("discord:3") == 60.0
    await desk.ask("discord:3")
    assert len(await desk.claim()) == 1
    job = await desk.ask("discord:3")
    assert await usage.take_back(gift)
    assert not await usage.take_back(gift)
    assert await desk.claim() == []
    await store.queue.end_unpaid()
    ended = await store.queue.get(job.id)
    assert ended is not None
    assert ended.state is JobState.DEAD


async def test_the_statement_lists_what_was_paid_for(desk: Desk, store: Store) -> None:
    await desk.hold(ann=1)
    job = await desk.ask()
    (claimed,) = await desk.claim()
    now = await store.now()
    await store.queue.finish(claimed, make_artwork())
    await desk.set_job(job, started=now - 100, finished=now)
    statement = await store.shares.usage.statement("discord:1", now - 1000, now + 10)
    assert [(each.job, round(each.seconds)) for each in statement.lines] == [(job.id, 100)]
    assert (await store.shares.usage.statement("discord:2", now - 1000, now + 10)).lines == ()


async def test_holders_are_all_accounts_of_their_persons(desk: Desk, store: Store) -> None:
    code = await store.accounts.new_link("discord:1")
    await store.accounts.redeem_link(code, "telegram:7")
    await desk.hold(ann=1, ben=0)
    assert await store.shares.holdings.holders([TOKEN]) == {"discord:1", "telegram:7"}
