"""Parses an update: a command with its text and picture, or a button press."""

import base64
import binascii
import re
from dataclasses import dataclass

from telegram import Document, Message, MessageEntity, PhotoSize

from bot.core.commands.definitions import COMMANDS
from bot.core.init_image import MAX_BYTES
from bot.core.messages import Person, Place, Rank
from bot.core.rendering.errors import RefusalError
from bot.telegram.message_refs import Spot, person_id

__all__ = [
    "BEGIN",
    "HELP",
    "Line",
    "author_of",
    "fetch_picture",
    "lacks_artwork",
    "picture_of",
    "place_of",
    "prompt_in_start",
    "read_line",
    "spot_of",
    "start_with",
]

HELP, BEGIN = "help", ""  # all commands; how to begin
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_LINE = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?:\s+|$)(.*)", re.DOTALL)
_ARTWORK = re.compile(r"\b[0-9a-f]{20,24}\b|--artwork")
LONGEST_START = 64  # letters that Telegram takes behind /start
_PROMPT = "p-"
_KNOWN = frozenset(command.name for command in COMMANDS)


@dataclass(frozen=True, slots=True)
class Line:
    """A command as it was typed.

    Args:
        words: all that follows it.
        edits: the painting or job whose prompt these words take the place of.
        question: the message of ours that asked for them.
    """

    command: str
    words: str
    edits: str = ""
    question: int | None = None


def read_line(message: Message, bot_name: str) -> Line | None:
    """Read a message's command; None if it is not for this bot.

    In a private chat everything is for the bot: a text that is no command is a prompt, and a
    picture asks how to begin. In a group an unknown command may be another bot's, unless this one
    is named.
    """
    text = message.text or message.caption or ""
    is_private = message.chat.type == "private"
    found = _LINE.match(text)
    if found is None:
        question = message.reply_to_message
        if message.text and question and (subject := _asked_about(question, bot_name)):
            return Line("paint", message.text, subject, question.message_id)
        if not is_private:
            return None
        if message.text:
            return Line("paint", message.text)
        return Line(BEGIN, "") if message.photo or message.document else None
    name, named, words = found[1].lower(), found[2], found[3]
    if named and named.lower() != bot_name.lower():
        return None
    if name == "start":  # what the button of a new chat sends; after it may stand a stranger's word
        prompt = prompt_in_start(words.strip())
        return Line(BEGIN, prompt) if prompt else Line(HELP, "")
    return Line(name, words) if name in _KNOWN or named or is_private else None


def lacks_artwork(line: Line) -> bool:
    """Whether a command takes a painting, and its words name none."""
    command = next((each for each in COMMANDS if each.name == line.command), None)
    takes = command is not None and any(each.name == "artwork" for each in command.parameters)
    return takes and _ARTWORK.search(line.words) is None


def _asked_about(question: Message, bot_name: str) -> str:
    """The painting that a message of ours asks for another prompt of, "" if it does not.

    Its last entity names it; what people type never becomes such an entity of ours.
    """
    if question.from_user is None or question.from_user.username != bot_name:
        return ""
    named = [each for each in question.entities if each.type == MessageEntity.CODE]
    return question.parse_entity(named[-1]) if named else ""


def author_of(message: Message, rank: Rank) -> Person | None:
    """Who wrote a message; None for bots.

    Channels, and admins who hide behind their group, write in the name of a chat.
    """
    if message.sender_chat is not None:
        hidden = Rank.ADMIN if message.sender_chat.id == message.chat.id else rank
        chat = message.sender_chat
        return Person(person_id(chat.id), chat.title or "", hidden)
    user = message.from_user
    if user is None or user.is_bot:
        return None
    return Person(person_id(user.id), user.full_name, rank, user.language_code or "en")


def picture_of(message: Message) -> PhotoSize | Document | None:
    """The picture that comes with a message, else that of the message it replies to.

    Own documents of any type are accepted; the dispatcher checks their bytes. Whoever replies to a
    video, a PDF or a zip talks about it, and does not hand it over.
    """
    answered = message.reply_to_message
    for each in (message, answered):
        if each is not None and each.photo:
            return each.photo[-1]
        if each is None or each.document is None:
            continue
        if each is message or each.document.mime_type in _PICTURES:
            return each.document
    return None


def place_of(message: Message) -> Place:
    """Where a message stands."""
    return Place(person_id(message.chat.id), message.chat.type == "private")


def spot_of(message: Message) -> Spot:
    """Where to answer a message."""
    thread = message.message_thread_id if message.is_topic_message else None
    return Spot(message.chat.id, message.message_id, thread)


async def fetch_picture(picture: PhotoSize | Document) -> bytes:
    """Fetch an attached picture; raises RefusalError if it is too large."""
    size = picture.file_size or 0
    if size > MAX_BYTES:
        raise RefusalError(
            "refusal-picture-large",
            given=f"{size / 1024**2:.1f}",
            allowed=str(MAX_BYTES // 1024**2),
        )
    file = await picture.get_file()
    return bytes(await file.download_as_bytearray())


def start_with(prompt: str) -> str:
    """What stands behind /start so that the private chat begins with a prompt, if it fits."""
    coded = _PROMPT + base64.urlsafe_b64encode(prompt.encode()).decode().rstrip("=")
    return coded if prompt and len(coded) <= LONGEST_START else HELP


def prompt_in_start(word: str) -> str:
    """Read what `start_with` gave; "" if there is no prompt in it."""
    coded = word.removeprefix(_PROMPT)
    if coded == word or not coded.isascii():
        return ""
    try:
        return base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""
