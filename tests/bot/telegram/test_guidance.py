"""What is no command, help in a group, and who is told that a painting is done; over the wire."""

from bot.testing.fake_engine import plain_picture
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import group, shown, someone, upgrade
from ganshare.domain.votes import RoundRules


async def test_a_plain_text_in_private_is_painted_and_a_picture_asks_for_words(
    harness: TelegramHarness,
) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("a red fox")
        assert (await harness.claim()).request.prompt == "a red fox"
        await ann.say("", photo=plain_picture())
        told = await ann.receives(lambda m: "/paint and what" in shown(m))
        assert len(shown(told)) < 200


async def test_help_in_a_group_is_one_short_message(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        chat = group(harness.world, "Painters", ann)
        await ann.say("/help", chat)
        told = await ann.receives(lambda m: "/paint and what" in shown(m), chat)
        (button,) = told["reply_markup"]["inline_keyboard"][0]
        assert button["url"].endswith("?start=help")
        await ann.say("/paint a castle", chat)
        await ann.receives(chat=chat, after=told)
        assert not ann.chat.messages


async def test_a_reply_to_a_file_that_is_no_picture_paints_without_it(
    harness: TelegramHarness,
) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        chat = group(harness.world, "Painters", ann)
        sent = await ann.say("read this", chat, document=b"%PDF-1.7", media_type="application/pdf")
        await ann.say("/paint a castle", chat, reply_to=sent)
        job = await harness.claim()
        assert (job.request.prompt, job.request.init_image) == ("a castle", None)


async def test_rounds_go_along_when_a_group_becomes_a_supergroup(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        chat = group(harness.world, "Painters", ann, kind="group")
        old = f"telegram:{chat.id}"
        opened = await harness.store.rounds.open(old, "telegram:1", 3600, RoundRules(min_age=0))
        new = await upgrade(harness.world, chat)

        async def moved() -> bool:
            found = await harness.store.rounds.current(f"telegram:{new.id}")
            return found is not None and found.id == opened.id

        await harness.until(moved)


async def test_who_wants_it_is_mentioned_once_a_painting_is_done(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        chat = group(harness.world, "Painters", ann)
        await ann.say("/notify always", chat)
        await ann.receives(lambda m: "whenever a painting" in shown(m), chat)
        await ann.say("/paint a castle", chat)
        job = await harness.claim()
        await harness.engine.finish(job, plain_picture("#226688", (128, 96)))
        told = await ann.receives(lambda m: "your painting is finished" in shown(m), chat)
        (mention,) = told["entities"]
        assert (mention["type"], mention["user"]["id"]) == ("text_mention", ann.id)
        painted = await ann.receives(lambda m: "Painted" in shown(m), chat)
        assert told["reply_to_message"]["message_id"] == painted["message_id"]
        assert "Requested by: Ann" in shown(painted)
