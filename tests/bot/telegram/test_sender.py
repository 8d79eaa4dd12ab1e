"""One message per job, from text to photo, over the wire; and what goes wrong on the way."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from telegram.ext import ExtBot

from bot.core.delivery.platform import Away, MessageGone, PlaceGone, SlowDown
from bot.core.messages import Action, Button, File, Reply
from bot.telegram.message_refs import MessageRef, Spot
from bot.telegram.messenger import TelegramMessenger
from bot.telegram.rate_limiter import RateLimits, TelegramRateLimiter
from bot.telegram.sender import Sender
from bot.testing.telegram_people import group, shown, someone, upgrade
from bot.testing.telegram_server import TelegramServer
from ganshare.domain.jobs import Job, JobState
from ganshare.testing import make_request

BUTTONS = ((Button(Action.AGAIN, "1", "Again"),),)


@pytest.fixture
async def sender(telegram: TelegramServer) -> AsyncIterator[Sender]:
    base = telegram.environment["BOT_TELEGRAM_BASE_URL"]
    pace = TelegramRateLimiter(
        RateLimits(group=10**6, private_gap=0.0)
    )  # how often is another test's business
    async with ExtBot(telegram.token, base_url=base, rate_limiter=pace) as bot:
        yield Sender(bot)


@pytest.fixture
def messenger(sender: Sender) -> TelegramMessenger:
    return TelegramMessenger(sender)


@pytest.fixture
def picture(png: bytes) -> Reply:
    return Reply(
        "Painted", "a castle", pictures=(File(png, "x.png", "image/png"),), buttons=BUTTONS
    )


def job(chat: int, state: JobState = JobState.RUNNING, **more: Any) -> Job:
    values: dict[str, Any] = dict.fromkeys(Job.__slots__, None)
    values |= {"id": "j", "state": state, "request": make_request(), "reply_to": {"chat": chat}}
    return Job(**(values | more))


async def test_a_text_becomes_a_photo_then_another_one_in_the_same_place(
    telegram: TelegramServer, messenger: TelegramMessenger, picture: Reply
) -> None:
    ann = someone(telegram.world, "Ann")
    address = await messenger.show(job(ann.id), None, Reply("Waiting: 1 of 1", "a castle"))
    assert shown(await ann.receives()) == "Waiting: 1 of 1\na castle"
    address = await messenger.show(job(ann.id), address, picture)
    address = await messenger.show(job(ann.id), address, replace(picture, title="Step 2"))
    address = await messenger.show(job(ann.id, JobState.DONE), address, picture)
    (message,) = ann.chat.messages.values()
    assert len(ann.chat.history) == 4
    assert (shown(message), "photo" in message) == ("Painted\na castle", True)
    assert message["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "again:1"


async def test_the_same_once_more_was_shown_well(
    telegram: TelegramServer, messenger: TelegramMessenger
) -> None:
    ann = someone(telegram.world, "Ann")
    reply = Reply("Waiting", "a castle")
    address = await messenger.show(job(ann.id), None, reply)
    assert await messenger.show(job(ann.id), address, reply) == address


async def test_a_server_where_texts_stay_texts_gets_the_photo_as_a_new_message(
    telegram: TelegramServer, messenger: TelegramMessenger, picture: Reply
) -> None:
    telegram.methods.replaces_text = False
    ann = someone(telegram.world, "Ann")
    first = await messenger.show(job(ann.id), None, Reply("Waiting"))
    second = await messenger.show(job(ann.id), first, picture)
    assert second["message"] != first["message"]
    (message,) = ann.chat.messages.values()
    assert "photo" in message


async def test_progress_without_a_frame_keeps_the_last_one_and_a_deleted_painting_goes(
    telegram: TelegramServer, messenger: TelegramMessenger, picture: Reply
) -> None:
    ann = someone(telegram.world, "Ann")
    address = await messenger.show(job(ann.id), None, picture)
    before = (await ann.receives())["photo"]
    await messenger.show(job(ann.id), address, Reply("Painting: step 7"))
    assert (await ann.receives())["photo"] == before
    await messenger.show(job(ann.id, JobState.DONE), address, Reply("Deleted"))
    message = await ann.receives()
    assert shown(message) == "Deleted"
    assert message["photo"] != before
    assert "reply_markup" not in message


async def test_an_address_that_is_wrong_about_the_photo_is_put_right(
    telegram: TelegramServer, messenger: TelegramMessenger, picture: Reply
) -> None:
    ann = someone(telegram.world, "Ann")
    address = await messenger.show(job(ann.id), None, picture)
    stale = {**address, "is_photo": False}
    fresh = await messenger.show(job(ann.id), stale, Reply("Painting: step 7"))
    assert fresh["is_photo"]
    assert shown(await ann.receives()) == "Painting: step 7"


async def test_errors_are_those_of_delivery(
    telegram: TelegramServer, messenger: TelegramMessenger
) -> None:
    world = telegram.world
    ann, bob = someone(world, "Ann"), someone(world, "Bob")
    chat = group(world, "Painters", ann)
    address = await messenger.show(job(chat.id), None, Reply("Waiting"))
    world.delete(chat, address["message"])
    with pytest.raises(MessageGone):
        await messenger.show(job(chat.id), address, Reply("Painting"))
    chat.missing.add("text messages")
    with pytest.raises(PlaceGone, match="Not enough rights"):
        await messenger.show(job(chat.id, JobState.DONE), None, Reply("Painted"))
    await ann.kick(chat)
    with pytest.raises(PlaceGone, match="kicked"):
        await messenger.show(job(chat.id, JobState.DONE), None, Reply("Painted"))
    await bob.block()
    with pytest.raises(PlaceGone, match="blocked"):
        await messenger.tell(f"telegram:{bob.id}", Reply("Hello"))
    with pytest.raises(PlaceGone, match="Chat not found"):
        await messenger.tell("telegram:4242", Reply("Hello"))
    with pytest.raises(PlaceGone):
        await messenger.tell("discord:42", Reply("Hello"))
    with pytest.raises(PlaceGone):
        await messenger.show(job(ann.id, reply_to={}), None, Reply("Waiting"))
    await telegram.cut()
    with pytest.raises(Away):
        await messenger.tell(f"telegram:{ann.id}", Reply("Hello"))


async def test_flood_control_says_when_to_come_back_and_the_chat_is_left_alone_till_then(
    telegram: TelegramServer, messenger: TelegramMessenger
) -> None:
    ann = someone(telegram.world, "Ann")
    address = await messenger.show(job(ann.id), None, Reply("Waiting"))
    ann.chat.closed = telegram.world.requests[-1].at + 5
    with pytest.raises(SlowDown) as raised:
        await messenger.show(job(ann.id), address, Reply("Painting"))
    assert 3 <= raised.value.seconds <= 5
    before = len(telegram.world.requests)
    with pytest.raises(SlowDown):
        await messenger.show(job(ann.id, JobState.DONE), address, Reply("Painted"))
    assert len(telegram.world.requests) == before


async def test_a_group_that_moved_is_followed(
    telegram: TelegramServer, messenger: TelegramMessenger, picture: Reply
) -> None:
    ann = someone(telegram.world, "Ann")
    chat = group(telegram.world, "Painters", ann, kind="group")
    address = await messenger.show(job(chat.id), None, Reply("Waiting"))
    new = await upgrade(telegram.world, chat)
    with pytest.raises(MessageGone):
        await messenger.show(job(chat.id), address, Reply("Painting"))
    final = await messenger.show(job(chat.id, JobState.DONE), None, picture)
    assert final["chat"] == new.id
    assert "photo" in await ann.receives(chat=new)


async def test_the_master_is_a_document_with_its_own_bytes(
    telegram: TelegramServer, sender: Sender, png: bytes
) -> None:
    ann = someone(telegram.world, "Ann")
    reply = Reply("Full size", document=File(png, "ganshare-1.png", "image/png"))
    await sender.send(Spot(ann.id), reply)
    document = (await ann.receives())["document"]
    assert (document["file_name"], document["mime_type"]) == ("ganshare-1.png", "image/png")
    assert telegram.world.file(document["file_id"])[1] == png


async def test_an_answer_stands_below_the_question_as_long_as_that_is_there(
    telegram: TelegramServer, sender: Sender
) -> None:
    ann = someone(telegram.world, "Ann")
    asked = await ann.say("/help")
    await sender.send(Spot(ann.id, asked["message_id"]), Reply("Help"))
    assert (await ann.receives())["reply_to_message"]["message_id"] == asked["message_id"]
    telegram.world.delete(ann.chat, asked["message_id"])
    sent = await sender.send(Spot(ann.id, asked["message_id"]), Reply("Help"))
    assert "reply_to_message" not in ann.chat.messages[sent.message]


async def test_links_in_texts_show_no_preview(telegram: TelegramServer, sender: Sender) -> None:
    ann = someone(telegram.world, "Ann")
    await sender.send(Spot(ann.id), Reply("See https://example.com"))
    assert '"is_disabled": true' in telegram.world.requests[-1].form["link_preview_options"]


def test_addresses_are_read_as_they_are_written() -> None:
    assert MessageRef.from_json(MessageRef(-5, 6, True, 7).to_json()) == MessageRef(-5, 6, True, 7)
    assert Spot.from_json({"chat": 5, "desk": {}}) == Spot(5)
