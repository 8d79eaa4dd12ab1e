"""Who painted and voted most, told by name in both languages."""

from typing import Any

from bot.core.messages import Person
from ganshare.domain.votes import RoundRules, VoteEvent, Voter
from ganshare.store.db.tables_votes import rounds

ANN = Person("discord:1", "Ann")
BEN = Person("telegram:2", "Ben")
LOOSE = RoundRules(min_age=0, quorum=1)


async def test_painters_voters_and_taste_are_ranked(hall: Any) -> None:
    (none,) = await hall.ask("stats")
    assert none.fields == ()
    assert "no painting" in none.text
    first, second = await hall.painted("a castle"), await hall.painted("a boat")
    hidden = await hall.painted("a fox")
    await hall.store.gallery.hide(hidden.id, "discord:9", "a test")
    await hall.painted("a lighthouse", person=BEN)
    round_ = await hall.store.rounds.open("discord:100", "discord:9", 3600, LOOSE)
    for each in (first, second):
        await hall.store.rounds.entries.enter(round_.id, each.id, each.person)
        own = VoteEvent(each.id, Voter(ANN.id), "discord:100:1", True, 5.0)
        await hall.store.votes.cast(own)  # kept, and never counts
        for account in ("telegram:2", "discord:3"):
            await hall.store.votes.toggle(each.id, Voter(account), key=f"{each.id}{account}")
    await hall.store.votes.toggle(second.id, Voter("discord:3"), key="taken back")
    await hall.store.rounds.close(round_.id, "discord:9", early=True)
    later = rounds.update().values(closed=rounds.c.opens + 3600.0)
    await hall.store.database.write(later)
    (told,) = await hall.ask("stats")
    assert dict(told.fields) == {
        "Paintings": "1. Ann · 2\n2. Ben · 1",
        "Votes for others' paintings": "1. Ben · 2\n2. someone · 1",
        "Early votes for winners": "1. Ben · 2\n2. someone · 1",
    }
    assert "3 paintings" in told.text
    assert told.is_private
    (chinese,) = await hall.ask("stats", Person("discord:1", "Ann", locale="zh"))
    assert "画作" in dict(chinese.fields)


async def test_linked_accounts_are_one_person(hall: Any) -> None:
    await hall.painted("a castle")
    await hall.painted("a boat", person=BEN)
    code = await hall.store.accounts.new_link(ANN.id)
    await hall.store.accounts.redeem_link(code, BEN.id)
    (told,) = await hall.ask("stats")
    assert [value for _, value in told.fields] == ["1. Ben · 2"]
