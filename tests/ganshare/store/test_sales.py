"""What the ledger says of tokens is read as people are told it, and told once, when it is time."""

from typing import Any

import pytest

from ganshare.domain.sales import SaleState, shown_amount
from ganshare.domain.votes import RoundRules, VoteEvent, Voter
from ganshare.store import Store
from ganshare.testing import make_artwork, make_sale

Asker = Any  # of conftest.py
PLACE = "discord:100"


async def publish_painting(asker: Asker, key: str) -> str:
    await asker.submit("ann", key=key)
    job = await asker.claim_one()
    return str((await asker.store.queue.finish(job, make_artwork(blob=f"pictures/{key}.png"))).id)


async def won(asker: Asker, count: int = 1) -> list[str]:
    """Paintings that won a round, the best one first."""
    rules = RoundRules(min_age=0.0, quorum=1, views=0, winners=count, per_person=9)
    round_ = await asker.store.rounds.open(PLACE, "discord:9", 3_600.0, rules)
    artworks = []
    for number in range(count):
        artworks.append(await publish_painting(asker, f"{round_.id}-{number}"))
        await asker.store.rounds.entries.enter(round_.id, artworks[-1], "ann")
        for voter in range(count - number):
            event = VoteEvent(artworks[-1], Voter(f"discord:{voter}"), "discord:m", True, 5.0)
            await asker.store.votes.cast(event)
    await asker.store.rounds.close(round_.id, "discord:9", early=True)
    return artworks


async def test_a_painting_is_minted_then_for_sale_then_sold(asker: Asker) -> None:
    store, artwork = asker.store, await publish_painting(asker, "a")
    assert await store.sales.of_artworks([artwork]) == {}
    for state in ("planned", "pinned", "sent"):
        await make_sale(store, artwork, state=state)
        assert await store.sales.of_artworks([artwork]) == {}
    await make_sale(store, artwork)
    minted = (await store.sales.of_artworks([artwork, "nobody"]))[artwork]
    assert (minted.state, minted.price, minted.listing_page) == (SaleState.MINTED, "", None)
    assert minted.token_page is not None
    assert minted.token_page.startswith("https://scan.example/")
    await make_sale(store, artwork, "signed")
    assert (await store.sales.of_artworks([artwork]))[artwork] == minted
    await make_sale(store, artwork, "posted")
    listed = (await store.sales.of_artworks([artwork]))[artwork]
    assert (listed.state, listed.price) == (SaleState.LISTED, "0.05 WETH")
    assert listed.listing_page is not None
    await make_sale(store, artwork, "filled")
    sold = (await store.sales.of_artworks([artwork]))[artwork]
    assert (sold.state, sold.price) == (SaleState.SOLD, "0.05 WETH")


async def test_what_ended_is_not_for_sale_and_the_newest_order_counts(asker: Asker) -> None:
    store, artwork = asker.store, await publish_painting(asker, "a")
    await make_sale(store, artwork, "posted", ends=1)
    assert (await store.sales.of_artworks([artwork]))[artwork].state is SaleState.MINTED
    await make_sale(store, artwork, "expired", ends=1)
    await make_sale(store, artwork, "cancelled", serial=1)
    await make_sale(store, artwork, "posted", serial=2, price="7000001", decimals=6)
    sale = (await store.sales.of_artworks([artwork]))[artwork]
    assert (sale.state, sale.price) == (SaleState.LISTED, "7.000001 WETH")


async def tell(store: Store) -> list[tuple[str, list[str]]]:
    """What is told now; it is not told again."""
    heard = []
    for news in await store.sales.news([PLACE]):
        heard.append((str(news.kind), [sale.artwork for _, sale in news.winners]))
        await store.sales.mark_told(news)
    return heard


async def test_a_rounds_winners_are_told_together_and_once(asker: Asker) -> None:
    store, (best, second) = asker.store, await won(asker, 2)
    assert await tell(store) == []
    await make_sale(store, best)
    await make_sale(store, second, state="sent")
    assert await tell(store) == []  # the other one is about to be minted
    await make_sale(store, second)
    assert await store.sales.news(["telegram:1"]) == []
    assert await tell(store) == [("minted", [best, second])]
    assert await tell(store) == []
    await make_sale(store, best, "posted")
    await make_sale(store, second, "posting")
    assert await tell(store) == []
    await make_sale(store, second, "refused")
    assert await tell(store) == [("listed", [best])]
    assert await tell(store) == []


async def test_what_is_for_sale_by_the_time_is_told_in_one(asker: Asker) -> None:
    store, (artwork,) = asker.store, await won(asker)
    await make_sale(store, artwork, "posted")
    (news,) = await store.sales.news([PLACE])
    ((place, sale),) = news.winners
    assert (place, sale.state, sale.price) == (1, SaleState.LISTED, "0.05 WETH")
    assert await tell(store) == [("minted", [artwork])]
    assert await tell(store) == []


async def test_one_that_is_stuck_does_not_keep_the_others_from_being_told(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, (best, second) = asker.store, await won(asker, 2)
    await make_sale(store, best)
    await make_sale(store, second, state="planned")
    assert await tell(store) == []
    monkeypatch.setattr("ganshare.store.sales.QUIET_SECONDS", -1.0)
    assert await tell(store) == [("minted", [best])]


async def test_many_winners_are_told_a_few_at_a_time(asker: Asker) -> None:
    store, winners = asker.store, await won(asker, 7)
    for each in winners:
        await make_sale(store, each)
    assert await tell(store) == [("minted", winners[:5])]
    assert await tell(store) == [("minted", winners[5:])]


async def test_the_same_news_has_the_same_name_everywhere(asker: Asker) -> None:
    store, (artwork,) = asker.store, await won(asker)
    await make_sale(store, artwork)
    first, second = await store.sales.news([PLACE]), await store.sales.news([PLACE])
    assert [each.name for each in first] == [each.name for each in second]


@pytest.mark.parametrize(
    ("units", "decimals", "shown"),
    [
        (0, 18, "0 X"),
        (10**18, 18, "1 X"),
        (1, 18, "0.000000000000000001 X"),
        (-15, 1, "-1.5 X"),
        (2**256 - 1, 0, f"{2**256 - 1} X"),
        (12_345_600, 6, "12.3456 X"),
    ],
)
def test_an_amount_is_written_with_all_its_digits(units: int, decimals: int, shown: str) -> None:
    assert shown_amount(units, decimals, "X") == shown
