"""The stand-in answers a real client as the real Bot API does."""

import asyncio
import io

import pytest
from PIL import Image
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Update
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, NetworkError, RetryAfter

from bot.testing.telegram_people import group, shown, someone, upgrade
from bot.testing.telegram_server import TelegramServer
from bot.testing.telegram_spec import TelegramSpecification, find_specification
from ganshare.testing import TIMEOUT


async def test_updates_come_again_until_they_are_confirmed(
    telegram: TelegramServer, client: Bot
) -> None:
    ann = someone(telegram.world, "Ann")
    await ann.say("/paint a castle")
    first = await client.get_updates(timeout=0)
    again = await client.get_updates(timeout=0)
    assert [each.update_id for each in first] == [each.update_id for each in again]
    assert await client.get_updates(offset=first[0].update_id + 1, timeout=0) == ()
    message = first[0].message
    assert message is not None
    assert message.text == "/paint a castle"
    assert message.from_user is not None
    assert message.from_user.language_code == "en"


async def test_a_long_poll_ends_with_the_update(telegram: TelegramServer, client: Bot) -> None:
    polling = asyncio.create_task(client.get_updates(timeout=900))
    ann = someone(telegram.world, "Ann")
    await asyncio.sleep(0.05)
    await ann.say("hello")
    assert len(await asyncio.wait_for(polling, TIMEOUT)) == 1


async def test_a_second_poller_ends_the_first(telegram: TelegramServer, client: Bot) -> None:
    first = asyncio.create_task(client.get_updates(timeout=900))
    await telegram.world.until(lambda: telegram.world.requests)
    base = telegram.environment["BOT_TELEGRAM_BASE_URL"]
    async with Bot(telegram.token, base_url=base) as other:
        await other.get_updates(timeout=0)
    with pytest.raises(Conflict, match="terminated by other getUpdates"):
        await first


async def test_a_webhook_excludes_polling(telegram: TelegramServer, client: Bot) -> None:
    await client.set_webhook("http://127.0.0.1:1/hook", secret_token="s")
    with pytest.raises(Conflict, match="webhook is active"):
        await client.get_updates(timeout=0)
    await client.delete_webhook()
    assert await client.get_updates(timeout=0) == ()


async def test_a_message_can_be_edited_and_not_twice_alike(
    telegram: TelegramServer, client: Bot
) -> None:
    ann = someone(telegram.world, "Ann")
    sent = await client.send_message(ann.id, "one")
    await client.edit_message_text("two", ann.id, sent.message_id)
    assert shown(ann.chat.messages[sent.message_id]) == "two"
    with pytest.raises(BadRequest, match="Message is not modified"):
        await client.edit_message_text("two", ann.id, sent.message_id)
    await client.delete_message(ann.id, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await client.edit_message_text("three", ann.id, sent.message_id)


async def test_a_text_becomes_a_photo_and_the_photo_keeps_its_place(
    telegram: TelegramServer, client: Bot, png: bytes
) -> None:
    ann = someone(telegram.world, "Ann")
    sent = await client.send_message(ann.id, "one")
    media = InputMediaPhoto(png, "two")
    await client.edit_message_media(media, ann.id, sent.message_id)
    message = ann.chat.messages[sent.message_id]
    assert (shown(message), "text" in message) == ("two", False)
    file = await client.get_file(message["photo"][-1]["file_id"])
    with Image.open(io.BytesIO(await file.download_as_bytearray())) as image:
        assert image.size == (96, 64)


@pytest.mark.parametrize("length", [4096, 4097])
async def test_texts_have_at_most_4096_utf16_units(
    telegram: TelegramServer, client: Bot, length: int
) -> None:
    ann = someone(telegram.world, "Ann")
    text = "🖼" * (length // 2) + "a" * (length % 2)
    if length > 4096:
        with pytest.raises(BadRequest, match="Message is too long"):
            await client.send_message(ann.id, text)
    else:
        await client.send_message(ann.id, text)


async def test_captions_and_button_data_have_their_limits(
    telegram: TelegramServer, client: Bot, png: bytes
) -> None:
    ann = someone(telegram.world, "Ann")
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await client.send_photo(ann.id, png, caption="a" * 1025)
    markup = InlineKeyboardMarkup.from_button(InlineKeyboardButton("x", callback_data="é" * 33))
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        await client.send_message(ann.id, "hello", reply_markup=markup)
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await client.send_photo(ann.id, b"no picture")


async def test_a_group_takes_twenty_messages_a_minute_edits_included(
    telegram: TelegramServer, client: Bot
) -> None:
    chat = group(telegram.world, "Painters", someone(telegram.world, "Ann"))
    sent = await client.send_message(chat.id, "0")
    for number in range(1, 20):
        await client.edit_message_text(str(number), chat.id, sent.message_id)
    with pytest.raises(RetryAfter) as raised:
        await client.send_message(chat.id, "one too many")
    assert raised.value.retry_after


async def test_those_who_blocked_or_never_wrote_are_not_reached(
    telegram: TelegramServer, client: Bot
) -> None:
    ann = someone(telegram.world, "Ann")
    await ann.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await client.send_message(ann.id, "hello")
    stranger = someone(telegram.world, "Bob", started=False)
    with pytest.raises(Forbidden, match="can't initiate"):
        await client.send_message(stranger.id, "hello")
    with pytest.raises(BadRequest, match="Chat not found"):
        await client.send_message(12, "hello")


async def test_an_upgraded_group_says_where_it_went(telegram: TelegramServer, client: Bot) -> None:
    chat = group(telegram.world, "Painters", someone(telegram.world, "Ann"), kind="group")
    new = await upgrade(telegram.world, chat)
    with pytest.raises(ChatMigrated) as raised:
        await client.send_message(chat.id, "hello")
    assert raised.value.new_chat_id == new.id


async def test_a_bot_in_privacy_mode_reads_commands_and_replies_only(
    telegram: TelegramServer, client: Bot
) -> None:
    ann = someone(telegram.world, "Ann")
    chat = group(telegram.world, "Painters", ann)
    await ann.say("how are you", chat)
    await ann.say("/paint@another_bot a dog", chat)
    await ann.say("/paint a castle", chat)
    texts = [each.message.text for each in await client.get_updates(timeout=0) if each.message]
    assert texts == ["/paint a castle"]


async def test_a_press_is_answered_once_and_forgotten_then(
    telegram: TelegramServer, client: Bot
) -> None:
    ann = someone(telegram.world, "Ann")
    markup = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Again", callback_data="a:1"))
    await client.send_message(ann.id, "hello", reply_markup=markup)
    query = await ann.press(await ann.receives(), "again")
    (update,) = await client.get_updates(timeout=0, allowed_updates=Update.ALL_TYPES)
    assert update.callback_query is not None
    assert update.callback_query.data == "a:1"
    await client.answer_callback_query(update.callback_query.id)
    assert await ann.answered(query) < 5
    with pytest.raises(BadRequest, match="Query is too old"):
        await client.answer_callback_query("12345")


async def test_a_cut_connection_is_a_network_error_and_nothing_is_lost(
    telegram: TelegramServer, client: Bot
) -> None:
    ann = someone(telegram.world, "Ann")
    polling = asyncio.create_task(client.get_updates(timeout=900))
    await asyncio.sleep(0.05)
    await telegram.cut()
    with pytest.raises(NetworkError):
        await polling
    await ann.say("/paint a castle")
    await telegram.start()
    assert len(await client.get_updates(timeout=0)) == 1


def test_the_description_finds_what_is_wrong_with_a_request() -> None:
    found = find_specification()
    if found is None:
        pytest.skip("the official description is not at hand")
    wrong = {"chat_id": "x y", "text": "hello", "reply_markup": '{"inline_keyboard": [[{}]]}'}
    assert found.faults("sendMessage", {"chat_id": "1", "text": "7"}, ()) == []
    (fault,) = found.faults("sendMessage", wrong, ())
    assert "InlineKeyboardButton lacks text" in fault
    assert found.faults("sendMessage", {"chat_id": "1"}, ()) == ["sendMessage lacks text"]
    assert found.faults("sendMesage", {}, ()) == ["there is no method sendMesage"]
    assert found.faults("getMe", {"when": "now"}, ()) == ["getMe has no when"]
    assert TelegramSpecification({}, {}).faults("getMe", {}, ()) != []
