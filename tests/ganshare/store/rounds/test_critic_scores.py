"""A critic's scores are kept, stand beside the votes, and let paintings in only where told to."""

from typing import Any

import pytest

from ganshare.domain.critics import PHRASE, Critic
from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import LogKind, Round, RoundRules
from ganshare.errors import ParameterError
from ganshare.store import Store
from ganshare.testing import make_artwork

HERE = "discord:900"
LIKENESS = Critic(PHRASE, "a beautiful painting", "aa")


async def paint(asker: Any, person: str = "discord:1") -> Artwork:
    await asker.ask(person)
    made = await asker.store.queue.finish(await asker.claim_one(), make_artwork())
    assert isinstance(made, Artwork)
    return made


async def begin(store: Store, **rules: Any) -> Round:
    chosen = RoundRules(**({"min_age": 0.0, "automatic": True} | rules))
    return await store.rounds.open(HERE, "discord:9", 3600.0, chosen)


async def test_scores_are_kept_until_the_critic_is_another_one(store: Store, asker: Any) -> None:
    one, two = await paint(asker), await paint(asker)
    await store.rounds.critics.keep(LIKENESS)
    assert [each.id for each in await store.rounds.critics.unscored(PHRASE)] == [two.id, one.id]
    await store.rounds.critics.keep_scores(PHRASE, {one.id: 0.25})
    await store.rounds.critics.keep_scores(PHRASE, {one.id: 0.5})
    await store.rounds.critics.keep(LIKENESS)
    assert [each.id for each in await store.rounds.critics.unscored(PHRASE)] == [two.id]
    told = Critic(PHRASE, LIKENESS.phrase, "aa", report={"paintings": 120, "low": 1.1})
    await store.rounds.critics.keep(told)
    assert await store.rounds.critics.all() == [told]
    assert told.helps
    assert [each.id for each in await store.rounds.critics.unscored(PHRASE)] == [two.id]
    await store.rounds.critics.keep(Critic(PHRASE, "a sad painting", "aa"))
    assert len(await store.rounds.critics.unscored(PHRASE)) == 2
    assert len(await store.rounds.critics.unscored("votes")) == 2


async def test_an_opinion_is_a_place_among_the_round_that_was_seen(
    store: Store, asker: Any
) -> None:
    round_ = await begin(store)
    paintings = [await paint(asker, f"discord:{number}") for number in range(5)]
    for each in paintings[:4]:
        await store.rounds.entries.enter(round_.id, each.id, each.person)
    await store.rounds.critics.keep(LIKENESS)
    scores = {each.id: number / 10 for number, each in enumerate(paintings) if number != 2}
    await store.rounds.critics.keep_scores(PHRASE, scores)
    found = await store.rounds.critics.opinions(round_.id, [each.id for each in paintings[:3]])
    assert {name: [(o.place, o.of) for o in each] for name, each in found.items()} == {
        paintings[0].id: [(3, 3)],
        paintings[1].id: [(2, 3)],
    }


async def test_where_the_critic_chooses_its_share_enters_and_the_log_says_so(
    store: Store, asker: Any
) -> None:
    round_ = await begin(store, preselect=0.25, pool=2)
    paintings = [await paint(asker, f"discord:{number}") for number in range(12)]
    for each in paintings:
        assert await store.rounds.entries.enter_finished(each.id, HERE) is None
    assert await store.rounds.entries.of_round(round_.id) == []
    await store.rounds.critics.keep(LIKENESS)
    assert await store.rounds.critics.enter_chosen(PHRASE) == []
    await store.rounds.critics.keep_scores(
        PHRASE, {each.id: n / 100 for n, each in enumerate(paintings)}
    )
    chosen = await store.rounds.critics.enter_chosen(PHRASE)
    # A quarter of twelve is three, and the pool has room for two.
    assert [each.artwork for each in chosen] == [paintings[11].id, paintings[10].id]
    assert await store.rounds.critics.enter_chosen(PHRASE) == []
    (entry,) = await store.votes.log.read(artwork=paintings[11].id)
    assert entry.kind is LogKind.ENTER
    assert entry.reason == "automatically, among the first 25% by the critic"


async def test_whoever_asked_may_still_enter_what_the_critic_left_out(
    store: Store, asker: Any
) -> None:
    round_ = await begin(store, preselect=0.5)
    worse, better = await paint(asker), await paint(asker)
    for each in (worse, better):
        await store.rounds.entries.enter_finished(each.id, HERE)
    await store.rounds.critics.keep_scores(PHRASE, {worse.id: -1.0, better.id: 1.0})
    assert [each.artwork for each in await store.rounds.critics.enter_chosen(PHRASE)] == [better.id]
    entered = await store.rounds.entries.enter(round_.id, worse.id, worse.person)
    assert entered.artwork == worse.id


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"preselect must be between 0\.01 and 1"):
        RoundRules(preselect=0.0)
