"""Draws the prompts of /random, and says why one was drawn."""

import asyncio
import time

from bot.core.rendering.catalogue import Catalogue
from ganshare.errors import AskerError
from ganshare.monitoring.log import get_logger
from ganshare.prompts.markov import MARKOV
from ganshare.prompts.sources import MakeSource
from ganshare.prompts.thompson import Idea, PromptSource, Record, ThompsonSource
from ganshare.store import Store

__all__ = ["Prompts", "why_line"]

FRESH_SECONDS = 300.0  # for which what rounds taught is not read again
MOST_REASONS = 2

_log = get_logger(__name__)


class Prompts:
    """The owner's source of prompts, with what the ended rounds have taught by now.

    Args:
        make: makes the source; `ThompsonSource` if left out.
    """

    def __init__(self, store: Store, make: MakeSource = ThompsonSource) -> None:
        self._store, self._make = store, make
        self._source: PromptSource | None = None
        self._fallback = ThompsonSource(Record())
        self._read = 0.0
        self.knows_any = False  # of what won

    async def source(self) -> PromptSource:
        """Give the source of prompts."""
        if self._source is None or time.monotonic() - self._read > FRESH_SECONDS:
            record = await self._store.rounds.results.record()
            self._source = await asyncio.to_thread(self._make, record)
            self._fallback, self.knows_any = ThompsonSource(record), record.paintings > 0
            self._read = time.monotonic()
        return self._source

    async def draw(self, seed: int, category: str | None) -> Idea:
        """Draw a prompt; from `ThompsonSource` if the owner's source fails."""
        source = await self.source()
        try:
            return await asyncio.to_thread(source.draw, seed, category)
        except AskerError:
            raise
        except Exception as error:  # a stranger's source may raise anything
            _log.warning("the source of prompts failed; the muse draws", reason=repr(error))
            return self._fallback.draw(seed, category)


def why_line(words: Catalogue, locale: str, idea: Idea, *, knows_any: bool) -> str:
    """Say in one line why a prompt was drawn; "" where chance alone could draw.

    Args:
        knows_any: whether it is known by now of any words how they did.
    """
    if idea.learned:
        return words.say(locale, "muse-learned", count=idea.learned)
    if idea.source not in ("muse", "word lists", MARKOV):
        return f"{words.say(locale, 'muse-other', source=idea.source)} {idea.note}".rstrip()
    if not idea.why:
        return words.say(locale, "muse-chance") if knows_any else ""
    tried = sorted(idea.why, key=lambda each: (-each.best, -each.painted))[:MOST_REASONS]
    parts = [
        words.say(locale, "muse-won", value=each.value, best=each.best, painted=each.painted)
        if each.painted
        else words.say(locale, "muse-new", value=each.value)
        for each in tried
    ]
    joint = ", " if words.language(locale) == "en" else "\uff0c"
    return words.say(locale, "muse-why", reasons=joint.join(dict.fromkeys(parts)))
