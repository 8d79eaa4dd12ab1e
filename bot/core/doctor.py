"""Findings of `ganshare bot doctor`: a verdict per check, and what to do about it."""

from contextlib import suppress
from dataclasses import dataclass

from ganshare.blobs import blobs_folder, open_blobs
from ganshare.domain.engines import painted_by
from ganshare.errors import GanshareError, SchemaError
from ganshare.settings import CoreSettings
from ganshare.store import Store, open_store

__all__ = ["Finding", "examine_core"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Args:
        name: such as "Discord token".
        ok: whether it is as it should be.
        advice: what to click where, in a sentence or two; or what is fine, if `ok`.
        is_needed: without it nothing works; else only something is missing.
    """

    name: str
    ok: bool
    advice: str = ""
    is_needed: bool = True


async def examine_core(core: CoreSettings) -> list[Finding]:
    """Check what every frontend needs: the store, the blobs, and an engine."""
    findings = []
    try:
        async with open_store(core.database_url.get_secret_value(), core.limits) as store:
            findings.append(
                Finding("Store", True, "It answers, and its tables are this version's.")
            )
            findings.append(await _engines(store))
    except SchemaError as error:  # says what to do
        findings.append(Finding("Store", False, str(error)))
    except GanshareError as error:
        findings.append(Finding("Store", False, f"{error} See GANSHARE_DATABASE_URL."))
    try:
        findings.append(await _blobs(core.blobs_url.get_secret_value()))
    except GanshareError as error:
        findings.append(Finding("Blobs", False, f"{error} See GANSHARE_BLOBS_URL."))
    return findings


async def _blobs(url: str) -> Finding:
    """Write to the blobs and read from them; folders that this makes are removed again."""
    folder = blobs_folder(url)
    path = [] if folder is None else [folder, *folder.parents]
    new = [each for each in path if not each.exists()]
    try:
        blobs = open_blobs(url)
        await blobs.probe()
    finally:
        with suppress(OSError):  # someone uses them meanwhile
            for each in new:
                for inside in each.iterdir():
                    inside.rmdir()
                each.rmdir()
    return Finding("Blobs", True, f"Written to and read from {blobs}.")


async def _engines(store: Store) -> Finding:
    live = await store.queue.engines()
    if not live:
        advice = "None is running; `ganshare engine` starts one, `ganshare up` all there is."
        return Finding("Engines", False, advice, is_needed=False)
    names = painted_by(live)
    return Finding("Engines", True, f"{len(live)} at work, with {', '.join(names)}.")
