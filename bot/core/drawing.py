"""Where /random draws from, and the line that says why."""

import time

from bot.core.words import Words
from ganshare.muse import Idea, Muse, PromptSource
from ganshare.store import Store

__all__ = ["Prompts", "why_line"]

FRESH_SECONDS = 300.0  # for which what rounds taught is not read again
MOST_REASONS = 2


class Prompts:
    """The muse, with what the ended rounds have taught by now."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._source: PromptSource | None = None
        self._read = 0.0
        self.knows_any = False  # of what won

    async def source(self) -> PromptSource:
        """Give the source of prompts."""
        if self._source is None or time.monotonic() - self._read > FRESH_SECONDS:
            record = await self._store.record()
            self._source, self.knows_any = Muse(record), record.paintings > 0
            self._read = time.monotonic()
        return self._source


def why_line(words: Words, locale: str, idea: Idea, *, knows_any: bool) -> str:
    """Say in one line why a prompt was drawn; "" where chance alone could draw.

    Args:
        knows_any: whether it is known by now of any words how they did.
    """
    if idea.source not in ("muse", "word lists"):
        return words.say(locale, "muse-other", source=idea.source)
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
