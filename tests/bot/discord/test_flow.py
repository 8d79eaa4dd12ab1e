"""From /paint to the painting and its buttons, over the wire, as its asker sees it."""

import io
from typing import Any

import pytest
from PIL import Image

from ganshare.testing import make_request

PROMPT = "Cubist Painting of a Castle in Teal"


async def test_a_prompt_becomes_a_painting_in_one_message(stage: Any) -> None:
    ada = stage.join()
    asked = await ada.slash("paint", prompt=PROMPT)
    queued = await stage.discord.people.said(asked)
    assert asked.acknowledged is not None
    assert asked.kind == 5
    assert queued.embed["title"] == "Waiting: 1 of 1"
    assert PROMPT in queued.embed["description"]

    job = await stage.engine.claim()
    await stage.engine.step(job, 25)
    running = await stage.shows("step 25 of")
    assert running is queued
    assert running.json["attachments"][0]["description"].startswith("Step 25")
    assert running.embed["image"]["url"].endswith(running.json["attachments"][0]["filename"])

    await stage.engine.finish(job)
    painted = await stage.shows("Painted")
    assert painted is queued
    assert len(painted.json["attachments"]) == 1
    labels = [button["label"] for button in painted.buttons]
    assert labels == ["Vote", "Again", "Vary", "Edit", "Full size", "Report", "Delete"]
    assert stage.channel.alive == [painted]


async def test_a_chinese_prompt_is_shown_with_its_reading(stage: Any) -> None:
    ada = stage.join()
    queued = await stage.discord.people.said(await ada.slash("paint", prompt="雪山上的红色寺庙"))
    told = queued.embed["description"]
    assert "雪山上的红色寺庙\nRead as: red temple on a snowy mountain" in told
    asked = await ada.slash("paint", prompt="Замок на море")
    refused = await stage.discord.people.until(lambda: stage.private_word(asked))
    assert "English and Chinese can be read." in refused.embed["description"]


async def test_again_paints_the_same_prompt_anew(stage: Any) -> None:
    ada, ben = stage.join(), stage.join("Ben")
    await ada.slash("paint", prompt=PROMPT, seed="7")
    first, _ = await stage.engine.paint()
    pressed = await ben.press(await stage.shows("Painted"), "Again")
    await stage.discord.people.said(pressed)
    second = await stage.engine.claim()
    assert second.request.prompt == first.request.prompt
    assert second.request.seed != first.request.seed
    assert second.person == f"discord:{ben.id}"


async def test_vary_begins_from_the_painting(stage: Any) -> None:
    ada = stage.join()
    await ada.slash("paint", prompt=PROMPT)
    await stage.engine.paint()
    await ada.press(await stage.shows("Painted"), "Vary")
    assert (await stage.engine.claim()).request.init_image is not None


async def test_the_master_is_handed_over_unchanged_and_privately(stage: Any) -> None:
    ada = stage.join()
    await ada.slash("paint", prompt=PROMPT)
    _, artwork = await stage.engine.paint()
    pressed = await ada.press(await stage.shows("Painted"), "Full size")
    given = await stage.discord.people.said(pressed)
    assert given.is_ephemeral
    path = given.json["attachments"][0]["url"].removeprefix(stage.discord.base + "/")
    assert stage.discord.world.files[path] == await stage.front.blobs.get(artwork.blob)


async def test_its_requester_deletes_a_painting_and_nobody_else(stage: Any) -> None:
    ada, ben = stage.join(), stage.join("Ben")
    await ada.slash("paint", prompt=PROMPT)
    await stage.engine.paint()
    painted = await stage.shows("Painted")
    refused = await stage.discord.people.said(await ben.press(painted, "Delete"))
    assert refused.is_ephemeral
    assert "not yours" in refused.embed["description"]
    sure = await stage.discord.people.said(await ada.press(painted, "Delete"))
    assert sure.is_ephemeral
    await ada.press(sure, "Yes")
    await stage.discord.people.until(lambda: "was deleted" in str(sure.embed))
    await stage.discord.people.until(lambda: not painted.json["attachments"])
    assert painted.embed["title"] == "Deleted"


async def test_mine_is_private_and_is_paged_in_place(stage: Any) -> None:
    ada = stage.join()
    for seed in range(5):
        request = make_request(prompt=PROMPT, seed=seed)
        person, key = f"discord:{ada.id}", f"elsewhere:{seed}"
        await stage.front.store.queue.submit(person, "elsewhere", request, key=key)
        await stage.engine.paint()
    mine = await stage.discord.people.said(await ada.slash("mine"))
    assert mine.is_ephemeral
    assert "Your paintings" in mine.embed["title"]
    first = mine.embed
    await ada.press(mine, "Older")
    await stage.discord.people.until(lambda: mine.embed != first)
    shown = stage.discord.world.channels[stage.channel.id].messages
    assert sum(message.is_ephemeral for message in shown.values()) == 1


async def test_the_gallery_is_for_all(stage: Any) -> None:
    ada = stage.join()
    await ada.slash("paint", prompt=PROMPT)
    await stage.engine.paint()
    await stage.shows("Painted")
    gallery = await stage.discord.people.said(await ada.slash("gallery"))
    assert not gallery.is_ephemeral
    assert gallery.json["attachments"]


async def test_random_paints_several_each_with_a_message(stage: Any) -> None:
    ada = stage.join()
    await ada.slash("random", count=3)
    await stage.shows("Waiting", count=3)
    for _ in range(3):
        await stage.engine.paint()
    await stage.shows("Painted", count=3)
    assert len(stage.channel.alive) == 3


async def test_a_mistake_is_answered_privately_in_one_sentence(stage: Any) -> None:
    ada = stage.join()
    asked = await ada.slash("paint", prompt=PROMPT, size="17x3")
    said = await stage.discord.people.until(lambda: stage.private_word(asked))
    assert "17x3" in said.embed["description"]
    await stage.discord.people.until(lambda: not stage.channel.alive)


async def test_a_picture_is_what_the_painting_begins_from(stage: Any) -> None:

    ada = stage.join()

    out = io.BytesIO()
    Image.new("RGB", (80, 60), "red").save(out, "PNG")
    await ada.slash("paint", prompt=PROMPT, init_image=out.getvalue())
    job = await stage.engine.claim()
    assert (await stage.front.blobs.get(job.request.init_image)).startswith(b"\x89PNG")


async def test_styles_and_colours_are_offered_while_the_prompt_is_typed(stage: Any) -> None:
    offered = await stage.join().type("paint", "prompt", "Cub")
    assert 0 < len(offered) <= 25
    assert any("Cubis" in text for text in offered)


@pytest.mark.parametrize(("permissions", "allowed"), [(1 << 5, True), (1 << 3, True), (0, False)])
async def test_settings_are_for_those_who_manage_the_server(
    stage: Any, permissions: int, allowed: bool
) -> None:
    ada = stage.join(permissions=permissions)
    said = await stage.discord.people.said(
        await ada.slash("settings", setting="daily_quota", value="3")
    )
    assert said.is_ephemeral
    settings = await stage.front.store.places.settings(f"discord:{stage.channel.id}")
    assert settings.daily_quota == (3 if allowed else None)


async def test_people_are_answered_in_their_language(stage: Any) -> None:
    ada = stage.join(locale="zh-CN")
    said = await stage.discord.people.said(await ada.slash("queue"))
    assert any("\u4e00" <= letter <= "\u9fff" for letter in str(said.embed))


async def test_nothing_pings_anybody(stage: Any) -> None:
    ada = stage.join("@everyone")
    await ada.slash("paint", prompt="@everyone <@1> **bold** [x](https://evil.example) `code`")
    queued = await stage.shows("Waiting")
    text = queued.embed["description"]
    assert "@everyone" not in text
    assert "\\<@1\\>" in text
    assert "\\*\\*bold\\*\\*" in text
    assert "\\[x\\]" in text
    assert "https\\://" in text
    for exchange in stage.discord.world.exchanges:
        body = exchange.body
        is_message = isinstance(body, dict) and ("embeds" in body or "content" in body)
        assert not is_message or body["allowed_mentions"] == {"parse": []}
