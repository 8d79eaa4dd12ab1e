"""Translates errors of python-telegram-bot into those of `bot.core.delivery.platform`."""

from collections.abc import Iterator
from contextlib import contextmanager

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter
from telegram.error import TelegramError as AnyTrouble

from bot.core.delivery.platform import Away, MessageGone, PlaceGone, SlowDown, TopicClosed
from bot.telegram.rate_limiter import seconds_of

__all__ = ["as_messenger_errors", "is_no_media", "is_no_text", "is_unchanged"]

_MESSAGE_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_TOPIC_GONE = ("topic_closed", "topic_deleted", "message thread not found", "topic_id_invalid")


@contextmanager
def as_messenger_errors() -> Iterator[None]:
    """Translate the errors of Telegram requests within the block."""
    try:
        yield
    except RetryAfter as error:
        raise SlowDown(seconds_of(error)) from error
    except (Forbidden, ChatMigrated) as error:
        raise PlaceGone(f"Telegram says: {error.message}.") from error
    except BadRequest as error:
        if _says(error, *_MESSAGE_GONE):
            raise MessageGone(f"Telegram says: {error.message}.") from error
        if _says(error, *_TOPIC_GONE):
            raise TopicClosed(f"Telegram says: {error.message}.") from error
        # Chats that are unknown, rights that are missing: there are many words for
        # it, and no code. Other refusals would be repeated forever.
        raise PlaceGone(f"Telegram says: {error.message}.") from error
    except InvalidToken as error:
        raise Away("Telegram refuses the token.") from error
    except AnyTrouble as error:
        raise Away(f"Telegram cannot be reached: {error.message}.") from error


def is_unchanged(error: BadRequest) -> bool:
    """Whether the message already was as it should be."""
    return _says(error, "message is not modified")


def is_no_media(error: BadRequest) -> bool:
    """Whether a text should have become a photo, where the server does not do that."""
    return _says(error, "there is no media in the message")


def is_no_text(error: BadRequest) -> bool:
    """Whether a photo was taken for a text, or the other way round."""
    return _says(error, "there is no text in the message", "there is no caption in the message")


def _says(error: BadRequest, *words: str) -> bool:
    return any(each in error.message.casefold() for each in words)
