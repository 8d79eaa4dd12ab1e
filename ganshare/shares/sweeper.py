"""Opens the gate, and sweeps the chain as long as a bot runs."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ganshare.errors import AskerError, WorldError
from ganshare.extras import check_extra
from ganshare.monitoring.log import get_logger
from ganshare.shares.gate import Gate
from ganshare.shares.terms import load_gate
from ganshare.store import Store

__all__ = ["open_gate", "run_sweeps"]

_log = get_logger(__name__)


@asynccontextmanager
async def open_gate(store: Store) -> AsyncIterator[Gate | None]:
    """Give the gate of the settings, or None, as long as a process runs.

    Raises:
        SettingsError: what is set is wrong, or the extra `chain` is missing.
    """
    settings = load_gate()
    if settings is None:
        yield None
        return
    check_extra("chain")
    from ganshare.shares.reader import ShareReader

    reader = ShareReader.of_urls(settings.urls, settings.token, settings.confirmations)
    try:
        yield Gate(store, settings, reader)
    finally:
        await reader.close()


async def run_sweeps(gate: Gate, store: Store) -> None:
    """Sweep until cancelled, one process for all; failures are logged and retried."""
    pause = gate.settings.sweep_seconds
    while True:
        try:
            if await store.queue.take_turn("shares", pause * 0.9):
                await gate.sweep()
        except (WorldError, AskerError) as error:
            _log.warning("the chain was not swept; all shares stay as they are", reason=str(error))
        except Exception:
            _log.exception("the chain was not swept", id=secrets.token_hex(4))
        await asyncio.sleep(pause)
