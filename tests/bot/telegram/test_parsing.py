"""Messages become commands, or nothing, where they are not for this bot."""

from typing import Any

import pytest
from telegram import Message

from bot.core.messages import Rank
from bot.telegram.parsing import Line, author_of, picture_of, place_of, read_line, spot_of

PRIVATE = {"id": 7, "type": "private", "first_name": "Ann"}
GROUP = {"id": -7, "type": "supergroup", "title": "Painters"}
ANN = {
    "id": 7,
    "is_bot": False,
    "first_name": "Ann",
    "last_name": "Lee",
    "language_code": "zh-hans",
}
PHOTO = {"file_id": "p", "file_unique_id": "p", "width": 10, "height": 10}
DOCUMENT = {"file_id": "d", "file_unique_id": "d", "mime_type": "image/png"}


def message(text: str = "", chat: dict[str, Any] = GROUP, **more: Any) -> Message:
    values = {"message_id": 5, "date": 0, "chat": chat, "from": ANN, "text": text, **more}
    made = Message.de_json(values)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("/paint a castle", Line("paint", "a castle")),
        ("/paint@ganshare_bot a castle", Line("paint", "a castle")),
        ("/PAINT@GANshare_Bot\na castle\nby a lake", Line("paint", "a castle\nby a lake")),
        ("/queue", Line("queue", "")),
        ("/paint@other_bot a castle", None),
        ("/unheard_of", None),
        ("/unheard_of@ganshare_bot", Line("unheard_of", "")),
        ("/paintings", None),
        ("how about /paint", None),
        ("a castle", None),
        ("", None),
    ],
)
def test_commands_in_a_group(text: str, line: Line | None) -> None:
    assert read_line(message(text), "ganshare_bot") == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("/paint a castle", Line("paint", "a castle")),
        ("/unheard_of x", Line("unheard_of", "x")),
        ("/start a-strangers-code", Line("help", "")),
        ("a red fox", Line("paint", "a red fox")),
        ("", None),  # somebody joined, a chat was pinned
    ],
)
def test_in_a_private_chat_everything_is_for_the_bot(text: str, line: Line | None) -> None:
    assert read_line(message(text, PRIVATE), "ganshare_bot") == line


def test_a_caption_may_be_a_command() -> None:
    made = message("", caption="/paint a castle", photo=[PHOTO])
    assert read_line(made, "ganshare_bot") == Line("paint", "a castle")
    picture = picture_of(made)
    assert picture is not None
    assert picture.file_id == "p"


def test_the_picture_may_be_in_the_message_that_is_replied_to() -> None:
    replied = {"message_id": 4, "date": 0, "chat": GROUP, "from": ANN}
    made = message("/paint a castle", reply_to_message={**replied, "document": DOCUMENT})
    picture = picture_of(made)
    assert picture is not None
    assert picture.file_id == "d"
    assert picture_of(message("/paint x", reply_to_message={**replied, "text": "y"})) is None


def test_people_places_and_topics() -> None:
    made = message("/paint x", message_thread_id=3, is_topic_message=True)
    person = author_of(made, Rank.ADMIN)
    assert person is not None
    assert (person.id, person.name, person.locale) == ("telegram:7", "Ann Lee", "zh-hans")
    assert person.rank is Rank.ADMIN
    assert (place_of(made).id, place_of(made).is_private) == ("telegram:-7", False)
    assert spot_of(made).to_json() == {"chat": -7, "message": 5, "thread": 3}
    assert place_of(message("x", PRIVATE)).is_private


def test_bots_are_not_answered() -> None:
    assert author_of(message("/paint x", **{"from": {**ANN, "is_bot": True}}), Rank.MEMBER) is None


def test_who_writes_in_the_name_of_the_group_is_an_admin_of_it() -> None:
    hidden = author_of(message("/settings", sender_chat=GROUP), Rank.MEMBER)
    channel = author_of(
        message("/settings", sender_chat={"id": -8, "type": "channel", "title": "News"}),
        Rank.MEMBER,
    )
    assert hidden is not None
    assert channel is not None
    assert (hidden.id, hidden.rank) == ("telegram:-7", Rank.ADMIN)
    assert (channel.id, channel.rank) == ("telegram:-8", Rank.MEMBER)
