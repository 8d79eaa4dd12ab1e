"""Invites holders of shares into their group on Telegram, and puts out who sold theirs."""

import time

from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from bot.core.rendering.catalogue import Catalogue
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger

__all__ = ["HolderGroup"]

_DAY = 86_400
_log = get_logger(__name__)


class HolderGroup:
    """The group of the setting SHARES_TELEGRAM_CHAT; the bot is an administrator there."""

    origin = "telegram"

    def __init__(self, bot: "ExtBot[int]", chat: str, words: Catalogue) -> None:
        self._bot, self._words = bot, words
        self._chat: int | str = chat if chat.startswith("@") else int(chat)
        self.name = f"telegram:{chat}"

    async def admit(self, account: str) -> bool:
        """Send someone an address that lets one in, once and for a day."""
        user = _number(account)
        if user is None:
            return False
        try:
            link = await self._bot.create_chat_invite_link(
                self._chat,
                member_limit=1,
                expire_date=int(time.time()) + _DAY,
                name="holder of a share",
            )
            said = (  # nobody knows what someone reads who has written nothing yet
                self._words.say(language, "shares-invitation", url=link.invite_link)
                for language in self._words.languages
            )
            await self._bot.send_message(user, "\n\n".join(said))
        except (BadRequest, Forbidden) as error:
            _log.warning("a holder cannot be invited", reason=error.message)
            return False
        except TelegramError as error:
            raise WorldError(f"Telegram cannot be reached: {error.message}.") from error
        return True

    async def dismiss(self, account: str) -> bool:
        """Put someone out of the group; they may come back with a new invitation."""
        user = _number(account)
        if user is None:
            return True
        try:
            await self._bot.ban_chat_member(self._chat, user)
            await self._bot.unban_chat_member(self._chat, user, only_if_banned=True)
        except (BadRequest, Forbidden) as error:
            _log.warning("who sold a share cannot be put out", reason=error.message)
            return False
        except TelegramError as error:
            raise WorldError(f"Telegram cannot be reached: {error.message}.") from error
        return True


def _number(account: str) -> int | None:
    text = account.partition(":")[2]
    return int(text) if text.isdecimal() else None
