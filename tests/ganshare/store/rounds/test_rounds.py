"""Rounds: who enters, what is shown to whom, what counts at the end, and what curators may do."""

import asyncio
from typing import Any

import pytest

from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import Guards, LogKind, Round, RoundRules, VoteEvent, Voter, WhyNot
from ganshare.errors import JobError, ParameterError, VoteError
from ganshare.store import Store
from ganshare.store.db.dialect import now
from ganshare.store.db.tables_votes import rounds
from ganshare.store.votes.audit import audit
from ganshare.testing import make_artwork

ANN, BEA, CEE = "discord:1", "discord:2", "discord:3"
HERE = "discord:900"
OPEN = Guards(per_minute=10**6, burst_votes=0)
HOUR = 3_600.0


def rules(**changes: Any) -> RoundRules:
    values: dict[str, Any] = {"min_age": 0.0, "quorum": 1, "views": 3, "winners": 1}
    return RoundRules(**(values | changes))


async def paint(asker: Any, person: str = ANN, place: str = "", **options: Any) -> Artwork:
    await asker.ask(person, reply_to={"desk": {"place": place}} if place else {})
    made = await asker.store.queue.finish(await asker.claim_one(), make_artwork(**options))
    assert isinstance(made, Artwork)
    return made


async def begin(store: Store, **changes: Any) -> Round:
    return await store.rounds.open(HERE, ANN, HOUR, rules(**changes))


async def vote(store: Store, artwork: Artwork | str, *people: int) -> None:
    name = artwork if isinstance(artwork, str) else artwork.id
    for number in people:
        voter = Voter(f"discord:{number}")
        await store.votes.cast(VoteEvent(name, voter, "discord:9", True, 5.0), OPEN)


async def end(store: Store, round_: Round) -> list[Any]:
    return await store.rounds.close(round_.id, ANN, early=True)


# --- opening ----------------------------------------------------------------------------------


async def test_there_is_one_round_at_a_time_in_each_place(store: Store, another: Any) -> None:
    tries = [store.rounds.open(HERE, ANN, HOUR), (await another()).rounds.open(HERE, ANN, HOUR)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Round", "VoteError"]
    elsewhere = await store.rounds.open("telegram:-5", ANN, HOUR)
    assert await store.rounds.current("telegram:-5") == elsewhere
    here = await store.rounds.current(HERE)
    assert here is not None
    await end(store, here)
    assert await store.rounds.current(HERE) is None
    await store.rounds.open(HERE, ANN, HOUR)


@pytest.mark.parametrize("seconds", [1.0, 1e9, float("nan")])
async def test_a_round_lasts_a_minute_to_a_year(store: Store, seconds: float) -> None:
    with pytest.raises(VoteError, match="between a minute and a year"):
        await store.rounds.open(HERE, ANN, seconds)


def test_rules_out_of_range_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"^quorum must be between 1 and 100000 \(got 0\)\.$"):
        RoundRules(quorum=0)


async def test_rules_stay_as_they_were_set(store: Store) -> None:
    made = await begin(store, weighted=True, walk_in=0.5, pool=7)
    read = await store.rounds.get(made.id)
    assert read == made
    assert made.rules == rules(weighted=True, walk_in=0.5, pool=7)


# --- entering ---------------------------------------------------------------------------------


async def test_a_requester_enters_their_own_up_to_their_share(store: Store, asker: Any) -> None:
    round_ = await begin(store, per_person=2)
    mine = [await paint(asker) for _ in range(3)]
    for each in mine[:2]:
        first = await store.rounds.entries.enter(round_.id, each.id, ANN)
        assert await store.rounds.entries.enter(round_.id, each.id, ANN) == first
    with pytest.raises(VoteError, match="You can enter at most 2 paintings"):
        await store.rounds.entries.enter(round_.id, mine[2].id, ANN)
    await store.rounds.entries.enter(round_.id, mine[2].id, BEA, curator=True)
    theirs = await paint(asker, BEA)
    with pytest.raises(VoteError, match="someone else's"):
        await store.rounds.entries.enter(round_.id, theirs.id, ANN)
    assert [each.artwork for each in await store.rounds.entries.of_round(round_.id)] == [
        each.id for each in mine
    ]


async def test_the_pool_is_bounded_however_many_enter_at_once(
    store: Store, another: Any, asker: Any
) -> None:
    round_ = await begin(store, pool=3, per_person=9)
    stores = [store, await another()]
    paintings = [await paint(asker) for _ in range(6)]
    tries = [
        stores[n % 2].rounds.entries.enter(round_.id, each.id, ANN)
        for n, each in enumerate(paintings)
    ]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, VoteError) for result in results) == 3
    assert len(await store.rounds.entries.of_round(round_.id)) == 3


async def test_what_is_gone_vetoed_or_elsewhere_cannot_enter(store: Store, asker: Any) -> None:
    round_ = await begin(store, per_person=9)
    gone, hidden = await paint(asker), await paint(asker)
    await store.gallery.delete(gone.id, ANN)
    await store.gallery.hide(hidden.id, BEA, "because")
    for each in (gone, hidden):
        with pytest.raises(VoteError, match="deleted or is hidden"):
            await store.rounds.entries.enter(round_.id, each.id, ANN)
    with pytest.raises(JobError):
        await store.rounds.entries.enter(round_.id, "nothing", ANN)
    with pytest.raises(VoteError, match="There is no round"):
        await store.rounds.entries.enter("nothing", hidden.id, ANN)
    other = await store.rounds.open("telegram:-5", ANN, HOUR)
    there = await paint(asker)
    await store.rounds.entries.enter(other.id, there.id, ANN)
    with pytest.raises(VoteError, match="another round now"):
        await store.rounds.entries.enter(round_.id, there.id, ANN)


async def test_a_painting_has_one_round_unless_too_few_voted(store: Store, asker: Any) -> None:
    first = await begin(store, quorum=2)
    liked, unheard = await paint(asker), await paint(asker)
    for each in (liked, unheard):
        await store.rounds.entries.enter(first.id, each.id, ANN)
    await vote(store, liked, 50, 51)
    await vote(store, unheard, 50)
    await end(store, first)
    second = await begin(store)
    with pytest.raises(VoteError, match="has already been in a round"):
        await store.rounds.entries.enter(second.id, liked.id, ANN)
    await store.rounds.entries.enter(second.id, unheard.id, ANN)


async def test_finished_paintings_enter_by_themselves_where_the_round_says_so(
    store: Store, asker: Any
) -> None:
    painting = await paint(asker)
    assert await store.rounds.entries.enter_finished(painting.id, HERE) is None  # no round
    round_ = await begin(store)
    assert await store.rounds.entries.enter_finished(painting.id, HERE) is None
    await end(store, round_)
    await begin(store, automatic=True, per_person=1)
    assert (await store.rounds.entries.enter_finished(painting.id, HERE)) is not None
    assert (
        await store.rounds.entries.enter_finished((await paint(asker)).id, HERE) is None
    )  # has their share
    assert await store.rounds.entries.enter_finished("nothing", HERE) is None


async def test_a_painting_leaves_and_comes_back_with_the_views_it_had(
    store: Store, asker: Any
) -> None:
    round_ = await begin(store)
    painting = await paint(asker)
    await store.rounds.entries.enter(round_.id, painting.id, ANN)
    await store.rounds.exposure.next_to_show(BEA)
    with pytest.raises(VoteError):
        await store.rounds.entries.leave(round_.id, painting.id, BEA)
    assert await store.rounds.entries.leave(round_.id, painting.id, ANN)
    assert not await store.rounds.entries.leave(round_.id, painting.id, ANN)
    assert (await store.rounds.entries.enter(round_.id, painting.id, ANN)).dealt == 1
    assert await store.rounds.exposure.next_to_show(BEA) is None


# --- showing ----------------------------------------------------------------------------------


async def test_each_painting_is_shown_to_the_same_number_and_no_more(
    store: Store, another: Any, asker: Any
) -> None:
    round_ = await begin(store, views=3)
    paintings = [await paint(asker) for _ in range(4)]
    for each in paintings[:3]:
        await store.rounds.entries.enter(round_.id, each.id, ANN)
    stores = [store, await another()]
    people = [f"discord:{100 + number}" for number in range(6)]
    shown = await asyncio.gather(
        *(stores[n % 2].rounds.exposure.next_to_show(person) for n, person in enumerate(people * 2))
    )
    assert sum(each is not None for each in shown) == 9
    assert [entry.dealt for entry in await store.rounds.entries.of_round(round_.id)] == [3, 3, 3]
    late = paintings[3]
    await store.rounds.entries.enter(round_.id, late.id, ANN, curator=True)
    assert await store.rounds.exposure.next_to_show("discord:999") == late  # has the fewest


async def test_nobody_is_shown_their_own_or_anything_twice_from_any_account(
    store: Store, asker: Any
) -> None:
    round_ = await begin(store, views=9)
    mine, theirs, voted = await paint(asker), await paint(asker, BEA), await paint(asker, BEA)
    for each in (mine, theirs, voted):
        await store.rounds.entries.enter(round_.id, each.id, each.person)
    await store.accounts.redeem_link(await store.accounts.new_link(ANN), "telegram:1")
    await vote(store, voted, 1)
    assert await store.rounds.exposure.next_to_show("telegram:1") == theirs
    assert await store.rounds.exposure.next_to_show(ANN) is None
    assert await store.rounds.exposure.next_to_show("telegram:1") is None


async def test_a_person_is_shown_no_more_than_a_share_of_the_pool(store: Store, asker: Any) -> None:
    round_ = await begin(store, per_viewer=2)
    for _ in range(4):
        await store.rounds.entries.enter(round_.id, (await paint(asker)).id, ANN, curator=True)
    shown = [await store.rounds.exposure.next_to_show(BEA) for _ in range(4)]
    assert [each is not None for each in shown] == [True, True, False, False]


async def test_in_the_final_those_that_lead_are_shown_on(store: Store, asker: Any) -> None:
    round_ = await begin(store, views=1, finalists=1, final=1.0, final_views=2)
    paintings = [await paint(asker) for _ in range(2)]
    for each in paintings:
        await store.rounds.entries.enter(round_.id, each.id, ANN)
    first = [await store.rounds.exposure.next_to_show(f"discord:{n}") for n in (50, 51)]
    assert {each.id for each in first if each} == {each.id for each in paintings}
    leading = first[1]
    assert leading is not None
    await vote(store, leading, 51)
    later = [await store.rounds.exposure.next_to_show(f"discord:{n}") for n in (60, 61, 62)]
    assert [each and each.id for each in later] == [leading.id, leading.id, None]
    assert [entry.final for entry in await store.rounds.entries.of_round(round_.id)] == [
        each.id == leading.id for each in paintings
    ]
    assert (await store.votes.log.read(newest=True, limit=1))[0].data["finalists"] == [leading.id]


async def test_a_round_that_has_not_begun_or_has_ended_shows_nothing(
    store: Store, asker: Any
) -> None:
    painting = await paint(asker)
    later = await store.now() + 500
    planned = await store.rounds.open(HERE, ANN, HOUR, rules(), opens=later)
    await store.rounds.entries.enter(planned.id, painting.id, ANN)
    assert await store.rounds.exposure.next_to_show(BEA) is None
    status = await store.rounds.status(planned.id)
    assert status is not None
    assert 400 < status.opens_in <= 500
    await end(store, planned)
    assert await store.rounds.exposure.next_to_show(BEA) is None


async def test_posts_go_round_the_pool(store: Store, asker: Any) -> None:
    round_ = await begin(store)
    paintings = [await paint(asker) for _ in range(2)]
    for each in paintings:
        await store.rounds.entries.enter(round_.id, each.id, ANN)
    posted = [await store.rounds.exposure.next_to_post(round_.id, most=2) for _ in range(5)]
    assert [each and each.id for each in posted] == [each.id for each in paintings * 2] + [None]


# --- the end ----------------------------------------------------------------------------------


async def test_the_bound_given_the_views_decides_not_the_number_of_votes(
    store: Store, asker: Any
) -> None:
    round_ = await begin(store, views=10, quorum=3)
    good, loud = await paint(asker), await paint(asker)
    for each in (good, loud):
        await store.rounds.entries.enter(round_.id, each.id, ANN)
    for number in range(100, 120):
        shown = await store.rounds.exposure.next_to_show(f"discord:{number}")
        if shown == good and number % 4:
            await vote(store, good, number)
    await vote(store, loud, *range(200, 215))  # came by themselves, for one painting
    standings = await end(store, round_)
    assert [each.artwork for each in standings] == [good.id, loud.id]
    assert standings[0].votes < standings[1].votes == 15
    assert [each.won for each in standings] == [True, False]
    assert standings[1].shown_votes == 0


async def test_without_a_quorum_nobody_wins(store: Store, asker: Any) -> None:
    round_ = await begin(store, quorum=3)
    painting = await paint(asker)
    await store.rounds.entries.enter(round_.id, painting.id, ANN)
    await vote(store, painting, 50, 51)
    (standing,) = await end(store, round_)
    assert (standing.has_quorum, standing.won) == (False, False)


async def test_the_end_is_frozen_and_the_same_said_twice(
    store: Store, another: Any, asker: Any
) -> None:
    round_ = await begin(store)
    painting = await paint(asker)
    await store.rounds.entries.enter(round_.id, painting.id, ANN)
    await vote(store, painting, 50, 51)
    both = await asyncio.gather(end(store, round_), end(await another(), round_))
    assert both[0] == both[1]
    await vote(store, painting, 52)
    assert await store.rounds.standings(round_.id) == both[0]
    closings = [each for each in await store.votes.log.read() if each.kind is LogKind.CLOSE]
    assert len(closings) == 1
    assert (await audit(store.votes.log, store.database)).differences == ()


async def test_a_round_ends_when_its_time_is_over(store: Store) -> None:
    round_ = await begin(store)
    with pytest.raises(VoteError, match="still open"):
        await store.rounds.close(round_.id, "bot")
    assert await store.rounds.to_close() == []
    await store.database.write(rounds.update().values(closes=now() - 1))
    assert [each.id for each in await store.rounds.to_close()] == [round_.id]
    assert await store.rounds.close(round_.id, "bot") == []
    assert await store.rounds.to_close() == []


async def test_a_round_that_nobody_ends_is_ended_by_anybody_after_some_hours(store: Store) -> None:
    round_ = await begin(store)
    for seconds in (HOUR + 60, 3 * HOUR):
        assert await store.rounds.close_abandoned("engine") == []
        await store.database.write(rounds.update().values(closes=rounds.c.closes - seconds))
    assert await store.rounds.close_abandoned("engine") == [round_.id]
    assert await store.rounds.close_abandoned("engine") == []
    closed = (await store.votes.log.read(newest=True, limit=1))[0]
    assert (closed.kind, closed.by) == (LogKind.CLOSE, "engine")


async def test_accounts_that_are_too_young_at_the_end_don_t_count(store: Store, asker: Any) -> None:
    round_ = await begin(store, min_age=86_400.0)
    painting = await paint(asker)
    await store.rounds.entries.enter(round_.id, painting.id, ANN)
    limit = round_.closes - 86_400.0
    for number, born in ((50, limit - 5), (51, limit + 5), (52, None)):
        voter = Voter(f"discord:{number}", born=born)
        event = VoteEvent(painting.id, voter, "discord:9", True, round_.opens)
        state = await store.votes.cast(event, OPEN)
        assert state.why_not == (WhyNot.YOUNG if number == 51 else None)
    # The platform says nothing of 52, and in a place's first days nobody was seen earlier.
    assert await store.rounds.tally(round_.id) == {painting.id: 2}
    assert [each.votes for each in await store.rounds.standings(round_.id)] == [2]
    # The person behind a young account may be known for long.
    old = VoteEvent((await paint(asker)).id, Voter("web:7", born=5.0), "x", True, 9.0)
    await store.votes.cast(old, OPEN)
    await store.accounts.redeem_link(await store.accounts.new_link("web:7"), "discord:51")
    assert await store.rounds.tally(round_.id) == {painting.id: 3}


async def test_first_seen_lately_is_young_once_a_place_has_had_its_first_days(
    store: Store, asker: Any
) -> None:
    day = 86_400.0
    first = await begin(store, min_age=day)
    await end(store, first)
    ago = rounds.update().values(opens=rounds.c.opens - 1.1 * day)
    await store.database.write(ago)
    round_ = await begin(store, min_age=day)
    painting = await paint(asker)
    await store.rounds.entries.enter(round_.id, painting.id, ANN)
    told = {50: round_.closes - day - 5, 51: None, 52: None}
    for number, born in told.items():
        voter = Voter(f"telegram:{number}", born=born)
        seen = first.opens - (1.05 * day if number == 52 else 0)
        await store.votes.cast(VoteEvent(painting.id, voter, "telegram:9", True, seen), OPEN)
    assert await store.rounds.tally(round_.id) == {painting.id: 2}
    state = await store.votes.state(painting.id, "telegram:51")
    assert state.why_not is WhyNot.YOUNG


async def test_shares_weigh_only_where_the_owner_wants_it(store: Store, asker: Any) -> None:
    plain = await begin(store)
    with pytest.raises(VoteError, match="weighs the same"):
        await store.rounds.weigh(plain.id, {BEA: 2.0}, ANN)
    await end(store, plain)
    round_ = await begin(store, weighted=True, views=0, max_weight=3.0)
    few, many = await paint(asker), await paint(asker)
    for each in (few, many):
        await store.rounds.entries.enter(round_.id, each.id, ANN)
    await vote(store, few, 50)
    await vote(store, many, 51, 52)
    assert (await store.rounds.standings(round_.id))[0].artwork == many.id
    assert await store.rounds.weigh(round_.id, {"discord:50": 9.0, "discord:60": 0.0}, ANN) == 1
    with pytest.raises(VoteError, match="already has its snapshot"):
        await store.rounds.weigh(round_.id, {"discord:50": 1.0}, ANN)
    best = (await store.rounds.standings(round_.id))[0]
    assert (best.artwork, best.votes) == (few.id, 1)  # a vote stays a vote; it weighs three


# --- telling ----------------------------------------------------------------------------------


async def test_a_round_is_announced_once_by_each_origin(store: Store, asker: Any) -> None:
    round_ = await begin(store)
    painting = await paint(asker)
    await store.rounds.entries.enter(round_.id, painting.id, ANN)
    (opened,) = await store.rounds.announcements.pending("discord", [HERE])
    assert (opened.kind, opened.winners) == ("opened", ())
    await store.rounds.announcements.mark_told(opened, "discord")
    assert await store.rounds.announcements.pending("discord", [HERE]) == []
    assert len(await store.rounds.announcements.pending("telegram", [HERE])) == 1
    await vote(store, painting, 50)
    await end(store, round_)
    (closed,) = await store.rounds.announcements.pending("discord", [HERE])
    assert [each.artwork for each in closed.winners] == [painting.id]
    await store.rounds.announcements.mark_told(closed, "discord")
    assert await store.rounds.announcements.pending("discord", [HERE]) == []
    (late,) = await store.rounds.announcements.pending("telegram", [HERE])
    assert late.kind == "closed"  # nobody needs to hear that it had opened


async def test_the_status_counts_and_names_nobody_who_leads(store: Store, asker: Any) -> None:
    round_ = await begin(store, views=2)
    paintings = [await paint(asker) for _ in range(2)]
    for each in paintings:
        await store.rounds.entries.enter(round_.id, each.id, ANN)
    await vote(store, paintings[0], 50, 51)
    await vote(store, paintings[1], 50)
    await store.rounds.exposure.next_to_show(BEA)
    status = await store.rounds.status(round_.id)
    assert status is not None
    figures = (status.entries, status.votes, status.voters, status.views, status.views_wanted)
    assert figures == (2, 3, 2, 1, 4)
    assert 3_500 < status.remaining <= HOUR
    assert await store.rounds.status("nothing") is None


async def test_the_digest_sums_up_the_last_days(store: Store, asker: Any) -> None:
    round_ = await begin(store)
    painting = await paint(asker, attributes={"Style": "Cubist", "Seed": "4"})
    await store.rounds.entries.enter(round_.id, painting.id, ANN)
    await vote(store, painting, 50, 51)
    await end(store, round_)
    digest = await store.rounds.announcements.digest(HERE)
    assert [each.artwork for each in digest.winners] == [painting.id]
    assert (digest.votes, digest.voters, digest.paintings) == (2, 2, 1)
    assert digest.traits == {"Style": (("Cubist", 1),)}
    assert (await store.rounds.announcements.digest("elsewhere")).winners == ()


# --- curating ---------------------------------------------------------------------------------


async def ended(store: Store, asker: Any, count: int = 3, **changes: Any) -> list[Artwork]:
    """A round that has ended, with the paintings in their order."""
    round_ = await begin(store, views=0, per_person=9, **changes)
    paintings = [await paint(asker) for _ in range(count)]
    for place, each in enumerate(paintings):
        await store.rounds.entries.enter(round_.id, each.id, ANN)
        await vote(store, each, *range(50, 50 + count - place))
    assert [each.artwork for each in await end(store, round_)] == [each.id for each in paintings]
    return paintings


async def test_a_winner_is_approved_and_is_in_the_curated_set(store: Store, asker: Any) -> None:
    best, second, _ = await ended(store, asker)
    assert [each.artwork for each in await store.rounds.curation.to_decide()] == [best.id]
    with pytest.raises(VoteError, match="has not won"):
        await store.rounds.curation.approve(second.id, BEA)
    await store.rounds.curation.approve(best.id, BEA, "fine")
    (item,) = await store.rounds.curation.approved()
    assert (item.id, item.sha256, item.blob) == (best.id, best.sha256, best.blob)
    assert (item.votes, item.rank, item.approved_by, item.reason) == (3, 1, BEA, "fine")
    assert item.may_sell
    assert await store.rounds.curation.to_decide() == []


async def test_a_veto_needs_a_reason_and_lets_the_next_one_win(store: Store, asker: Any) -> None:
    best, second, third = await ended(store, asker)
    with pytest.raises(VoteError, match="needs a reason"):
        await store.rounds.curation.veto(best.id, BEA, " ")
    await store.rounds.curation.veto(best.id, BEA, "a copy of a living artist's")
    assert [each.artwork for each in await store.rounds.curation.to_decide()] == [second.id]
    await store.rounds.curation.approve(second.id, BEA)
    with pytest.raises(VoteError, match="has not won"):
        await store.rounds.curation.approve(third.id, BEA)
    assert await store.rounds.curation.decision(best.id) == (
        False,
        BEA,
        "a copy of a living artist's",
    )
    assert (await audit(store.votes.log, store.database)).differences == ()


async def test_a_veto_before_the_end_keeps_a_painting_from_winning(
    store: Store, asker: Any
) -> None:
    round_ = await begin(store, views=0)
    paintings = [await paint(asker) for _ in range(2)]
    for each in paintings:
        await store.rounds.entries.enter(round_.id, each.id, ANN)
    await vote(store, paintings[0], 50, 51, 52)
    await vote(store, paintings[1], 50)
    await store.rounds.curation.veto(paintings[0].id, BEA, "no")
    assert await store.rounds.exposure.next_to_post(round_.id) == paintings[1]
    won = [each.artwork for each in await end(store, round_) if each.won]
    assert won == [paintings[1].id]


async def test_what_is_deleted_or_hidden_later_is_not_minted(store: Store, asker: Any) -> None:
    best, *_ = await ended(store, asker)
    await store.rounds.curation.approve(best.id, BEA)
    await store.gallery.hide(best.id, BEA, "reported")
    assert await store.rounds.curation.approved() == []
    await store.gallery.show(best.id, BEA)
    assert len(await store.rounds.curation.approved()) == 1
    await store.gallery.delete(best.id, ANN)
    assert await store.rounds.curation.approved() == []
    with pytest.raises(VoteError):
        await store.rounds.curation.approve(best.id, BEA)


async def test_what_was_in_no_round_cannot_be_decided(store: Store, asker: Any) -> None:
    painting = await paint(asker)
    with pytest.raises(VoteError, match="was not in any round"):
        await store.rounds.curation.approve(painting.id, BEA)
    with pytest.raises(JobError):
        await store.rounds.curation.veto("nothing", BEA, "because")


async def test_ended_rounds_teach_which_words_win(store: Store, asker: Any) -> None:
    await ended(store, asker, 5)
    record = await store.rounds.results.record()
    assert (record.paintings, record.best) == (5, 2)
    assert record.of("Subject", "castle") == (5, 2)
    judged = await store.rounds.results.judged()
    assert [standing.rank for _, standing in judged] == [1, 2, 3, 4, 5]


# --- what others drew into a round of theirs --------------------------------------------------


async def test_a_false_round_does_not_count_as_ones_round(store: Store, asker: Any) -> None:
    lair = await store.rounds.open("discord:666", BEA, HOUR, rules(winners=3))
    taken, vetoed, chosen = [await paint(asker, place=HERE) for _ in range(3)]
    for each in (taken, vetoed):  # as older versions let strangers do
        await store.rounds.entries.enter(lair.id, each.id, BEA, curator=True)
        await vote(store, each, 50)
    await store.rounds.entries.enter(lair.id, chosen.id, BEA, curator=True, named=True)
    await vote(store, chosen, 50)
    right = await begin(store)
    await store.rounds.entries.enter(right.id, taken.id, ANN)  # while the false one goes on
    await end(store, lair)
    await store.rounds.curation.veto(vetoed.id, BEA, "mine")
    assert [await store.rounds.entries.is_free(each.id) for each in (vetoed, chosen)] == [
        True,
        False,
    ]
    await store.rounds.entries.enter(right.id, vetoed.id, ANN)
    await vote(store, vetoed, 51)
    await end(store, right)
    assert vetoed.id in [each.artwork for each in await store.rounds.curation.to_decide()]
    await store.rounds.curation.approve(vetoed.id, ANN)
    assert (await store.rounds.curation.approved())[0].round == right.id
    assert (await audit(store.votes.log, store.database)).differences == ()
