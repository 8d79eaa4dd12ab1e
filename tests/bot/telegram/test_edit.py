"""The prompt of a painting is edited by a reply, and painted again."""

from bot.testing.fake_engine import plain_picture
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import group, shown, someone


async def test_a_question_takes_the_new_prompt(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann, bob = someone(harness.world, "Ann"), someone(harness.world, "Bob")
        chat = group(harness.world, "Painters", ann, bob)
        await ann.say("/paint a castle --size 320x256 --seed 7", chat)
        await harness.engine.finish(await harness.claim(), plain_picture("#226688", (64, 64)))
        painted = await ann.receives(lambda m: "photo" in m, chat)
        await bob.press(painted, "Edit")
        question = await bob.receives(lambda m: "forces_reply" in m, chat)
        assert shown(question).startswith("Bob, reply to this with the new prompt")
        assert "\n\na castle\n\n" in shown(question)
        kinds = [each["type"] for each in question["entities"]]
        assert kinds == ["text_mention", "pre", "code"]
        await bob.say("what a castle", chat, reply_to=painted)  # a comment, as people make them
        await bob.say("a lighthouse --seed 9", chat, reply_to=question)
        job = await harness.claim()
        asked = job.request
        assert (asked.prompt, asked.width, asked.height) == ("a lighthouse", 320, 256)
        assert (asked.seed, asked.init_image) == (9, None)
        assert job.person == f"telegram:{bob.id}"
        await harness.world.until(lambda: question["message_id"] not in chat.messages)


async def test_in_private_a_reply_to_the_painting_is_enough(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann", "zh")
        await ann.say("/paint a castle --steps 40")
        first = await harness.claim()
        await harness.engine.finish(first, plain_picture("#226688", (64, 64)))
        await harness.acknowledged(first)
        painted = await ann.receives(lambda m: "photo" in m)
        await ann.say("a lighthouse", reply_to=painted)
        job = await harness.claim()
        assert (job.request.prompt, job.request.steps) == ("a lighthouse", 40)
        assert job.request.init_image is None
        await ann.press(painted, "修改")
        assert "新提示词" in shown(await ann.receives(lambda m: "forces_reply" in m))


async def test_a_forged_question_edits_nothing(harness: TelegramHarness) -> None:
    """An entity in a message of another's, or one that is no id of ours."""
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        code = [{"type": "code", "offset": 0, "length": 4}]
        mine = await ann.say("/help paint")
        await ann.say("a lighthouse", reply_to={**mine, "text": "abcd", "entities": code})
        assert (await harness.claim()).request.prompt == "a lighthouse"
