"""Edit budget of each channel: previews yield to finished paintings and answers.

Discord takes some five edits in five seconds in one channel, and discord.py lets requests wait in
their order; so a preview is not sent at all where something waits already, or soon would.
"""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from bot.core.delivery.platform import SlowDown

__all__ = ["ChannelBudget"]

PREVIEWS, SECONDS = 3, 5.0  # of the five; the rest is for what must not wait
PLACES = 2  # previews and places in the queue, among which another place may be shown
LATER = 1.0  # seconds; short, since by then there may be the job's end to show


class ChannelBudget:
    """Counts the requests to every channel."""

    def __init__(self) -> None:
        self._under_way: dict[int, int] = {}
        self._previews: dict[int, deque[float]] = {}

    @contextmanager
    def request(self, channel: int, *, is_preview: bool, is_place: bool = False) -> Iterator[None]:
        """Take part of a channel's budget for the time of a request.

        Args:
            is_place: of a job in the queue, a preview that others go before.

        Raises:
            SlowDown: there is no room for a preview now.
        """
        if is_preview:
            self._take(channel, PLACES if is_place else PREVIEWS)
        self._under_way[channel] = self._under_way.get(channel, 0) + 1
        try:
            yield
        finally:
            self._under_way[channel] -= 1
            if not self._under_way[channel]:
                del self._under_way[channel]

    def _take(self, channel: int, most: int) -> None:
        now = time.monotonic()
        self._forget(now)
        if channel in self._under_way:
            raise SlowDown(LATER)
        sent = self._previews.setdefault(channel, deque())
        if len(sent) >= most:
            raise SlowDown(LATER)
        sent.append(now)

    def _forget(self, now: float) -> None:
        for channel, sent in list(self._previews.items()):
            while sent and sent[0] <= now - SECONDS:
                sent.popleft()
            if not sent:
                del self._previews[channel]
