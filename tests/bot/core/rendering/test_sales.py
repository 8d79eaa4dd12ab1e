"""Minted, for sale, sold: below a painting, in the gallery, and told where its round was held."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.core.delivery.platform import Away
from bot.core.messages import Action, Button, Reply
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.sales import sale_links
from bot.core.rounds.scheduler import RoundScheduler
from bot.discord.messages.embeds import render
from bot.telegram.formatting import LONGEST_CAPTION, compose, units
from bot.testing.discord_limits import check_message
from ganshare.domain.sales import Sale, SaleState
from ganshare.domain.votes import RoundRules, Voter
from ganshare.testing import make_sale

HALL = "discord:100"

Hall = Any  # of conftest.py


@dataclass
class Board:
    """A platform where announcements are put up."""

    origin: str = "discord"
    posted: list[Reply] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def post(self, place: str, reply: Reply, name: str) -> Mapping[str, Any]:
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        self.posted.append(reply)
        return {"channel": 100, "message": len(self.posted)}

    async def renew(self, address: Mapping[str, Any], reply: Reply) -> Mapping[str, Any]:
        number = address["message"] - 1
        self.posted[number] = reply
        return address

    async def relabel(
        self, address: Mapping[str, Any], buttons: Sequence[Sequence[Button]]
    ) -> None:
        raise AssertionError("nothing is relabelled here")


async def won(hall: Hall, count: int = 1, place: str = HALL) -> list[str]:
    """Paintings that won a round, which all were told of."""
    rules = RoundRules(min_age=0, quorum=1, per_person=count)
    round_ = await hall.store.rounds.open(place, "discord:9", 3600, rules, title="Spring")
    artworks = []
    for number in range(count):
        artwork = await hall.painted(f"a castle in teal, number {number} {'of many ' * 20}")
        await hall.store.rounds.entries.enter(round_.id, artwork.id, artwork.person)
        for voter in range(count - number):
            await hall.store.votes.toggle(
                artwork.id, Voter(f"discord:{voter + 2}"), key=f"{number}{voter}"
            )
        artworks.append(str(artwork.id))
    await hall.store.rounds.close(round_.id, "discord:9", early=True)
    return artworks


async def told(hall: Hall, board: Board, looks: int = 1) -> list[Reply]:
    """What several schedulers tell at several looks, beside the round itself."""
    for _ in range(looks):
        schedulers = [RoundScheduler(hall.store, hall.blobs, hall.words, board) for _ in range(3)]
        await asyncio.gather(*(each.look() for each in schedulers))
    marks = ("are minted", "for sale", "铸造", "出售")
    return [each for each in board.posted if any(mark in each.title for mark in marks)]


def urls(reply: Reply) -> list[str]:
    return [each.url.partition("://")[2][:4] for row in reply.buttons for each in row if each.url]


async def test_winners_are_told_once_with_links_to_tokens_and_listings(hall: Hall) -> None:
    board, (first, second) = Board(), await won(hall, 2)
    await told(hall, board)
    for each in (first, second):
        await make_sale(hall.store, each)
    (minted,) = await told(hall, board, looks=2)
    assert minted.title == "The winners of “Spring” are minted"
    assert [name for name, _ in minted.fields] == ["No. 1", "No. 2"]
    assert minted.fields[0][1].endswith("· minted")
    assert urls(minted) == ["scan", "scan"]
    assert minted.pictures[0].data.startswith(b"\xff\xd8")
    for each in (first, second):
        await make_sale(hall.store, each, "posted")
    (_, listed) = await told(hall, board, looks=2)
    assert listed.title == "The winners of “Spring” are for sale"
    assert listed.fields[0][1].endswith("· for sale at 0.05 WETH")
    assert urls(listed) == ["scan", "scan", "mark", "mark"]
    assert {each.subject for row in listed.buttons for each in row} == {first, second}


async def test_what_could_not_be_told_is_told_later(hall: Hall) -> None:
    board, (artwork,) = Board(), await won(hall)
    await told(hall, board)
    await make_sale(hall.store, artwork, "posted")
    board.failures = [Away("no network")] * 3
    assert await told(hall, board) == []
    board.failures.clear()
    assert len(await told(hall, board, looks=2)) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_five_winners_fit_into_a_message_of_either_platform(
    hall: Hall, language: str
) -> None:
    board, winners = Board(), await won(hall, 5)
    await hall.store.places.change(HALL, {"language": language}, by="discord:9")
    await told(hall, board)
    for each in winners:
        await make_sale(hall.store, each, "posted")
    (reply,) = await told(hall, board)
    words = compose(reply, LONGEST_CAPTION)
    assert units(words.text) <= LONGEST_CAPTION
    assert words.text.count("0.05 WETH") == 5
    assert words.keyboard is not None
    rows = words.keyboard.inline_keyboard
    assert [[bool(each.url) for each in row] for row in rows] == [
        [False] * 5,
        [True] * 5,
        [True] * 5,
    ]
    sheet = await render(reply)
    assert sheet.view is not None
    components = sheet.view.to_components()
    embeds = [each.to_dict() for each in sheet.embeds]
    files = {each.filename: b"" for each in sheet.files}
    check_message({"embeds": embeds, "components": components}, files)
    assert [[each["style"] for each in row["components"]] for row in components] == [
        [2] * 5,
        [5] * 5,
        [5] * 5,
    ]


async def test_a_painting_and_the_gallery_show_how_it_stands(hall: Hall) -> None:
    artwork = await hall.painted()
    (other,) = [await hall.painted("a boat")]
    await make_sale(hall.store, artwork.id, "filled")
    (page,) = await hall.ask("gallery")
    shown = {name.partition(" ")[0]: value for name, value in page.fields}
    assert shown == {"1": "a boat", "2": "a castle in teal · sold for 0.05 WETH"}
    (reply,) = await hall.press(Action.SHOW, artwork.id)
    assert ("Token", "sold for 0.05 WETH") in reply.fields
    assert urls(reply) == ["scan", "mark"]
    (plain,) = await hall.press(Action.SHOW, other.id)
    assert urls(plain) == []
    assert "Token" not in dict(plain.fields)


@pytest.mark.parametrize(
    "page", [None, "http://127.0.0.1/x", "javascript:x", "https://x/" + "y" * 512]
)
def test_an_address_that_a_platform_would_refuse_is_no_button(
    words: Catalogue, page: str | None
) -> None:
    sale = Sale("a", SaleState.LISTED, "1 X", page, "https://market.example/a")
    assert [each.label for each in sale_links(words, "en", sale)] == ["Buy"]
