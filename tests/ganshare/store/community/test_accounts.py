"""Accounts that are one person, sessions, quotas: codes are used once, however many try."""

import asyncio
import hashlib
from typing import Any

import pytest
import sqlalchemy as sa

from ganshare.errors import ParameterError
from ganshare.store import Store
from ganshare.store.db.dialect import now
from ganshare.store.db.tables_community import link_codes, sessions, sign_ins

ANN, BEA, CEE = "discord:1", "telegram:2", "web:3"


async def link(store: Store, one: str, other: str) -> str:
    return await store.accounts.redeem_link(await store.accounts.new_link(one), other)


async def make_old(store: Store, table: sa.Table) -> None:
    """Let everything in a table have expired a second ago, by the database's clock."""
    await store.database.write(table.update().values(expires=now() - 1))


async def test_an_account_by_itself_is_its_own_person(store: Store) -> None:
    assert await store.accounts.main(ANN) == ANN
    assert await store.accounts.of_person(ANN) == [ANN]


async def test_linked_accounts_are_one_person_whichever_is_asked_for(store: Store) -> None:
    await link(store, ANN, BEA)
    for account in (ANN, BEA):
        assert sorted(await store.accounts.of_person(account)) == [ANN, BEA]
        assert await store.accounts.main(account) == await store.accounts.main(ANN)


@pytest.mark.parametrize("gives", ["older", "newer"])
async def test_the_account_that_has_been_here_longer_is_the_main_one(
    store: Store, asker: Any, gives: str
) -> None:
    await asker.ask(BEA)
    await asyncio.sleep(0.005)
    await asker.ask(ANN)
    one, other = (BEA, ANN) if gives == "older" else (ANN, BEA)
    assert await link(store, one, other) == BEA
    assert await store.accounts.of_person(ANN) == [BEA, ANN]


async def test_two_persons_with_several_accounts_become_one(store: Store, asker: Any) -> None:
    for account in ("discord:4", "web:5", CEE, ANN, BEA):
        await asker.ask(account)
        await asyncio.sleep(0.003)
    await link(store, ANN, BEA)
    await link(store, CEE, "discord:4")
    assert await link(store, BEA, CEE) == "discord:4"
    assert await store.accounts.of_person(ANN) == ["discord:4", CEE, ANN, BEA]
    assert await link(store, "web:5", ANN) == "discord:4"


async def test_a_code_works_once_and_reads_as_people_type_it(store: Store) -> None:
    code = await store.accounts.new_link(ANN)
    assert len(code) == 14
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert await store.accounts.peek_link(typed) == ANN
    await store.accounts.redeem_link(typed, BEA)
    with pytest.raises(ParameterError, match=r"already used.*/link gives you a new one\."):
        await store.accounts.redeem_link(code, CEE)
    assert await store.accounts.of_person(CEE) == [CEE]


@pytest.mark.parametrize("wrong", ["", "AAAA-BBBB-CCCC", "x" * 5000, "\0", "\ud800", "' OR 1=1"])
async def test_an_unknown_code_is_refused_without_being_repeated(store: Store, wrong: str) -> None:
    await store.accounts.new_link(ANN)
    with pytest.raises(ParameterError) as caught:
        await store.accounts.redeem_link(wrong, BEA)
    assert not wrong or wrong not in str(caught.value)


async def test_a_code_of_ten_minutes_ago_is_refused(store: Store) -> None:
    code = await store.accounts.new_link(ANN)
    await make_old(store, link_codes)
    for attempt in (store.accounts.peek_link(code), store.accounts.redeem_link(code, BEA)):
        with pytest.raises(ParameterError, match="older than ten minutes"):
            await attempt


async def test_a_new_code_ends_the_one_before(store: Store) -> None:
    first, second = await store.accounts.new_link(ANN), await store.accounts.new_link(ANN)
    with pytest.raises(ParameterError):
        await store.accounts.redeem_link(first, BEA)
    await store.accounts.redeem_link(second, BEA)


async def test_a_code_typed_at_its_own_account_stays_valid(store: Store) -> None:
    code = await store.accounts.new_link(ANN)
    with pytest.raises(ParameterError, match="already one person"):
        await store.accounts.redeem_link(code, ANN)
    await store.accounts.redeem_link(code, BEA)


async def test_of_many_who_redeem_a_code_at_once_one_does(store: Store, another: Any) -> None:
    code = await store.accounts.new_link(ANN)
    stores = [store, await another()]
    tries = [stores[n % 2].accounts.redeem_link(code, f"telegram:{n}") for n in range(12)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, ParameterError) for result in results) == 11
    assert len(await store.accounts.of_person(ANN)) == 2


async def test_links_made_at_once_leave_one_person_with_one_main_account(
    store: Store, another: Any
) -> None:
    """A ring of links: whoever is first, all are one person in the end."""
    stores = [store, await another()]
    names = [f"discord:{n}" for n in range(8)]
    codes = [await store.accounts.new_link(name) for name in names]
    pairs = zip(codes, names[1:] + names[:1], strict=True)
    tries = [stores[n % 2].accounts.redeem_link(*pair) for n, pair in enumerate(pairs)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, ParameterError) for result in results) == 1  # closed the ring
    assert sorted(await store.accounts.of_person(names[3])) == names
    assert len({await store.accounts.main(name) for name in names}) == 1


async def test_the_database_keeps_no_code_and_no_token(store: Store) -> None:
    code = await store.accounts.new_link(ANN)
    token = await store.accounts.new_sign_in(ANN, "Ann")
    cookie = (
        await store.accounts.redeem_sign_in(await store.accounts.new_sign_in(BEA, "Bea"))
    ).token
    kept = ""
    for table in (link_codes, sign_ins, sessions):
        kept += str([dict(row) for row in await store.database.rows(sa.select(table))])
    assert hashlib.sha256(token.encode()).hexdigest() in kept
    for secret in (code, code.replace("-", ""), token, cookie):
        assert secret not in kept


# --- unlinking --------------------------------------------------------------------------------


async def test_an_unlinked_account_is_its_own_person_again(store: Store) -> None:
    await link(store, ANN, BEA)
    await link(store, ANN, CEE)
    assert await store.accounts.unlink(BEA)
    assert await store.accounts.of_person(BEA) == [BEA]
    assert sorted(await store.accounts.of_person(ANN)) == [ANN, CEE]
    assert not await store.accounts.unlink(BEA)


async def test_when_the_main_account_leaves_the_next_oldest_is_the_main_one(
    store: Store, asker: Any
) -> None:
    for account in (ANN, BEA, CEE):
        await asker.ask(account)
        await asyncio.sleep(0.003)
    await link(store, ANN, CEE)
    await link(store, ANN, BEA)
    await store.accounts.unlink(ANN)
    assert await store.accounts.of_person(CEE) == [BEA, CEE]
    await store.accounts.unlink(BEA)
    assert await store.accounts.of_person(CEE) == [CEE]
    assert not await store.accounts.unlink(CEE)  # nobody is left to be linked to


# --- quotas -----------------------------------------------------------------------------------


async def test_a_quota_counts_what_all_linked_accounts_asked_for(store: Store, asker: Any) -> None:
    await asker.ask(ANN, count=2)
    await asker.ask(BEA)
    await asker.ask(CEE)
    assert await store.accounts.painted_since(ANN, 60) == 2
    await link(store, ANN, BEA)
    assert (
        await store.accounts.painted_since(ANN, 60)
        == await store.accounts.painted_since(BEA, 60)
        == 3
    )
    await asyncio.sleep(0.02)
    assert await store.accounts.painted_since(ANN, 0.01) == 0


async def test_what_died_or_never_began_does_not_count(store: Store, asker: Any) -> None:
    died, waiting = await asker.ask(ANN, count=2)
    (running,) = await asker.claim()
    assert running.id == died.id
    await store.queue.fail(running, "no", retry=False)
    await store.queue.cancel(waiting.id, by=ANN)
    assert await store.accounts.painted_since(ANN, 60) == 0
    (third,) = await asker.ask(ANN)
    await asker.claim_one()
    await store.queue.cancel(third.id, by=ANN)
    assert await store.accounts.painted_since(ANN, 60) == 1  # an engine has worked for it


async def test_the_meter_counts_what_engines_worked_for_all_accounts(
    store: Store, asker: Any
) -> None:
    await asker.ask(ANN)
    await asker.ask(CEE)
    assert await store.accounts.metered_since(ANN, 60) == 0  # nothing is begun
    await asker.claim_one()
    await asyncio.sleep(0.05)
    first = await store.accounts.metered_since(ANN, 60)
    assert first >= 0.04
    await link(store, ANN, BEA)
    assert await store.accounts.metered_since(BEA, 60) >= first
    assert await store.accounts.metered_since(CEE, 60) == 0
    assert await store.accounts.metered_since(ANN, 0.01) == 0


# --- sessions ---------------------------------------------------------------------------------


async def test_a_sign_in_token_begins_a_session_that_lasts_until_it_is_ended(store: Store) -> None:
    begun = await store.accounts.redeem_sign_in(await store.accounts.new_sign_in(ANN, "Ann"))
    read = await store.accounts.session(begun.token)
    assert read is not None
    assert (read.person, read.name, read.token) == (ANN, "Ann", "")
    assert begun.token not in repr(begun)
    assert await store.accounts.end_session(begun.token)
    assert await store.accounts.session(begun.token) is None
    assert not await store.accounts.end_session(begun.token)


async def test_a_sign_in_token_works_once_however_many_try(store: Store, another: Any) -> None:
    token = await store.accounts.new_sign_in(ANN, "Ann")
    stores = [store, await another()]
    tries = [stores[n % 2].accounts.redeem_sign_in(token) for n in range(10)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, ParameterError) for result in results) == 9


async def test_tokens_and_sessions_expire(store: Store) -> None:
    token = await store.accounts.new_sign_in(ANN, "Ann")
    await make_old(store, sign_ins)
    with pytest.raises(ParameterError, match="ask for a new one"):
        await store.accounts.redeem_sign_in(token)
    begun = await store.accounts.redeem_sign_in(await store.accounts.new_sign_in(ANN, "Ann"))
    await make_old(store, sessions)
    assert await store.accounts.session(begun.token) is None
    await store.accounts.new_sign_in(BEA, "Bea")  # clears away what has expired
    assert not await store.database.rows(sa.select(sessions))


async def test_a_person_can_be_signed_out_everywhere(store: Store) -> None:
    tokens = []
    for person in (ANN, ANN, BEA):
        begun = await store.accounts.redeem_sign_in(await store.accounts.new_sign_in(person, "x"))
        tokens.append(begun.token)
    assert await store.accounts.end_sessions(ANN) == 2
    assert [await store.accounts.session(token) is not None for token in tokens] == [
        False,
        False,
        True,
    ]


async def test_any_name_can_be_signed_in(store: Store) -> None:
    name = "\0\ud800‮" + "x" * 300
    begun = await store.accounts.redeem_sign_in(await store.accounts.new_sign_in(ANN, name))
    assert len(begun.name) <= 100
