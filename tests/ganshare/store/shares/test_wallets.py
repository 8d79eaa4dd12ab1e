"""Wallets: several a person, one person a wallet, nonces that are good once."""

import asyncio

import pytest

from ganshare.errors import ParameterError
from ganshare.store import Store

ONE, TWO = "0x" + "a1" * 20, "0x" + "b2" * 20
WEEK = 7 * 86_400.0


async def test_a_person_may_have_several_wallets_from_any_account(store: Store) -> None:
    wallets = store.shares.wallets
    code = await store.accounts.new_link("discord:1")
    await store.accounts.redeem_link(code, "telegram:1")
    assert await wallets.link("discord:1", ONE.upper().replace("0X", "0x"), WEEK)
    assert await wallets.link("telegram:1", TWO, WEEK)
    assert not await wallets.link("telegram:1", ONE, WEEK)  # theirs already
    assert [each.wallet for each in await wallets.of_person("discord:1")] == [ONE, TWO]


async def test_a_wallet_is_one_person_s(store: Store) -> None:
    wallets = store.shares.wallets
    await wallets.link("discord:1", ONE, WEEK)
    with pytest.raises(ParameterError, match="linked to another person"):
        await wallets.link("discord:2", ONE, WEEK)
    assert not await wallets.unlink("discord:2", ONE)


async def test_a_wallet_goes_to_another_person_only_after_the_cooldown(store: Store) -> None:
    wallets = store.shares.wallets
    await wallets.link("discord:1", ONE, WEEK)
    assert await wallets.unlink("discord:1", ONE)
    with pytest.raises(ParameterError, match="in 7 days"):
        await wallets.link("discord:2", ONE, WEEK)
    assert await wallets.link("discord:1", ONE, WEEK)  # one's own comes back at once
    await wallets.unlink("discord:1", ONE)
    assert await wallets.link("discord:2", ONE, 0.0)


async def test_who_is_forgotten_leaves_the_cooldown_behind(store: Store) -> None:
    await store.shares.wallets.link("discord:1", ONE, WEEK)
    await store.personal_data.forget("discord:1")
    assert await store.shares.wallets.all() == []
    with pytest.raises(ParameterError, match="in 7 days"):
        await store.shares.wallets.link("discord:2", ONE, WEEK)


async def test_two_who_link_a_wallet_at_once_do_not_both_get_it(store: Store) -> None:
    links = [store.shares.wallets.link(f"discord:{each}", ONE, WEEK) for each in range(5)]
    results = await asyncio.gather(*links, return_exceptions=True)
    assert sorted(isinstance(each, ParameterError) for each in results) == [False] + [True] * 4


async def test_a_nonce_is_good_once_for_one_account_and_wallet(store: Store) -> None:
    wallets = store.shares.wallets
    nonce = await wallets.new_nonce("discord:1", ONE)
    for account, wallet in (("discord:2", ONE), ("discord:1", TWO)):
        with pytest.raises(ParameterError, match="another account or wallet"):
            await wallets.use_nonce(nonce, account, wallet)
    uses = [wallets.use_nonce(nonce, "discord:1", ONE) for _ in range(5)]
    results = await asyncio.gather(*uses, return_exceptions=True)
    assert sorted(each is None for each in results) == [False] * 4 + [True]


async def test_an_old_nonce_is_refused(store: Store) -> None:
    from ganshare.store.db.tables_shares import wallet_nonces

    nonce = await store.shares.wallets.new_nonce("discord:1", ONE)
    await store.database.write(wallet_nonces.update().values(expires=1.0))
    with pytest.raises(ParameterError):
        await store.shares.wallets.use_nonce(nonce, "discord:1", ONE)
