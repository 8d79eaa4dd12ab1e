"""People and the bot, over the wire: from a command to a painting, and back to it later."""

import asyncio
import io

import pytest
from PIL import Image

from bot.telegram import handlers
from bot.testing.fake_engine import plain_picture
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import TelegramUser, group, shown, someone, upgrade
from bot.testing.telegram_world import BOT_ID, Chat

SOON = 15.0  # seconds; then Telegram gives up on an answer. benchmarks.crowd tells what it takes


@pytest.fixture(scope="session")
def painting() -> bytes:
    return plain_picture("#226688", (128, 96))


async def test_a_command_becomes_a_painting_in_one_message(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        asked = await ann.say("/paint a castle by a lake --size 320x256 --seed 7")
        message = await ann.receives(lambda m: "1 of 1" in shown(m))
        assert message["reply_to_message"]["message_id"] == asked["message_id"]
        job = await harness.claim()
        assert (job.request.prompt, job.request.seed) == ("a castle by a lake", 7)
        assert (job.person, job.origin) == (f"telegram:{ann.id}", "telegram")
        await harness.engine.show(job, 50)
        frame = await ann.receives(lambda m: "photo" in m)
        assert frame["message_id"] == message["message_id"]
        assert "step 50 of" in shown(frame)
        await harness.engine.finish(job, plain_picture("#226688", (1024, 1024)))
        final = await ann.receives(lambda m: "Painted" in shown(m))
        assert final["message_id"] == message["message_id"]
        _, jpeg = harness.world.file(final["photo"][-1]["file_id"])
        with Image.open(io.BytesIO(jpeg)) as image:
            assert image.size == (1024, 1024)
        assert "Seed: 7" in shown(final)
        labels = [b["text"] for row in final["reply_markup"]["inline_keyboard"] for b in row]
        assert len(labels) == 7
        await harness.acknowledged(job)


async def test_a_chinese_prompt_is_shown_with_its_reading(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("/paint 雪山上的红色寺庙")
        message = await ann.receives(lambda m: "1 of 1" in shown(m))
        assert "Read as: red temple on a snowy mountain" in shown(message)
        await ann.say("/paint Замок на море")
        await ann.receives(lambda m: "English and Chinese can be read." in shown(m))


async def test_the_buttons_below_a_painting(harness: TelegramHarness, painting: bytes) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("/paint a castle --seed 7")
        job = await harness.claim()
        artwork = await harness.engine.finish(job, painting)
        final = await ann.receives(lambda m: "photo" in m)

        assert await ann.answered(await ann.press(final, "Full size")) < SOON
        document = await ann.receives(lambda m: "document" in m)
        png = harness.world.file(document["document"]["file_id"])[1]
        assert png == await harness.blobs.get(artwork.blob)

        assert await ann.answered(await ann.press(final, "Again")) < SOON
        again = await harness.claim()
        assert again.request.prompt == "a castle"
        assert again.request.seed != 7
        second = await ann.receives(after=document)
        assert second["reply_to_message"]["message_id"] == final["message_id"]
        await harness.engine.finish(again, painting)
        await ann.receives(lambda m: "photo" in m, after=document)

        assert await ann.answered(await ann.press(final, "Vary")) < SOON
        varied = await harness.claim()
        assert varied.request.init_image is not None
        await harness.engine.finish(varied, painting)
        await ann.receives(lambda m: "photo" in m, after=second)

        await ann.say("/mine")
        page = await ann.receives(lambda m: "Your paintings" in shown(m))
        assert "photo" in page

        bob = someone(harness.world, "Bob")
        query = await bob.forge(final, f"delete:{artwork.id}")
        await bob.answered(query)
        assert "not yours" in query["text"]
        await ann.press(final, "Delete")
        question = await ann.receives(lambda m: "for good" in shown(m))
        await ann.press(question, "Yes, delete it")
        gone = await ann.receives(lambda m: "was deleted" in shown(m) and "photo" in m)
        assert gone["message_id"] == final["message_id"]
        assert gone["photo"] != final["photo"]
        assert await harness.store.gallery.get(artwork.id) is not None


async def test_pages_are_turned_in_their_place(harness: TelegramHarness) -> None:
    for number in range(9):
        await harness.engine.publish_painting(f"a castle number {number}", seed=number)
    async with harness.bot():
        ann, chat = _in_group(harness, "Ann")
        await ann.say("/gallery", chat)
        first = await ann.receives(lambda m: "photo" in m, chat)
        assert "number 8" in shown(first)
        await ann.press(first, "Older")
        second = await ann.receives(lambda m: "number 4" in shown(m), chat)
        assert second["message_id"] == first["message_id"]
        await ann.press(second, "Newest")
        await ann.receives(lambda m: "number 8" in shown(m), chat)
        await ann.press(second, "1")
        one = await ann.receives(lambda m: "photo" in m)
        assert "number 4" in shown(one)


async def test_a_group_has_its_admins_and_its_privacy(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann, chat = _in_group(harness, "Ann")
        bob = someone(harness.world, "Bob")
        eve = someone(harness.world, "Eve", started=False)
        chat.standing |= {bob.id: "member", eve.id: "member", BOT_ID: "administrator"}
        await bob.say("/settings daily_quota 1", chat)
        refused = await bob.receives(chat=chat)
        assert "Only admins" in shown(refused)
        await ann.say("/settings daily_quota 1", chat)
        await ann.receives(lambda m: "Changed" in shown(m))
        assert (await harness.store.places.settings(f"telegram:{chat.id}")).daily_quota == 1

        await ann.promote(bob, chat, "administrator")
        await bob.say("/settings daily_quota default", chat)
        await bob.receives(lambda m: "Changed" in shown(m))

        await eve.say("/link", chat)
        told = await eve.receives(lambda m: "t.me/ganshare_bot" in shown(m), chat)
        assert "/link " not in shown(told)
        assert eve.chat.messages == {}
        await bob.say("/link", chat)
        await bob.receives(lambda m: "/link " in shown(m))
        assert not any("ten minutes" in shown(m) for m in chat.messages.values())


async def test_pictures_to_begin_from(harness: TelegramHarness, painting: bytes) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("/paint a castle", photo=painting)
        with_photo = await harness.claim()
        await ann.receives()
        bare = await ann.say("look", document=painting)
        await ann.say("/paint a bridge", reply_to=bare)
        with_document = await harness.claim()
        await ann.receives(lambda m: "bridge" in shown(m))
        for job in (with_photo, with_document):
            key = job.request.init_image
            assert key is not None
            with Image.open(io.BytesIO(await harness.blobs.get(key))) as image:
                assert image.format == "PNG"
        asked = await ann.say("/paint x", document=b"MZ" + bytes(5000), media_type="image/png")
        refused = await ann.receives(after=asked)
        assert "cannot be read as a picture" in shown(refused)
        bomb = io.BytesIO()
        Image.new("1", (8_000, 8_000)).save(bomb, "PNG")
        asked = await ann.say("/paint x", document=bomb.getvalue())
        refused = await ann.receives(after=asked)
        assert "64,000,000 pixels" in shown(refused)
        asked = await ann.say("/paint x", document=bytes(11 * 1024**2))
        refused = await ann.receives(after=asked)
        assert "11.0 MB" in shown(refused)
        fetched = [r for r in harness.world.requests if r.method == "getFile"]
        assert len(fetched) == 4  # the last one was too large to be fetched at all


HOSTILE = [
    "<b>bold</b><a href='tg://user?id=1'>x</a>",
    "*bold* _it_ [x](http://evil.example) ||spoiler|| `code`",
    "@everyone @durov @ganshare_bot",
    "abc\u202edef\u2066ghi",
    "a\u200bcastle\u200b\u2060",
    "Z\u0335\u0321\u0328alg" * 30,
    "'; DROP TABLE jobs; --",
    "'\"\\\x00\x07",
    "🏰" * 400,
]


async def test_hostile_prompts_are_shown_as_text(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann, chat = _in_group(harness, "Ann")
        for text in HOSTILE:
            asked = await ann.say(f"/paint {text}", chat)
            answer = await ann.receives(chat=chat, after=asked)
            entities = [*answer.get("entities", []), *answer.get("caption_entities", [])]
            assert {e["type"] for e in entities} <= {"bold", "url", "bot_command", "hashtag"}
            for letter in "\u202e\u2066\u200b\x00\x07":
                assert letter not in shown(answer)


async def test_what_cannot_be_painted_is_answered_in_one_sentence(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        for text in ("a" * 4000, "x " * 2000, "a --seed x", "a --size 9x9", ""):
            asked = await ann.say(f"/paint {text}")
            answer = shown(await ann.receives(after=asked))
            assert len(answer) < 300
            assert "\n" not in answer
        assert (await harness.store.queue.counts())["queued"] == 0


FORGED = [
    "", "again:", "again:nobody", "delete:x-sure", "x:y", "gallery:'; --", "cancel:" + "9" * 57,
    "link:AAAA", "again:\u202e", "mine:../../etc", "show:0", "master:0", "report:0", "vary:0",
]  # fmt: skip


async def test_forged_buttons_do_nothing_and_are_answered(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("/help")
        below = await ann.receives()
        for data in FORGED:
            await ann.answered(await ann.forge(below, data))
        assert (await harness.store.queue.counts())["queued"] == 0
        assert [r.code for r in harness.world.requests if r.code not in (200, 0)] == []


async def test_a_replayed_update_makes_no_second_painting(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        message = await ann.say("/paint a castle")
        await ann.receives()
        await harness.world.deliver("message", message)  # under another number, too
        harness.world.pending.append({"update_id": 1001, "message": message})
        await harness.world.notify()
        await ann.say("/queue")
        await ann.receives(lambda m: "Your paintings" in shown(m))
        assert (await harness.store.queue.counts())["queued"] == 1
        texts = [shown(m) for m in ann.chat.messages.values() if m["from"]["id"] == BOT_ID]
        assert len(texts) == 2


async def test_a_painting_whose_message_was_deleted_arrives_anew(
    harness: TelegramHarness, painting: bytes
) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("/paint a castle")
        message = await ann.receives()
        job = await harness.claim()
        harness.world.delete(ann.chat, message["message_id"])
        await harness.engine.show(job, 50)
        await asyncio.sleep(0.3)
        assert [m for m in ann.chat.messages.values() if m["from"]["id"] == BOT_ID] == []
        await harness.engine.finish(job, painting)
        await ann.receives(lambda m: "Painted" in shown(m) and "photo" in m)
        await harness.acknowledged(job)


async def test_who_is_thrown_out_of_the_group_tells_the_requester_once(
    harness: TelegramHarness, painting: bytes
) -> None:
    async with harness.bot():
        ann, chat = _in_group(harness, "Ann")
        await ann.say("/paint a castle", chat)
        await ann.receives(chat=chat)
        job = await harness.claim()
        await ann.kick(chat)
        await harness.engine.finish(job, painting)
        told = await ann.receives(lambda m: "photo" in m)
        assert "can no longer write" in shown(told)
        await harness.acknowledged(job)
        assert len(ann.chat.messages) == 1


async def test_who_blocked_the_bot_is_left_alone(harness: TelegramHarness, painting: bytes) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("/paint a castle")
        await ann.receives()
        job = await harness.claim()
        await ann.block()
        before = len(harness.world.requests)
        await harness.engine.finish(job, painting)
        await harness.acknowledged(job)
        tries = [r for r in harness.world.requests[before:] if r.method != "getUpdates"]
        assert len(tries) <= 3  # that an engine has it, the end, and a word in private


async def test_flood_control_delays_and_loses_nothing(
    harness: TelegramHarness, painting: bytes
) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("/paint a castle")
        await ann.receives()
        job = await harness.claim()
        loop = asyncio.get_running_loop()
        ann.chat.closed = loop.time() + 2
        await harness.engine.finish(job, painting)
        await ann.receives(lambda m: "Painted" in shown(m))
        assert loop.time() >= ann.chat.closed - 0.1
        refusals = [r for r in harness.world.requests if r.code == 429]
        assert len(refusals) <= 2  # progress and the end at the same moment


async def test_the_network_goes_and_the_painting_arrives_when_it_is_back(
    harness: TelegramHarness, painting: bytes
) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("/paint a castle")
        await ann.receives()
        job = await harness.claim()
        await harness.telegram.cut()
        await harness.engine.finish(job, painting)
        await asyncio.sleep(0.3)
        await harness.telegram.start()
        await ann.receives(lambda m: "Painted" in shown(m))
        await harness.acknowledged(job)


async def test_a_group_that_becomes_a_supergroup_keeps_settings_and_paintings(
    harness: TelegramHarness, painting: bytes
) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        chat = group(harness.world, "Painters", ann, kind="group")
        await ann.say("/settings max_side 512", chat)
        await ann.receives(lambda m: "Changed" in shown(m))
        await ann.say("/paint a castle", chat)
        await ann.receives(lambda m: "castle" in shown(m), chat)
        job = await harness.claim()
        new = await upgrade(harness.world, chat)
        await harness.engine.finish(job, painting)
        await ann.receives(lambda m: "photo" in m, new)

        async def moved() -> bool:
            return (await harness.store.places.settings(f"telegram:{new.id}")).max_side == 512

        await harness.until(moved)


async def test_a_slow_press_stops_turning_first(
    harness: TelegramHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "_SECONDS_TO_ALERT", 0.0)
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("/help")
        button = {"text": "Again", "callback_data": "again:nobody"}
        message = await ann.receives() | {"reply_markup": {"inline_keyboard": [[button]]}}
        query = await ann.forge(message, "again:nobody")
        assert await ann.answered(query) < SOON
        assert query["text"] == ""
        await ann.receives(lambda m: "There is no painting" in shown(m))


async def test_updates_come_by_webhook_where_that_is_wanted(harness: TelegramHarness) -> None:
    port = harness.free_port()
    hook = {
        "telegram_webhook_url": f"http://127.0.0.1:{port}/telegram",
        "telegram_webhook_secret": "s3cret",
        "telegram_webhook_listen": f"127.0.0.1:{port}",
    }
    async with harness.bot(**hook):
        ann = someone(harness.world, "Ann")
        await ann.say("/paint a castle")
        await ann.receives(lambda m: "1 of 1" in shown(m))
        await harness.world.until(lambda: harness.world.pending == [])
        assert not any(r.method == "getUpdates" for r in harness.world.requests)


async def test_commands_are_listed_in_every_language_and_for_admins(
    harness: TelegramHarness,
) -> None:
    async with harness.bot():
        listed = harness.world.commands
        names = {scope: [c["command"] for c in listed[scope, ""]] for scope, _ in listed}
        assert "settings" in names["all_chat_administrators"]
        assert "settings" not in names["all_private_chats"]
        assert {"paint", "random", "queue", "mine"} <= set(names["default"])
        chinese = {c["command"]: c["description"] for c in listed["all_group_chats", "zh"]}
        assert chinese["paint"] == "按提示词画一幅画。"


async def test_everybody_is_answered_in_their_language(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann", "zh-hans")
        await ann.say("/paint a castle --seed x")
        assert "必须" in shown(await ann.receives()) or "须" in shown(await ann.receives())


def _in_group(harness: TelegramHarness, name: str) -> tuple[TelegramUser, Chat]:
    person = someone(harness.world, name)
    return person, group(harness.world, "Painters", person)
