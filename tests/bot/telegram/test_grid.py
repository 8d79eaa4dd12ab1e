"""Several paintings of one prompt stand in one message, to pick from."""

import io

from PIL import Image

from bot.testing.fake_engine import plain_picture
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import shown, someone


async def test_several_come_as_one_numbered_sheet(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        asked = await ann.say("/paint a castle --count 2 --size tall")
        grid = await ann.receives(lambda m: "0 of 2 are painted" in shown(m))
        for colour in ("#226688", "#aa3322"):
            await harness.engine.finish(await harness.claim(), plain_picture(colour, (90, 160)))
        done = await ann.receives(lambda m: "Painted: 2 to pick from" in shown(m))
        assert done["message_id"] == grid["message_id"]
        with Image.open(io.BytesIO(harness.world.file(done["photo"][-1]["file_id"])[1])) as sheet:
            left, right = (sheet.getpixel((x, sheet.height // 2)) for x in (200, sheet.width - 200))
        assert left[2] > left[0]  # blue, then red: in their order
        assert right[0] > right[2]
        await ann.press(done, "🔍 2")
        picked = await ann.receives(lambda m: "photo" in m, after=done)
        assert "ID:" in shown(picked)
        later = [m for m in ann.chat.messages.values() if m["message_id"] > asked["message_id"]]
        assert len(later) == 2  # the sheet, and the one that was picked
