"""Keeps the counts on vote buttons up to date, whichever platform the votes came from.

The log of votes says which paintings have news. A message is edited at most once in a while, and
only its buttons are.
"""

import asyncio
import secrets

from bot.core.delivery.platform import Announcer, Away, MessageGone, PlaceGone, SlowDown
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.replies import Replies
from bot.core.round_entry import enterable
from ganshare.domain.community import Showing
from ganshare.domain.sales import Sale
from ganshare.domain.votes import LogKind
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger
from ganshare.store import Store

__all__ = ["VoteCounts"]

LOOK_SECONDS = 1.5
PAGE = 500
MOST_REMEMBERED = 10_000
_ABOUT_ROUNDS = frozenset({LogKind.OPEN, LogKind.WEIGH})

_log = get_logger(__name__)


class VoteCounts:
    """The vote buttons below one origin's messages.

    Args:
        look: seconds between two looks at the log; a message is edited no more often.
    """

    def __init__(
        self, store: Store, words: Catalogue, announcer: Announcer, *, look: float = LOOK_SECONDS
    ) -> None:
        self._store, self._announcer, self._look = store, announcer, look
        self._replies = Replies(words)
        self._waiting: set[str] = set()  # artworks
        self._labels: dict[str, tuple[int, bool, Sale | None]] = {}  # by message

    async def run(self) -> None:
        """Keep them up to date until cancelled."""
        last: int | None = None
        while True:
            try:
                if last is None:
                    newest = await self._store.votes.log.read(limit=1, newest=True)
                    last = newest[0].number if newest else 0
                last = await self._read(last)
                await self._relabel()
            except WorldError as error:
                _log.warning("votes cannot be read", reason=str(error))
            except Exception:
                _log.exception("buttons are not relabelled", id=secrets.token_hex(4))
            await asyncio.sleep(self._look)

    async def _read(self, last: int) -> int:
        """Note the paintings that the log tells of, after an entry; gives the last one."""
        while True:
            page = await self._store.votes.log.read(last, PAGE)
            self._waiting |= {each.artwork for each in page if each.kind not in _ABOUT_ROUNDS}
            last = page[-1].number if page else last
            if len(page) < PAGE:
                self._waiting.discard("")
                return last

    async def _relabel(self) -> None:
        artworks, self._waiting = list(self._waiting), set()
        if not artworks:
            return
        showings = await self._store.posts.of_artworks(artworks, self._announcer.origin)
        votes = await self._store.votes.count({each.artwork for each in showings})
        late = await asyncio.gather(*(self._edit(each, votes[each.artwork]) for each in showings))
        self._waiting |= {each for each in late if each}

    async def _edit(self, showing: Showing, votes: int) -> str:
        """Write the count into one message; gives its painting if that has to wait."""
        artwork = await self._store.gallery.get(showing.artwork)
        if artwork is None or not artwork.public:  # its messages may show it no more
            return ""
        job = await self._store.queue.get(artwork.job)
        may_enter = job is not None and await enterable(self._store, job, artwork.id)
        sale = (await self._store.sales.of_artworks([artwork.id])).get(artwork.id)
        if self._labels.get(showing.message) == (votes, may_enter, sale):
            return ""
        buttons = self._replies.painting_buttons(
            artwork.id, showing.locale, votes, may_enter=may_enter, sale=sale
        )
        try:
            await self._announcer.relabel(showing.address, buttons)
        except (SlowDown, Away):
            return showing.artwork
        except (MessageGone, PlaceGone):
            await self._store.posts.remove(showing.origin, showing.message)
            return ""
        if len(self._labels) >= MOST_REMEMBERED:
            self._labels.clear()
        self._labels[showing.message] = (votes, may_enter, sale)
        return ""
