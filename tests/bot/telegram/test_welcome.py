"""A new group is told how to begin, once, in the language of whoever added the bot."""

from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import group, shown, someone


async def test_a_new_group_is_told_how_to_begin(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann", "zh")
        chat = group(harness.world, "Painters", ann)
        await ann.invite(chat)
        told = await ann.receives(lambda m: "我来画" in shown(m), chat)
        assert "/settings" in shown(told)
        await ann.invite(chat)
        await ann.say("/paint a castle", chat)
        await ann.receives(lambda m: "排队中" in shown(m), chat)
        assert sum("我来画" in shown(m) for m in chat.messages.values()) == 1
