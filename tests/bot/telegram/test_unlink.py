"""A wallet is unlinked in the chat, in both languages, and nobody else reads it."""

import pytest

from bot.testing.accounts import TelegramAccount
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import group, shown, someone

ONE, TWO = "0x" + "a1" * 20, "0x" + "b2" * 20


@pytest.mark.parametrize(
    ("language", "how", "done"),
    [
        ("en", "for 7 days nobody else can link it", "Nobody else can link it for 7 days"),
        ("zh", "7 天内其他人不能关联它", "已取消关联钱包"),
    ],
)
async def test_a_wallet_is_unlinked(
    harness: TelegramHarness, monkeypatch: pytest.MonkeyPatch, language: str, how: str, done: str
) -> None:
    monkeypatch.setenv("ADMIN_GATE_CONTRACT", "0x" + "5a" * 20)
    monkeypatch.setenv("ADMIN_RPC_URLS", "http://127.0.0.1:9")
    person = someone(harness.world, "Ann", language=language)
    ann, wallets = TelegramAccount(person, person.chat), harness.store.shares.wallets
    for wallet in (ONE, TWO):
        await wallets.link(ann.person, wallet, 0.0)
    chat = group(harness.world, "Painters", person)
    async with harness.bot():
        await person.say("/unlink", chat)
        listed = await person.receives(lambda m: ONE in shown(m))  # in private
        assert how in shown(listed)
        await person.press(listed, "0xa1a1…a1a1")
        await person.receives(lambda m: done in shown(m) and ONE in shown(m))
        assert [each.wallet for each in await wallets.of_person(ann.person)] == [TWO]
        await (await ann.ask("unlink", wallet=TWO)).until(lambda one: done in one.words)
        assert await wallets.of_person(ann.person) == []
        assert not any(ONE in shown(m) for m in chat.messages.values())
