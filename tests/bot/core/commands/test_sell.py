"""Whoever asked for a painting is asked whether it may be sold, and nobody else's word counts."""

from typing import Any

from bot.core.messages import Action, Person, Place, Rank, Reply
from ganshare.domain.sales import Consent
from ganshare.domain.votes import RoundRules, VoteEvent, Voter
from ganshare.testing import make_sale

ANN = Person("discord:1", "Ann")
BEN = Person("discord:2", "Ben")
ADMIN = Person("discord:9", "Ada", Rank.ADMIN)
HALL = Place("discord:100")
Hall = Any  # of conftest.py, which importlib mode does not let others import


def only(replies: list[Reply]) -> Reply:
    (reply,) = replies
    return reply


async def consent(hall: Hall, artwork: str) -> Consent | None:
    found: Consent | None = (await hall.store.consents.of_artworks([artwork])).get(artwork)
    return found


async def win(hall: Hall) -> str:
    """A painting of Ann's wins a round."""
    rules = RoundRules(min_age=0.0, quorum=1, views=0, winners=1, per_person=9)
    round_ = await hall.store.rounds.open(HALL.id, "discord:9", 3_600.0, rules)
    artwork = (await hall.painted()).id
    await hall.store.rounds.entries.enter(round_.id, artwork, ANN.id)
    await hall.store.votes.cast(VoteEvent(artwork, Voter(BEN.id), "discord:m", True, 5.0))
    await hall.store.rounds.close(round_.id, "discord:9", early=True)
    return str(artwork)


async def test_who_won_is_asked_and_says_yes_or_no_until_it_is_planned(hall: Hall) -> None:
    hall.open(requester_share="12.5")
    assert only(await hall.ask("sell")).text == "None of your paintings is waiting for an answer."
    artwork = await win(hall)
    assert "use /sell to allow or forbid its sale" in only(await hall.ask("round")).text
    asked = only(await hall.ask("sell"))
    assert asked.is_private
    assert "promises you 12.5 %" in asked.text
    [[yes, no]] = asked.buttons
    assert (yes.subject, no.subject) == (artwork, artwork)

    assert "may be sold" in only(await hall.press(yes.action, artwork)).text
    found = await consent(hall, artwork)
    assert found is not None
    assert (found.agreed, found.share, found.person) == (True, "12.5", ANN.id)
    assert only(await hall.ask("sell")).text == "None of your paintings is waiting for an answer."

    hall.open()  # what is promised later changes nothing of what was
    assert "no share" in only(await hall.ask("sell", artwork=artwork)).text
    found = await consent(hall, artwork)
    assert found is not None
    assert found.share == "12.5"
    assert "will not be sold" in only(await hall.ask("sell", artwork=artwork, answer="no")).text
    found = await consent(hall, artwork)
    assert found is not None
    assert not found.agreed

    await make_sale(hall.store, artwork, state="planned")
    said = only(await hall.ask("sell", artwork=artwork, answer="yes")).text
    assert "planned for minting" in said


async def test_nobody_else_can_say_it_not_even_an_admin(hall: Hall) -> None:
    artwork = await win(hall)
    for person in (BEN, ADMIN):
        said = [
            only(await hall.press(Action.SELL, artwork, person)),
            only(await hall.ask("sell", person, artwork=artwork, answer="yes")),
            only(await hall.ask("sell", person, artwork=artwork)),
        ]
        assert all("yours" in reply.text for reply in said), said
    assert await consent(hall, artwork) is None


async def test_a_place_can_have_who_asks_agree_and_tells_them(hall: Hall) -> None:
    await hall.ask("settings", ADMIN, setting="consent_by_asking", value="on")
    _, told = await hall.ask("paint", prompt="a castle in teal")
    assert told.is_private
    assert "wins, it may be sold as a token" in told.text
    (job,) = await hall.claim()
    artwork = (await hall.finish(job)).id
    found = await consent(hall, artwork)
    assert found is not None
    assert found.agreed
    assert "will not be sold" in only(await hall.press(Action.NO_SALE, artwork)).text
    found = await consent(hall, artwork)
    assert found is not None
    assert not found.agreed
