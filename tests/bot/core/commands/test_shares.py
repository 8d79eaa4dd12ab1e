"""The gate before commands: who paints with what weight, and what /link and /shares say."""

from typing import Any

import pytest

from bot.core.dispatcher import Dispatcher, DispatcherOptions
from bot.core.messages import CommandRequest, Person, Place
from bot.core.moderation.prompt_filter import Moderation
from ganshare.domain.shares import ShareToken, Terms
from ganshare.errors import WorldError
from ganshare.shares.gate import Gate
from ganshare.shares.terms import GateSettings
from ganshare.store.db.tables_queue import jobs

ANN = Person("discord:1", "Ann")
CHINESE = Person("discord:1", "Ann", locale="zh")
WALLET = "0x" + "a1" * 20
TOKEN = ShareToken(137, "0x" + "5a" * 20, (1,))
NAME = "137:0x" + "5a" * 20 + "/1"


class Chain:
    """What wallets have, as a reader of the chain tells it."""

    def __init__(self) -> None:
        self.balance, self.is_away, self.block = 0, False, 1

    async def height(self) -> int:
        if self.is_away:
            raise WorldError("The chain is away.")
        self.block += 1
        return self.block

    async def balances(self, wallets: Any, block: int, tokens: Any = None) -> Any:
        return {NAME: dict.fromkeys(wallets, self.balance)}


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def ask(hall: Any, chain: Chain) -> Any:
    numbers = iter(range(1000))

    async def answer(command: str, person: Person = ANN, others: int = 0, **arguments: Any) -> Any:
        terms = Terms((NAME,), seconds=7200.0, others_per_day=others)
        reader: Any = chain
        gate = Gate(hall.store, GateSettings(TOKEN, terms, ("x",)), reader)
        options = DispatcherOptions(web_url="https://paint.example")
        dispatcher = Dispatcher(hall.store, hall.blobs, hall.words, Moderation(), options, gate)
        request = CommandRequest(
            command, arguments, person, Place("discord:100"), f"key-{next(numbers)}", {}
        )
        (reply,) = await dispatcher.answer(request)
        return reply

    return answer


async def held(hall: Any, chain: Chain, count: int) -> None:
    await hall.store.shares.wallets.link(ANN.id, WALLET, 0.0)
    chain.balance = count


async def test_holders_paint_and_others_are_told_how(ask: Any, hall: Any, chain: Chain) -> None:
    reply = await ask("paint", prompt="a castle")
    assert "Only share holders can paint" in reply.text
    reply = await ask("paint", CHINESE, prompt="a castle")
    assert "只有份额持有者可以作画" in reply.text
    await held(hall, chain, 1)
    reply = await ask("paint", prompt="a castle")
    assert reply.job is not None
    row = await hall.store.database.row(jobs.select().where(jobs.c.id == reply.job))
    assert row["share"] is not None
    assert row["tag_end"] - row["tag"] == pytest.approx(row["cost"] / 4)


async def test_others_have_what_the_owner_allows(ask: Any) -> None:
    assert (await ask("paint", others=1, prompt="a castle")).job is not None
    reply = await ask("paint", others=1, prompt="a castle")
    assert "1 paintings per day" in reply.text


async def test_in_an_outage_the_refusal_says_so(ask: Any, hall: Any, chain: Chain) -> None:
    await held(hall, chain, 1)
    chain.is_away = True
    assert "cannot be checked right now" in (await ask("paint", prompt="a castle")).text
    assert "cannot be checked right now" in (await ask("shares")).text


async def test_shares_tells_what_is_left_in_both_languages(
    ask: Any, hall: Any, chain: Chain
) -> None:
    assert "not linked a wallet" in (await ask("shares")).text
    await held(hall, chain, 2)
    reply = await ask("shares")
    assert "You hold 2 shares" in reply.text
    assert "Engine time left: 4 hours of 4 hours" in reply.text
    assert "https://paint.example/shares" in reply.text
    assert reply.is_private
    assert "您持有 2 份" in (await ask("shares", CHINESE)).text


async def test_link_leads_to_the_page_for_wallets(ask: Any) -> None:
    reply = await ask("link")
    assert "?to=shares" in reply.text
    assert "关联" in (await ask("link", CHINESE)).text


async def test_without_a_gate_nothing_is_asked_of_anybody(hall: Any) -> None:
    (reply,) = await hall.ask("paint", prompt="a castle")
    assert reply.job is not None
    (reply,) = await hall.ask("shares")
    assert "This community has no shares" in reply.text
