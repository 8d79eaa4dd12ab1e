"""A reply to a painting stands for its id, and a group's admins block somebody there."""

from bot.testing.fake_engine import plain_picture
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import group, shown, someone


async def test_a_reply_stands_for_the_id_and_a_block_for_the_group(
    harness: TelegramHarness,
) -> None:
    async with harness.bot():
        ann, bob = someone(harness.world, "Ann"), someone(harness.world, "Bob", "zh")
        chat = group(harness.world, "Painters", ann, bob)
        await ann.say("/paint a castle --style fauvist", chat)
        job = await harness.claim()
        assert job.request.prompt == "Fauvist Painting of a castle"
        artwork = await harness.engine.finish(job, plain_picture("#226688", (64, 64)))
        await harness.acknowledged(job)
        painted = await ann.receives(lambda m: "photo" in m, chat)

        said = await bob.say("/vote", chat, reply_to=painted)
        await bob.receives(lambda m: "票" in shown(m), chat, after=said)
        assert (await harness.store.votes.count([artwork.id]))[artwork.id] == 1
        said = await bob.say("/report", chat, reply_to=painted)
        await bob.receives(lambda m: "管理员" in shown(m), chat, after=said)
        assert [each.artwork for each in await harness.store.community.reports()] == [artwork.id]

        said = await ann.say(f"/block telegram:{bob.id} floods", chat)
        await ann.receives(lambda m: "in this server" in shown(m), chat, after=said)
        said = await bob.say("/paint a boat", chat)
        await bob.receives(lambda m: "屏蔽" in shown(m), chat, after=said)
        await bob.say("/paint a boat")
        assert (await harness.claim()).request.prompt == "a boat"
