"""Moderators in a group of their own hide what was reported to them, and nothing else."""

from typing import Any

from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import TelegramUser, group, shown, someone
from ganshare.domain.jobs import Artwork


async def report(
    harness: TelegramHarness, chat: Any, asker: TelegramUser, reporter: TelegramUser
) -> Artwork:
    """Have a painting made in a group, and reported there."""
    await asker.say("/paint a castle", chat)
    job = await harness.claim()
    artwork = await harness.engine.finish(job)
    await harness.acknowledged(job)
    painted = await reporter.receives(lambda m: "photo" in m, chat)
    await reporter.press(painted, "Report")
    return artwork


async def test_admins_of_the_moderators_group_hide_from_there(harness: TelegramHarness) -> None:
    people = [someone(harness.world, name) for name in ("Ann", "Bob", "Mo", "Max")]
    ann, bob, mo, max_ = people
    async with harness.bot(admins=f"telegram:{ann.id}"):
        chat = group(harness.world, "Painters", ann, bob)
        room = group(harness.world, "Moderators", mo, max_)
        await ann.say(f"/settings moderation_place telegram:{room.id}", chat)
        await ann.receives(lambda m: f"telegram:{room.id}" in shown(m))
        artwork = await report(harness, chat, ann, bob)
        alert = await mo.receives(lambda m: artwork.id in shown(m), room)
        await max_.answered(await max_.press(alert, "🙈"))  # a member, no admin
        assert (await harness.store.gallery.get(artwork.id) or artwork).hidden is None
        await mo.press(alert, "🙈")

        async def is_hidden() -> bool:
            found = await harness.store.gallery.get(artwork.id)
            return found is not None and found.hidden is not None

        async def is_closed() -> bool:
            return await harness.store.community.reports() == []

        await harness.until(is_hidden)
        await harness.until(is_closed)


async def test_admins_of_another_group_hide_nothing(harness: TelegramHarness) -> None:
    ann, bob, eve = (someone(harness.world, name) for name in ("Ann", "Bob", "Eve"))
    async with harness.bot():
        chat = group(harness.world, "Painters", ann, bob)
        theirs = group(harness.world, "Elsewhere", eve)
        await eve.say("/settings moderation_place here", theirs)
        artwork = await report(harness, chat, ann, bob)
        await eve.say(f"/reports {artwork.id} hide", theirs)
        await eve.receives(lambda m: "asked for elsewhere" in shown(m), theirs)
        assert (await harness.store.gallery.get(artwork.id) or artwork).hidden is None
