"""Votes: one for each person and painting, whatever the ways; guards hold, and never drop."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import Guards, LogKind, VoteEvent, Voter, WhyNot
from ganshare.errors import AdmissionError, JobError, ParameterError, VoteError
from ganshare.store import Store
from ganshare.store.db.tables_community import accounts
from ganshare.testing import make_artwork

ANN, BEA, CEE, DEE = "discord:1", "discord:2", "telegram:3", "web:4"
OPEN = Guards(per_minute=10**6, burst_votes=0)


@pytest.fixture
async def painting(asker: Any) -> Artwork:
    return await paint(asker)


async def paint(asker: Any, person: str = ANN) -> Artwork:
    await asker.ask(person)
    made = await asker.store.queue.finish(await asker.claim_one(), make_artwork())
    assert isinstance(made, Artwork)
    return made


def reaction(
    artwork: Artwork, account: str, up: bool = True, *, via: str = "discord:9", at: float = 5.0
) -> VoteEvent:
    return VoteEvent(artwork.id, Voter(account), via, up, at)


async def votes(store: Store, artwork: Artwork) -> int:
    return (await store.votes.count([artwork.id]))[artwork.id]


async def link(store: Store, one: str, other: str) -> None:
    await store.accounts.redeem_link(await store.accounts.new_link(one), other)


# --- counting ---------------------------------------------------------------------------------


async def test_a_reaction_is_a_vote_until_it_is_taken_away(store: Store, painting: Artwork) -> None:
    state = await store.votes.cast(reaction(painting, BEA))
    assert (state.votes, state.voted, state.why_not) == (1, True, None)
    state = await store.votes.cast(reaction(painting, BEA, False, at=6.0))
    assert (state.votes, state.voted) == (0, False)


async def test_reposts_and_super_reactions_don_t_count_twice(
    store: Store, painting: Artwork
) -> None:
    for via in ("discord:9", "discord:9/super", "discord:repost"):
        await store.votes.cast(reaction(painting, BEA, via=via))
    assert await votes(store, painting) == 1
    await store.votes.cast(reaction(painting, BEA, False, via="discord:9", at=6.0))
    assert await votes(store, painting) == 1  # the others stand
    state = await store.votes.state(painting.id, BEA)
    assert state.ways == ((BEA, "discord:9/super"), (BEA, "discord:repost"))


async def test_linked_accounts_have_one_vote_from_the_moment_they_are_linked(
    store: Store, painting: Artwork
) -> None:
    await store.votes.cast(reaction(painting, BEA))
    await store.votes.toggle(painting.id, Voter(CEE), key="1")
    assert await votes(store, painting) == 2
    await link(store, BEA, CEE)
    assert await votes(store, painting) == 1
    await store.accounts.unlink(CEE)
    assert await votes(store, painting) == 2


async def test_the_requester_s_votes_never_count_from_whichever_account(
    store: Store, painting: Artwork
) -> None:
    state = await store.votes.cast(reaction(painting, ANN))
    assert (state.votes, state.why_not) == (0, WhyNot.OWN)
    await store.votes.cast(reaction(painting, CEE))
    assert await votes(store, painting) == 1
    await link(store, ANN, CEE)  # so it was the requester, after all
    assert await votes(store, painting) == 0
    with pytest.raises(VoteError, match="your own"):
        await store.votes.toggle(painting.id, Voter(CEE), key="1")


async def test_bots_and_the_bot_s_own_seed_reaction_don_t_count(
    store: Store, painting: Artwork
) -> None:
    bot = Voter("discord:77", is_bot=True)
    state = await store.votes.cast(VoteEvent(painting.id, bot, "discord:9", True, 5.0))
    assert (state.votes, state.why_not) == (0, WhyNot.BOT)
    assert await store.votes.reconcile(painting.id, "discord:9", [bot, Voter(BEA)], 6.0) == 1
    assert await votes(store, painting) == 1
    with pytest.raises(VoteError):
        await store.votes.toggle(painting.id, bot, key="1")


async def test_a_blocked_person_s_votes_don_t_count_while_it_lasts(
    store: Store, painting: Artwork
) -> None:
    await store.votes.cast(reaction(painting, BEA))
    await store.community.block(BEA, ANN, "spam")
    assert await votes(store, painting) == 0
    assert (await store.votes.state(painting.id, BEA)).why_not == WhyNot.BLOCKED
    await store.community.unblock(BEA, ANN)
    assert await votes(store, painting) == 1


async def test_the_same_event_changes_nothing_twice_and_is_logged_once(
    store: Store, painting: Artwork
) -> None:
    for _ in range(3):
        await store.votes.cast(reaction(painting, BEA))
    assert await votes(store, painting) == 1
    assert len(await store.votes.log.read()) == 1


async def test_a_painting_that_is_not_there_cannot_be_voted_on(store: Store) -> None:
    for verb in (
        store.votes.cast(VoteEvent("nothing", Voter(BEA), "discord:9", True, 5.0)),
        store.votes.toggle("nothing", Voter(BEA), key="1"),
        store.votes.reconcile("nothing", "discord:9", [], 5.0),
        store.votes.state("nothing", BEA),
    ):
        with pytest.raises(JobError, match="There is no painting 'nothing'"):
            await verb
    assert await store.votes.count(["nothing"]) == {"nothing": 0}
    assert await store.votes.log.read() == []


@pytest.mark.parametrize("via", ["", "x" * 201, "a\nb", "\0"])
async def test_a_way_that_would_break_the_log_is_refused(
    store: Store, painting: Artwork, via: str
) -> None:
    with pytest.raises(ParameterError):
        reaction(painting, BEA, via=via)
    with pytest.raises(ParameterError):
        await store.votes.reconcile(painting.id, via, [], 5.0)


# --- buttons ----------------------------------------------------------------------------------


async def test_a_button_turns_and_a_repeated_press_does_not(
    store: Store, painting: Artwork
) -> None:
    states = [await store.votes.toggle(painting.id, Voter(BEA), key=key) for key in "aabba"]
    assert [state.votes for state in states] == [1, 1, 0, 0, 0]


async def test_a_linked_person_takes_back_on_one_platform_what_they_pressed_on_another(
    store: Store, painting: Artwork
) -> None:
    await link(store, BEA, CEE)
    assert (await store.votes.toggle(painting.id, Voter(CEE), key="1")).votes == 1
    assert (await store.votes.toggle(painting.id, Voter(BEA), key="2")).votes == 0
    assert (await store.votes.toggle(painting.id, Voter(DEE), key="3")).votes == 1


async def test_many_presses_at_once_end_where_their_number_says(
    store: Store, another: Any, painting: Artwork
) -> None:
    stores = [store, await another()]
    presses = [
        stores[n % 2].votes.toggle(painting.id, Voter(BEA), key=str(n), guards=OPEN)
        for n in range(9)
    ]
    await asyncio.gather(*presses)
    assert await votes(store, painting) == 1


async def test_a_deleted_painting_takes_no_presses(store: Store, painting: Artwork) -> None:
    await store.gallery.delete(painting.id, ANN)
    with pytest.raises(VoteError, match="deleted or is hidden"):
        await store.votes.toggle(painting.id, Voter(BEA), key="1")


# --- lists ------------------------------------------------------------------------------------


async def test_a_list_makes_good_for_what_was_missed(store: Store, painting: Artwork) -> None:
    await store.votes.cast(reaction(painting, BEA))
    listed = [Voter(CEE), Voter(DEE)]
    assert await store.votes.reconcile(painting.id, "discord:9", listed, 9.0) == 3
    assert await store.votes.reconcile(painting.id, "discord:9", listed, 9.0) == 0
    assert await store.votes.reconcile(painting.id, "discord:9", listed, 10.0) == 0
    assert await votes(store, painting) == 2


async def test_a_list_says_nothing_about_other_ways_or_later_events(
    store: Store, painting: Artwork
) -> None:
    await store.votes.cast(reaction(painting, BEA, via="discord:repost"))
    await store.votes.cast(reaction(painting, CEE, at=9.5))
    await store.votes.reconcile(painting.id, "discord:9", [Voter(DEE)], 9.0)
    assert await votes(store, painting) == 3


async def test_an_event_from_before_a_list_comes_too_late(store: Store, painting: Artwork) -> None:
    await store.votes.reconcile(painting.id, "discord:9", [Voter(DEE)], 9.0)
    await store.votes.cast(reaction(painting, BEA, at=8.0))
    await store.votes.cast(reaction(painting, DEE, False, at=9.0))
    assert await votes(store, painting) == 1
    assert [entry.kind for entry in await store.votes.log.read()] == [
        LogKind.RECONCILE,
        LogKind.VOTE,
        LogKind.UNVOTE,
    ]  # of no effect, and kept all the same


# --- guards -----------------------------------------------------------------------------------


async def test_who_presses_too_fast_is_asked_to_wait(store: Store, painting: Artwork) -> None:
    guards = Guards(per_minute=3)
    for key in "123":
        await store.votes.toggle(painting.id, Voter(BEA), key=key, guards=guards)
    with pytest.raises(AdmissionError, match="3 times per minute"):
        await store.votes.toggle(painting.id, Voter(BEA), key="4", guards=guards)
    assert await votes(store, painting) == 1
    await store.votes.toggle(painting.id, Voter(CEE), key="5", guards=guards)


async def test_reactions_too_fast_are_held_with_a_reason_until_released(
    store: Store, asker: Any
) -> None:
    guards = Guards(per_minute=2, burst_votes=0)
    paintings = [await paint(asker) for _ in range(3)]
    for each in paintings:
        state = await store.votes.cast(reaction(each, BEA), guards)
    assert (state.votes, state.why_not) == (0, WhyNot.HELD)
    ((artwork, account, by, reason),) = await store.votes.held()
    assert (artwork, account, by) == (paintings[2].id, BEA, "guard")
    assert reason == "more than 2 votes in a minute"
    await store.votes.release(BEA, ANN, "they are fine", paintings[2].id)
    assert await votes(store, paintings[2]) == 1
    await store.votes.cast(reaction(paintings[2], BEA, at=7.0), guards)  # still as fast
    assert await votes(store, paintings[2]) == 1
    kinds = [entry.kind for entry in await store.votes.log.read(newest=True, limit=3)]
    assert kinds == [LogKind.VOTE, LogKind.RELEASE, LogKind.HOLD]


async def test_a_burst_of_accounts_that_vote_for_nothing_else_is_held(
    store: Store, asker: Any
) -> None:
    guards = Guards(burst_votes=5, novice_votes=2)
    target, other, third = [await paint(asker) for _ in range(3)]
    for number in range(100, 105):  # whom others stand out from
        for each in (third, other):
            await store.votes.cast(reaction(each, f"discord:{number}"), OPEN)
    await store.votes.cast(reaction(target, "discord:100"), guards)
    for number in range(4):
        await store.votes.cast(reaction(target, f"discord:{200 + number}"), guards)
    assert await votes(store, target) == 1
    assert len(await store.votes.held()) == 4
    # One of them turns out to be a member like others, and counts again.
    await store.votes.cast(reaction(other, "discord:200"), guards)
    assert await votes(store, target) == 2
    released = (await store.votes.log.read(newest=True, limit=1))[0]
    assert (released.kind, released.by) == (LogKind.RELEASE, "guard")


async def test_the_first_evening_of_a_community_is_no_burst(store: Store, asker: Any) -> None:
    guards = Guards(burst_votes=5, novice_votes=2)
    first = await paint(asker)
    for number in range(20):
        await store.votes.cast(reaction(first, f"discord:{200 + number}"), guards)
    assert await votes(store, first) == 20
    assert await store.votes.held() == []


async def test_a_burst_of_members_who_vote_for_much_is_none(store: Store, asker: Any) -> None:
    guards = Guards(burst_votes=4, novice_votes=2)
    target, other = await paint(asker), await paint(asker)
    for number in range(8):
        await store.votes.cast(reaction(other, f"discord:{200 + number}"), OPEN)
    for number in range(8):
        await store.votes.cast(reaction(target, f"discord:{200 + number}"), guards)
    assert await votes(store, target) == 8
    assert await store.votes.held() == []


async def test_an_account_can_be_held_everywhere(store: Store, asker: Any) -> None:
    one, other = await paint(asker), await paint(asker)
    for each in (one, other):
        await store.votes.cast(reaction(each, BEA))
    await store.votes.hold(BEA, ANN, "a second account")
    assert await store.votes.count([one.id, other.id]) == {one.id: 0, other.id: 0}
    await store.votes.release(BEA, ANN, "no, it was not")
    assert await store.votes.count([one.id, other.id]) == {one.id: 1, other.id: 1}


async def test_the_log_can_be_read_in_pages_and_by_painting(store: Store, asker: Any) -> None:
    one, other = await paint(asker), await paint(asker)
    for number in range(5):
        await store.votes.cast(reaction(one, f"discord:{50 + number}"), OPEN)
    await store.votes.cast(reaction(other, BEA), OPEN)
    first = await store.votes.log.read(limit=4)
    rest = await store.votes.log.read(first[-1].number, limit=4)
    assert [entry.number for entry in first + rest] == sorted(
        {entry.number for entry in first + rest}
    )
    assert len(first + rest) == 6
    (about,) = await store.votes.log.read(artwork=other.id)
    assert (about.account, about.via, about.at) == (BEA, "discord:9", 5.0)


async def test_a_linked_account_that_is_no_person_s_yet_changes_nothing(
    store: Store, painting: Artwork
) -> None:
    await store.votes.cast(reaction(painting, BEA))
    await store.database.write(sa.insert(accounts).values(account=BEA, main="discord:8", since=1.0))
    assert await votes(store, painting) == 1


async def test_an_audit_counts_as_the_tally_does_whoever_is_linked_held_or_blocked(
    store: Store, asker: Any
) -> None:
    mine, theirs = await paint(asker), await paint(asker, BEA)
    for each in (mine, theirs):
        for account in (ANN, BEA, CEE, DEE, "discord:5", "discord:6", "discord:7"):
            await store.votes.cast(reaction(each, account), OPEN)
    await link(store, ANN, CEE)
    await link(store, BEA, DEE)
    await store.votes.hold("discord:5", ANN, "because", mine.id)
    await store.votes.hold("discord:6", ANN, "because")
    await store.community.block("discord:7", ANN, "spam")
    assert await store.votes.count([mine.id, theirs.id]) == {mine.id: 1, theirs.id: 2}
    found = await store.votes.audit()
    assert (found.differences, found.votes, found.paintings) == ((), 3, 2)
