"""The ledger is the same on SQLite and on PostgreSQL: states, uniqueness, one writer, the log."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from admin.ledger import (
    Attempt,
    Collection,
    Ledger,
    LedgerBusy,
    Token,
    TokenState,
    Transaction,
    TransactionState,
)
from admin.testing.making import make_token
from ganshare.errors import InternalError, StoreError
from ganshare.store import open_store
from ganshare.testing import PostgresServer

COLLECTION = Collection(137, "0x" + "11" * 20)
SENDER = "0x" + "aa" * 20
LARGE = 2**256 - 1
_numbers = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
async def both(request: pytest.FixtureRequest, url: str) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield url
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    made = server.create_database(f"ledger{next(_numbers)}")
    async with open_store(made, migrate=True):
        pass
    yield made


def make_transaction(*tokens: int, nonce: int = 0) -> Transaction:
    return Transaction(
        chain_id=137,
        sender=SENDER,
        nonce=nonce,
        kind="mint",
        subject=tuple(str(token) for token in tokens),
        recipient=COLLECTION.address,
        data=b"\x01\x02",
        value=0,
        gas=100_000,
        state=TransactionState.SENT,
        cost=10**18,
    )


def make_attempt(number: int = 1) -> Attempt:
    return Attempt(f"0x{number:064x}", b"raw", 10**11, 25 * 10**9)


async def pinned(ledger: Ledger, *numbers: int) -> list[Token]:
    await ledger.plan([make_token(COLLECTION, number) for number in numbers])
    for token in await ledger.tokens(COLLECTION):
        await ledger.pin(token, image_cid="i", metadata_cid="m", metadata="{}")
    return await ledger.tokens(COLLECTION)


async def test_a_tokens_way_is_kept_with_all_its_digits(both: str) -> None:
    async with Ledger(both, by="terminal:me") as ledger, ledger.held():
        assert await ledger.plan([make_token(COLLECTION, LARGE)]) == 1
        assert await ledger.plan([make_token(COLLECTION, LARGE)]) == 0
        [token] = await ledger.tokens(COLLECTION, TokenState.PLANNED)
        assert token.token == LARGE
        await ledger.pin(token, image_cid="i", metadata_cid="m", metadata="{}")
        with pytest.raises(InternalError, match="not in a state to be pinned"):
            await ledger.pin(token, image_cid="i", metadata_cid="m", metadata="{}")
        await ledger.record(make_transaction(LARGE), make_attempt(), COLLECTION)
        assert [each.state for each in await ledger.tokens(COLLECTION)] == [TokenState.SENT]
        [sent] = await ledger.transactions(137, SENDER, TransactionState.SENT)
        assert sent.subject == (str(LARGE),)
        assert await ledger.spent(137, SENDER, 60) == 10**18
        await ledger.settle(sent, TransactionState.CONFIRMED, cost=10**15, hash="0x1", block=9)
        assert await ledger.spent(137, SENDER, 60) == 10**15
        await ledger.note_minted(COLLECTION, {LARGE: SENDER})
        history = await ledger.history()
    kinds = [each.kind for each in reversed(history)]
    assert kinds == ["plan", "plan", "pin", "mint", "confirmed", "minted"]
    assert {each.by for each in history} == {"terminal:me"}


async def test_a_nonce_is_recorded_once_and_a_failed_write_leaves_nothing(both: str) -> None:
    async with Ledger(both) as ledger, ledger.held():
        await pinned(ledger, 1, 2)
        await ledger.record(make_transaction(1), make_attempt(1), COLLECTION)
        with pytest.raises(StoreError):
            await ledger.record(make_transaction(2), make_attempt(2), COLLECTION)
        assert [each.nonce for each in await ledger.transactions(137, SENDER)] == [0]
        states = {each.token: each.state for each in await ledger.tokens(COLLECTION)}
        assert states == {1: TokenState.SENT, 2: TokenState.PINNED}
        assert len(await ledger.history()) == 4


async def test_only_one_of_many_processes_may_write(both: str) -> None:
    async def try_one() -> bool:
        async with Ledger(both) as ledger:
            try:
                async with ledger.held():
                    await asyncio.sleep(1.0)
            except LedgerBusy:
                return False
            return True

    held = await asyncio.gather(*(try_one() for _ in range(5)))
    assert sum(held) == 1
    assert await try_one()


async def test_what_cannot_wait_takes_over_and_the_other_writes_nothing_more(both: str) -> None:
    async with Ledger(both) as slow, Ledger(both) as brake, slow.held():
        async with brake.held(take_over=True):
            await brake.plan([make_token(COLLECTION, 1)])
            with pytest.raises(LedgerBusy, match="took over the ledger"):
                await slow.plan([make_token(COLLECTION, 2)])
        assert [each.token for each in await brake.tokens(COLLECTION)] == [1]


async def test_items_of_the_browser_route_move_in_order_and_never_to_the_contract_route(
    both: str,
) -> None:
    async with Ledger(both) as ledger, ledger.held():
        await ledger.plan([make_token(COLLECTION, 1)])
        (planned,) = await ledger.tokens(COLLECTION, TokenState.PLANNED)
        creating = await ledger.move_token(planned, TokenState.CREATING)
        assert 0 <= await ledger.silence(creating) < 60
        created = await ledger.move_token(creating, TokenState.CREATED, "https://market/1")
        assert [created] == await ledger.tokens(COLLECTION)
        with pytest.raises(InternalError):
            await ledger.move_token(creating, TokenState.CREATED)
        with pytest.raises(InternalError):
            await ledger.pin(created, image_cid="i", metadata_cid="m", metadata="{}")
        await ledger.note("needs_human", ["1"], {"reason": "a CAPTCHA"})
        newest = (await ledger.history(1))[0]
        assert (newest.kind, newest.data) == ("needs_human", {"reason": "a CAPTCHA"})
