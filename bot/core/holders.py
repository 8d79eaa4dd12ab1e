"""Lets holders of shares in where a platform has a role or a group for them, and others out again.

As long as the chain cannot be read, nobody is put out.
"""

import asyncio
import secrets
from typing import Protocol

from ganshare.errors import AskerError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.shares.gate import Gate
from ganshare.store import Store

__all__ = ["HolderPlace", "HolderSync"]

OLD_SECONDS = 600.0  # after which what is known of the chain puts nobody out
_AGAIN_SECONDS = 3600.0  # after which someone who could not be let in is tried again
_log = get_logger(__name__)


class HolderPlace(Protocol):
    """A role or a group.

    Attributes:
        origin: whose accounts it is for, such as "discord".
        name: of the place, for the store.
    """

    origin: str
    name: str

    async def admit(self, account: str) -> bool:
        """Let someone in; False if that is not possible now. Raises WorldError."""

    async def dismiss(self, account: str) -> bool:
        """Put someone out; False likewise. Raises WorldError."""


class HolderSync:
    """Keeps one place as the shares are."""

    def __init__(self, store: Store, gate: Gate, place: HolderPlace) -> None:
        self._store, self._gate, self._place = store, gate, place
        self._failed: dict[str, float] = {}

    async def run(self) -> None:
        """Run until cancelled; failures are logged and retried."""
        pause = self._gate.settings.sweep_seconds
        while True:
            try:
                if await self._store.queue.take_turn(f"holders {self._place.name}", pause * 0.9):
                    await self.look()
            except (WorldError, AskerError) as error:
                _log.warning("holders are not let in", place=self._place.name, reason=str(error))
            except Exception:
                _log.exception("holders are not let in", id=secrets.token_hex(4))
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """Let in who holds a share, and put out who does not any more."""
        holdings, tokens = self._store.shares.holdings, self._gate.terms.tokens
        swept, moment = await holdings.swept(tokens), await self._store.now()
        if swept is None or moment - swept.swept > OLD_SECONDS:
            return
        own = f"{self._place.origin}:"
        holders = {each for each in await holdings.holders(tokens) if each.startswith(own)}
        admitted = await holdings.admitted(self._place.name)
        for account in sorted(holders - admitted):
            if moment - self._failed.get(account, 0.0) < _AGAIN_SECONDS:
                continue
            if await self._place.admit(account):
                await holdings.admit(account, self._place.name)
            else:
                self._failed[account] = moment
        for account in sorted(admitted - holders):
            if await self._place.dismiss(account):
                await holdings.dismiss(account, self._place.name)
