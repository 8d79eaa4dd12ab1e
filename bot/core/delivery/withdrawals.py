"""Takes paintings out of messages once they are hidden, deleted or vetoed, on each platform.

What is still to be done stands in the store, so that nothing is forgotten by a restart.
"""

import asyncio
import secrets

from bot.core.delivery.platform import Away, MessageGone, PlaceGone, SlowDown, Withdrawer
from bot.core.messages import Reply
from bot.core.rendering.catalogue import Catalogue
from ganshare.domain.community import Showing
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger
from ganshare.store import Store

__all__ = ["Withdrawals"]

LOOK_SECONDS = 2.0

_log = get_logger(__name__)


class Withdrawals:
    """Looks after one origin's messages that show a painting; run it beside the announcer.

    A job's own message is the delivery service's.
    """

    def __init__(
        self, store: Store, announcer: Withdrawer, words: Catalogue, *, look: float = LOOK_SECONDS
    ) -> None:
        self._store, self._announcer, self._words, self._look = store, announcer, words, look

    async def run(self) -> None:
        """Run until cancelled; failures are logged and retried."""
        while True:
            try:
                await self.look()
            except WorldError as error:
                _log.warning("paintings are not taken out of messages", reason=str(error))
            except Exception:
                number = secrets.token_hex(4)
                _log.exception("paintings are not taken out of messages", id=number)
            await asyncio.sleep(self._look)

    async def look(self) -> None:
        """Do once everything that is due."""
        due = await self._store.posts.to_withdraw(self._announcer.origin)
        await asyncio.gather(*(self._withdraw(each) for each in due))

    async def _withdraw(self, showing: Showing) -> None:
        text = self._words.say(showing.locale, "withdrawn")
        try:
            await self._announcer.withdraw(showing.address, Reply(text=text))
        except (SlowDown, Away) as error:
            _log.info("a message is renewed later", message=showing.message, reason=str(error))
            return
        except (MessageGone, PlaceGone) as error:
            _log.info("a message is gone already", message=showing.message, reason=str(error))
        await self._store.posts.remove(showing.origin, showing.message)
