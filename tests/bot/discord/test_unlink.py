"""A wallet is unlinked in the chat, and people are told for how long nobody else gets it."""

from typing import Any

import pytest

from bot.testing.accounts import DiscordAccount
from ganshare.errors import ParameterError

Stage = Any  # of conftest.py
ONE, TWO = "0x" + "a1" * 20, "0x" + "b2" * 20


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_GATE_CONTRACT", "0x" + "5a" * 20)
    monkeypatch.setenv("ADMIN_RPC_URLS", "http://127.0.0.1:9")


@pytest.fixture
async def ada(gate: None, stage: Stage) -> DiscordAccount:
    """Somebody with two wallets."""
    account = DiscordAccount(stage.join())
    for wallet in (ONE, TWO):
        await stage.front.store.shares.wallets.link(account.person, wallet, 0.0)
    return account


async def test_a_wallet_is_unlinked_by_the_button_of_a_list(
    ada: DiscordAccount, stage: Stage
) -> None:
    wallets = stage.front.store.shares.wallets
    listed = await (await ada.ask("unlink")).until(lambda one: one.labels)
    assert ONE in listed.words
    assert "for 7 days nobody else can link it" in listed.words
    assert stage.channel.messages[listed.number].is_ephemeral
    told = await (await ada.press(listed, "0xa1a1…a1a1")).until(
        lambda one: "is unlinked" in one.words
    )
    assert "Nobody else can link it for 7 days" in told.words
    assert [each.wallet for each in await wallets.of_person(ada.person)] == [TWO]
    with pytest.raises(ParameterError, match="in 7 days"):
        await wallets.link("discord:99", ONE, 7 * 86_400.0)


async def test_a_wallet_is_unlinked_by_its_address_which_is_offered(
    ada: DiscordAccount, stage: Stage
) -> None:
    offered = await ada.someone.type("unlink", "wallet", "0xb2")
    assert offered == [TWO]
    await (await ada.ask("unlink", wallet=TWO)).until(lambda one: "is unlinked" in one.words)
    assert await stage.front.store.shares.wallets.of_person("discord:99") == []


async def test_nobody_unlinks_the_wallet_of_another(ada: DiscordAccount, stage: Stage) -> None:
    ben = DiscordAccount(stage.join("Ben"))
    assert await ben.someone.type("unlink", "wallet", "") == []
    said = await (await ben.ask("unlink", wallet=ONE)).until()
    assert f"'{ONE}' is not linked to you" in said.words
    assert len(await stage.front.store.shares.wallets.of_person(ada.person)) == 2
