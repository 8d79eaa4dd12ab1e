"""`models pull`, and `models add` of an address: download, verify the sha256, add.

Where nobody has told the sum of a file, that of the first download which became a model is pinned:
a file that differs later is refused.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.imaging.atomic_write import write_bytes
from engine.model_folder import ModelFolder, sha256_of, user_folder
from engine.model_import.add import SUFFIXES, add_model, folder_of
from engine.model_import.download import Download, Progress, fetch
from engine.model_import.published import KNOWN, VOCABULARY, Published
from ganshare.errors import ModelError, must_be_one_of, quoted

__all__ = ["pull_model"]

DOWNLOADS = ".downloads"  # in the user's folder of models; what is whole waits here to be added
PINS = ".pins.json"  # beside it: the sums of what came without one, by address


def pull_model(
    wanted: str,
    progress: Progress,
    name: str | None = None,
    *,
    sha256: str | None = None,
    vocabulary: str | None = None,
    config: Path | None = None,
    licence: str | None = None,
    may_sell: bool | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> ModelFolder:
    """Download a model, add it, and delete the downloaded file.

    Args:
        wanted: one of `KNOWN`, or an address.
        progress: called with every piece.
        name: what to call it; by default as the file is called.
        sha256: of the file, where it is known.
        vocabulary: of a CLIP: a file, or an address that ends in `#sha256=` and its sum; by default
            OpenAI's for what is in `KNOWN`.
        config: as `add_model` takes it, and so with `licence` and `may_sell`.
        tell: called with a sentence for each sum that is pinned.

    Raises:
        ModelError: what `add_model` and `fetch` say, or a sum that is not the pinned one.
        WorldError: the network or the disk; what has come is kept for the next time.
    """
    published, words = _resolve(wanted, sha256), _vocabulary(vocabulary)
    if published.is_clip:
        words = words or VOCABULARY
    weights = published.weights
    if Path(weights.name).suffix not in SUFFIXES:
        message = (
            f"{quoted(weights.name)} is not a {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} file."
        )
        raise ModelError(message, given=weights.name, allowed=SUFFIXES)
    folder_of(name or Path(weights.name).stem)  # before hundreds of megabytes
    pins = _read_pins()
    folder = user_folder() / DOWNLOADS / hashlib.sha256(weights.url.encode()).hexdigest()
    others = [published.config if config is None else None, words]
    files = [weights, *(each for each in others if isinstance(each, Download))]
    files = [replace(each, sha256=each.sha256 or pins.get(each.url)) for each in files]
    for file in files:
        fetch(file, folder / file.name, progress)
    new = {each.url: sha256_of(folder / each.name) for each in files if each.sha256 is None}
    if isinstance(words, Download):
        words = folder / words.name
    model = add_model(
        folder / weights.name, name, config=config, vocabulary=words,
        licence=licence or published.licence, may_sell=may_sell,
        origin=weights.url.partition("?")[0] if wanted not in KNOWN else weights.url,
    )  # fmt: skip
    if new:
        text = json.dumps(_read_pins() | new, indent=2)
        write_bytes(user_folder() / PINS, f"{text}\n".encode())
    for file in files:
        if file.url in new:
            tell(
                f"The sum of {file.name} was not known; from now on it must be {new[file.url]}, "
                "as it came this time."
            )
    shutil.rmtree(folder, ignore_errors=True)
    return model


def _resolve(wanted: str, sha256: str | None) -> Published:
    if "://" in wanted:
        return Published(Download(wanted, sha256 and sha256.lower()))
    if wanted not in KNOWN:
        raise must_be_one_of(ModelError, "model to pull", wanted, [*KNOWN, "https addresses"])
    published = KNOWN[wanted]
    if sha256 is None:
        return published
    if published.weights.sha256 not in (None, sha256.lower()):
        message = f"The sha256 of {wanted} is {published.weights.sha256}; none need be given."
        raise ModelError(message, given=sha256, allowed=published.weights.sha256)
    return replace(published, weights=replace(published.weights, sha256=sha256.lower()))


def _vocabulary(given: str | None) -> Download | Path | None:
    if given is None:
        return None
    if "://" not in given:
        if not Path(given).is_file():
            raise ModelError(f"There is no vocabulary at {quoted(given)}.", given=given)
        return Path(given)
    url, _, sha256 = given.partition("#sha256=")
    return Download(url, sha256.lower())


def _read_pins() -> dict[str, str]:
    """Sums by address; raises ModelError if the file is broken: no new sum may be trusted then."""
    path = user_folder() / PINS
    try:
        return {str(k): str(v) for k, v in json.loads(path.read_text(encoding="utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise ModelError(f"The pinned sums in {path} cannot be read.", given=str(path)) from error
