"""Several paintings of one prompt stand in one message, to pick from."""

import io
from typing import Any

from PIL import Image

PROMPT = "Cubist Painting of a Castle in Teal"


def _labels(posted: Any) -> list[str]:
    return [
        f"{(each.get('emoji') or {}).get('name', '')}{each['label']}" for each in posted.buttons
    ]


async def test_several_come_in_one_message_and_one_is_picked(stage: Any) -> None:
    ada, ben = stage.join(), stage.join("Ben")
    await ada.slash("paint", prompt=PROMPT, count=3, seed="7", size="320x256")
    waiting = await stage.shows("0 of 3 are painted")
    assert stage.channel.alive == [waiting]
    artworks = []
    for number in range(3):
        job, artwork = await stage.engine.paint()
        assert job.request.seed == 7 + number
        artworks.append(artwork.id)
    grid = await stage.shows("Painted: 3 to pick from")
    assert grid is waiting
    assert stage.channel.alive == [grid]
    path = grid.json["attachments"][0]["url"].removeprefix(stage.discord.base + "/")
    with Image.open(io.BytesIO(stage.discord.world.files[path])) as sheet:
        assert sheet.width == 1280
    assert _labels(grid) == ["❤️1", "❤️2", "❤️3", "🔍1", "🔍2", "🔍3", "🎨1", "🎨2", "🎨3", "✏️Edit"]
    assert "2 · Painted · Seed 8" in grid.embed["description"]

    voted = await stage.discord.people.said(await ben.press(grid, "❤️"))  # the first heart
    assert "one vote" in voted.embed["description"]
    assert (await stage.front.store.votes.count(artworks))[artworks[0]] == 1
    picked = await stage.discord.people.said(await ben.forge(grid, f"pick:{artworks[1]}"))
    assert not picked.is_ephemeral
    assert "8" in {field["value"] for field in picked.embed["fields"]}
    await ben.forge(grid, f"vary:{artworks[2]}")
    varied = await stage.engine.claim()
    assert varied.request.init_image == (await stage.front.store.gallery.get(artworks[2])).blob

    await ada.forge(grid, f"delete:{artworks[0]}-sure")
    await stage.discord.people.until(lambda: "1 · Deleted" in grid.embed["description"])
    assert "❤️1" not in _labels(grid)


async def test_they_count_as_that_many_and_are_all_queued_or_none(stage: Any) -> None:
    admin = stage.join("Admin", permissions=(1 << 5) | (1 << 11))
    await stage.discord.people.said(await admin.slash("settings", setting="daily_quota", value="3"))
    ada = stage.join()
    await stage.discord.people.said(await ada.slash("paint", prompt=f"{PROMPT} --count 2"))
    refused = await ada.slash("paint", prompt=PROMPT, count=2)
    said = await stage.discord.people.until(lambda: stage.private_word(refused))
    assert "3 per day are allowed" in said.embed["description"]
    assert len(await stage.front.store.queue.active(f"discord:{ada.id}")) == 2
    wrong = await ada.slash("paint", prompt=f"{PROMPT} --count 9")
    told = await stage.discord.people.until(lambda: stage.private_word(wrong))
    assert "count must be between 1 and 4" in told.embed["description"]


async def test_one_press_cancels_what_is_not_painted_yet(stage: Any) -> None:
    ada = stage.join(locale="zh-CN")
    await ada.slash("paint", prompt=PROMPT, count=4)
    grid = await stage.shows("已画完 0 幅")
    await stage.engine.paint()
    await stage.shows("已画完 1 幅")
    await ada.press(grid, "✖️")
    await stage.shows("1 幅供您挑选")
    assert await stage.front.store.queue.active(f"discord:{ada.id}") == []
