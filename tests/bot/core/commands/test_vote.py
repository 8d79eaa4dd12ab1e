"""Votes and rounds through the dispatcher: buttons, /vote, /round, /curate; over a real store."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.messages import Action, Person, Place, Rank, Reply
from ganshare.domain.votes import RoundRules

ANN = Person("discord:1", "Ann")
BEN = Person("discord:2", "Ben")
CID = Person("telegram:3", "Cid")
ADMIN = Person("discord:9", "Ada", Rank.ADMIN)
GUEST = Person("web:guest", "", Rank.GUEST)
CURATOR = Person("discord:8", "Eve", Rank.CURATOR)
HALL = Place("discord:100")
ELSEWHERE = Place("discord:200")
LOOSE = RoundRules(min_age=0, quorum=1, views=5)

Hall = Any  # of conftest.py, which importlib mode does not let others import


def only(replies: list[Reply]) -> Reply:
    (reply,) = replies
    return reply


def label(reply: Reply, action: Action) -> str:
    return next(b.label for row in reply.buttons for b in row if b.action is action)


def subjects(reply: Reply) -> dict[Action, str]:
    return {b.action: b.subject for row in reply.buttons for b in row}


async def vote(hall: Hall, artwork: str, person: Person = BEN, **options: Any) -> Reply:
    return only(await hall.press(Action.VOTE, artwork, person, **options))


async def test_a_vote_turns_and_the_label_counts(hall: Hall) -> None:
    artwork = await hall.painted()
    said = await vote(hall, artwork.id)
    assert said.text == "You voted for it; it now has one vote."
    assert said.is_private
    assert said.is_passing
    assert (await vote(hall, artwork.id, CID)).text.endswith("now has 2 votes.")
    shown = only(await hall.press(Action.SHOW, artwork.id))
    assert label(shown, Action.VOTE) == "Vote · 2"
    assert "withdrawn" in (await vote(hall, artwork.id)).text
    assert "withdrawn; it now has no votes" in (await vote(hall, artwork.id, CID)).text
    shown = only(await hall.press(Action.SHOW, artwork.id))
    assert label(shown, Action.VOTE) == "Vote"


async def test_a_repeated_press_changes_nothing(hall: Hall) -> None:
    artwork = await hall.painted()
    said = [await vote(hall, artwork.id, key="once") for _ in range(3)]
    assert {reply.text for reply in said} == {"You voted for it; it now has one vote."}


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("en", "This is your own painting; only others can vote on it."),
        ("zh", "这是您自己的画\uff1b只能由其他人投票。"),
    ],
)
async def test_ones_own_painting_is_for_others_to_vote_on(
    hall: Hall, locale: str, sentence: str
) -> None:
    artwork = await hall.painted()
    assert (await vote(hall, artwork.id, replace(ANN, locale=locale))).text == sentence
    assert (await hall.store.votes.count([artwork.id])) == {artwork.id: 0}


async def test_linked_accounts_count_once_and_not_for_ones_own(hall: Hall) -> None:
    artwork = await hall.painted()
    await hall.store.accounts.redeem_link(await hall.store.accounts.new_link(BEN.id), CID.id)
    await vote(hall, artwork.id, BEN)
    assert "withdrawn" in (await vote(hall, artwork.id, CID)).text
    await vote(hall, artwork.id, CID)
    assert (await hall.store.votes.count([artwork.id])) == {artwork.id: 1}
    await hall.store.accounts.redeem_link(await hall.store.accounts.new_link(ANN.id), CID.id)
    assert "your own" in (await vote(hall, artwork.id, CID)).text
    assert (await hall.store.votes.count([artwork.id])) == {artwork.id: 0}


async def test_guests_strangers_and_blocked_people_do_not_vote(hall: Hall) -> None:
    artwork = await hall.painted()
    assert "signed in" in (await vote(hall, artwork.id, GUEST)).text
    assert "no painting" in (await vote(hall, "0123")).text
    await hall.store.community.block(BEN.id, ADMIN.id, "")
    assert "blocked" in (await vote(hall, artwork.id)).text
    assert (await hall.store.votes.count([artwork.id])) == {artwork.id: 0}


async def test_a_vote_of_a_young_account_is_kept_and_says_why_it_does_not_count(hall: Hall) -> None:
    artwork = await hall.painted()
    rules = replace(LOOSE, min_age=30 * 86_400.0)
    round_ = await hall.store.rounds.open(HALL.id, ADMIN.id, 3600, rules)
    await hall.store.rounds.entries.enter(round_.id, artwork.id, ANN.id)
    young = await vote(hall, artwork.id, replace(BEN, born=await hall.store.now() - 60))
    assert young.text.endswith("accounts must be at least 30 days old.")
    old = await vote(hall, artwork.id, replace(CID, born=0.0))
    assert "You voted" in old.text
    assert (await hall.store.rounds.tally(round_.id)) == {artwork.id: 1}


# --- rounds -----------------------------------------------------------------------------------


async def test_a_curator_opens_a_round_and_everybody_sees_how_it_stands(hall: Hall) -> None:
    assert "No round is open here" in only(await hall.ask("round")).text
    opened = only(await hall.ask("round", CURATOR, action="open", hours=48, pool=12, winners=2))
    assert opened.text == "The round is open for 2 days and takes at most 12 paintings."
    artwork = await hall.painted()
    await hall.ask("curate", artwork=artwork.id)
    status = only(await hall.ask("round", BEN))
    fields = dict(status.fields)
    assert fields["Ends in"] == "2 days"
    assert fields["Paintings"] == "1 of 12"
    assert fields["Needed to win"] == "at least 5 voters"
    assert fields["Winners at most"] == "2"
    assert "shown to 40 people and ranked by the share" in status.text
    assert "· a castle in teal" in status.text
    again = only(await hall.ask("round", CURATOR, action="open"))
    assert again.text == "A round is already open in 'discord:100'; it has to end first."
    closed = only(await hall.ask("round", CURATOR, action="close"))
    assert closed.text.endswith("no painting had enough voters.")


@pytest.mark.parametrize("action", ["open", "close"])
async def test_rounds_are_held_by_curators_of_the_place(hall: Hall, action: str) -> None:
    assert "Only curators" in only(await hall.ask("round", BEN, action=action)).text
    await hall.store.places.change(ELSEWHERE.id, {"curation_place": HALL.id}, by=ADMIN.id)
    refused = only(await hall.ask("round", ADMIN, place=ELSEWHERE, action=action))
    assert "held in discord:100" in refused.text
    private = only(await hall.ask("round", ADMIN, place=Place("discord:7", True), action=action))
    assert "a place that others can see" in private.text
    assert await hall.store.rounds.recent() == []


async def test_whom_the_owner_names_is_a_curator_everywhere_by_any_account(hall: Hall) -> None:
    hall.open(curators=frozenset({BEN.id}))
    await hall.store.accounts.redeem_link(await hall.store.accounts.new_link(BEN.id), CID.id)
    await hall.store.places.change(ELSEWHERE.id, {"curation_place": HALL.id}, by=ADMIN.id)
    opened = only(await hall.ask("round", CID, place=ELSEWHERE, action="open"))
    assert "is open" in opened.text
    assert (await hall.store.rounds.current(HALL.id)) is not None


async def test_a_painting_is_entered_by_button_while_there_is_a_round(hall: Hall) -> None:
    artwork = await hall.painted()
    assert Action.ENTER not in subjects(only(await hall.press(Action.SHOW, artwork.id)))
    assert "No round is open here" in only(await hall.press(Action.ENTER, artwork.id)).text
    await hall.store.rounds.open(HALL.id, ADMIN.id, 3600, LOOSE)
    shown = only(await hall.press(Action.SHOW, artwork.id))
    assert subjects(shown)[Action.ENTER] == artwork.id
    assert "someone else's" in only(await hall.press(Action.ENTER, artwork.id, BEN)).text
    assert "in the round" in only(await hall.press(Action.ENTER, artwork.id)).text
    assert Action.ENTER not in subjects(only(await hall.press(Action.SHOW, artwork.id)))
    left = only(await hall.ask("curate", artwork=artwork.id, action="leave"))
    assert left.text == "The painting has left the round."


async def test_paintings_are_dealt_one_after_another_and_each_view_is_counted(hall: Hall) -> None:
    round_ = await hall.store.rounds.open(HALL.id, ADMIN.id, 3600, LOOSE)
    artworks = {(await hall.painted(f"a cat {n}")).id for n in range(3)}
    for each in artworks:
        await hall.store.rounds.entries.enter(round_.id, each, ANN.id)
    reply = only(await hall.ask("vote", BEN))
    seen = []
    for _ in range(3):
        assert reply.title == "Do you like it?"
        assert reply.is_private
        assert len(reply.pictures) == 1
        assert label(reply, Action.VOTE) == "Vote"  # who leads is not told
        subject = subjects(reply)[Action.VOTE]
        seen.append(subject.partition("-")[0])
        if len(seen) == 1:
            reply = only(await hall.press(Action.NEXT, subjects(reply)[Action.NEXT], BEN))
        else:
            reply = only(await hall.press(Action.VOTE, subject, BEN))
            assert reply.text.startswith("You voted for it")
        assert reply.replaces
    assert set(seen) == artworks
    assert "seen every painting" in reply.text
    tally = await hall.store.rounds.tally(round_.id)
    assert [tally[each] for each in seen] == [0, 1, 1]
    assert "seen every painting" in only(await hall.ask("vote", BEN)).text
    assert (
        "seen every painting" in only(await hall.ask("vote", ANN)).text
    )  # her own are not for her


async def test_curators_decide_about_what_won_with_a_reason(hall: Hall) -> None:
    artwork, other = await hall.painted(), await hall.painted("a cat", person=CID)
    round_ = await hall.store.rounds.open(HALL.id, ADMIN.id, 3600, LOOSE)
    for each, person in ((artwork, ANN), (other, CID)):
        await hall.store.rounds.entries.enter(round_.id, each.id, person.id)
        await vote(hall, each.id, BEN)
    assert "Name a painting" in only(await hall.ask("curate", BEN)).text
    assert "nothing to decide" in only(await hall.ask("curate", CURATOR)).text
    early = only(await hall.ask("curate", CURATOR, artwork=artwork.id, action="approve"))
    assert "has not won a round" in early.text
    await hall.ask("round", CURATOR, action="close")
    listed = only(await hall.ask("curate", CURATOR))
    assert {name.partition(" · ")[2] for name, _ in listed.fields} == {artwork.id, other.id}
    assert listed.pictures
    refused = only(await hall.ask("curate", BEN, artwork=artwork.id, action="approve"))
    assert "Only curators" in refused.text
    away = only(
        await hall.ask("curate", CURATOR, place=ELSEWHERE, artwork=artwork.id, action="veto")
    )
    assert "held in discord:100" in away.text
    approved = only(await hall.ask("curate", CURATOR, artwork=artwork.id, action="approve"))
    assert approved.text == "The painting is in the curated set."
    no_reason = only(await hall.ask("curate", CURATOR, artwork=other.id, action="veto"))
    assert "needs a reason" in no_reason.text
    vetoed = {"artwork": other.id, "action": "veto", "reason": "a logo"}
    assert "in the log" in only(await hall.ask("curate", CURATOR, **vetoed)).text
    assert [each.id for each in await hall.store.rounds.curation.approved()] == [artwork.id]
    assert "nothing to decide" in only(await hall.ask("curate", CURATOR)).text
    ended = only(await hall.ask("round"))
    assert ended.title == "The winners"


async def test_random_says_why_it_drew_a_prompt_once_there_is_a_reason(hall: Hall) -> None:
    plain = only(await hall.ask("random"))
    assert "Picked" not in plain.text
    round_ = await hall.store.rounds.open(HALL.id, ADMIN.id, 3600, LOOSE)
    (job,) = await hall.claim()
    artwork = await hall.finish(job)
    await hall.store.rounds.entries.enter(round_.id, artwork.id, ANN.id)
    await vote(hall, artwork.id)
    await hall.store.rounds.close(round_.id, ADMIN.id, early=True)
    hall.open()
    drawn = only(await hall.ask("random", count=1))
    assert "Picked" in drawn.text
    assert drawn.text.splitlines()[-1].startswith("Picked")
    (job,) = await hall.claim()
    done = only(await hall.press(Action.SHOW, (await hall.finish(job)).id))
    assert "Picked" in done.text


async def test_what_was_painted_before_the_round_enters_by_a_button_without_its_id(
    hall: Hall,
) -> None:
    artwork = await hall.painted()
    opened = await hall.store.rounds.open(HALL.id, CURATOR.id, 3600, RoundRules(min_age=0))
    asked = only(await hall.ask("curate"))
    ((button,),) = asked.buttons
    assert asked.fields == (("1", artwork.prompt),)
    assert (button.action, button.subject) == (Action.ENTER, artwork.id)
    await hall.press(Action.ENTER, artwork.id)
    entry = await hall.store.rounds.entries.of_artwork(artwork.id)
    assert entry is not None
    assert entry.round == opened.id
