"""Pictures from `ganshare paint`, as items for the ledger.

Their licence gate reads the cards of the models that are installed here, which `ganshare models
add` took from a bundle and its licence.
"""

import hashlib
import io
import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from admin.context import whoever_types
from ganshare.domain.votes import CuratedItem
from ganshare.errors import ParameterError, WorldError, quoted
from ganshare.processes.exec import module_command
from ganshare.store import Store

__all__ = ["Painted", "read_painted"]


@dataclass(frozen=True, slots=True)
class Painted:
    """A picture to be minted; no community chose it.

    Args:
        data: the PNG.
        manifest: what is written in it.
    """

    item: CuratedItem
    data: bytes
    manifest: Mapping[str, Any]

    def token_item(self) -> dict[str, Any]:
        """What the ledger keeps of it."""
        nobody: dict[str, Any] = {"votes": None, "views": None, "round_title": "", "share": ""}
        return asdict(self.item) | nobody | {"manifest": dict(self.manifest)}


async def read_painted(pictures: Sequence[Path], store: Store) -> list[Painted]:
    """Read pictures with their manifests.

    Raises:
        ParameterError: a file is no picture of ours, was painted by a model that is not
            installed here, or is a painting of the community's.
        WorldError: the engine is not installed.
    """
    known = _installed()
    found = []
    for path in pictures:
        data, manifest = _read(path)
        item = _item(path, data, manifest, may_sell=_may_sell(path, manifest, known))
        if (theirs := await store.gallery.of_picture(item.sha256)) is not None:
            raise ParameterError(
                f"{quoted(str(path))} is the community's painting {theirs.id}; its requester and "
                f"a curator say whether it is minted: `ganshare admin curate approve {theirs.id}`.",
                given=theirs.id,
            )
        found.append(Painted(item, data, manifest))
    return found


def _installed() -> dict[str, bool]:
    """Whether each installed model may be sold, by its identity."""
    command = module_command("engine", "models", "list", "--json")
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        models = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1:]
        raise WorldError(f"The engine's models cannot be listed: {''.join(said)}") from error
    known: dict[str, bool] = {}
    for each in models:
        known[each["identity"]] = known.get(each["identity"], True) and each["may_sell"] is True
    return known


def _read(path: Path) -> tuple[bytes, dict[str, Any]]:
    try:
        data = path.read_bytes()
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            image.load()  # the manifest may stand after the pixels
            size, text = image.size, image.info.get("ganshare")
        manifest = dict(json.loads(text or ""))
    except Exception as error:  # a damaged file raises a dozen types
        raise ParameterError(
            f"{quoted(str(path))} is not a PNG with a manifest, as `ganshare paint` writes.",
            given=str(path),
        ) from error
    return data, manifest | dict(zip(("width", "height"), size, strict=True))


def _may_sell(path: Path, manifest: Mapping[str, Any], known: Mapping[str, bool]) -> bool:
    try:
        used = [(str(each["name"]), each["sha256"]) for each in manifest["models"].values() if each]
    except (KeyError, TypeError, AttributeError) as error:
        raise ParameterError(f"The manifest in {quoted(str(path))} names no models.") from error
    for name, identity in used:
        if identity not in known:
            raise ParameterError(
                f"{quoted(str(path))} was painted by a model {quoted(name)} that is not installed "
                "here, so that its licence is not known; `ganshare models add BUNDLE` installs it.",
                given=name,
            )
    return bool(used) and manifest.get("may_sell") is True and all(known[each] for _, each in used)


def _item(path: Path, data: bytes, manifest: Mapping[str, Any], *, may_sell: bool) -> CuratedItem:
    digest = hashlib.sha256(data).hexdigest()
    try:
        return CuratedItem(
            id=digest[:32],
            sha256=digest,
            blob=f"painted/{digest}.png",
            prompt=str(manifest["prompt"]),
            attributes={str(key): str(value) for key, value in manifest["attributes"].items()},
            seed=int(manifest["seed"]),
            model=str(manifest["model"]),
            steps=int(manifest["steps"]),
            width=manifest["width"],
            height=manifest["height"],
            may_sell=may_sell,
            requester=whoever_types(),
            votes=0,
            views=0,
            bound=0.0,
            rank=0,
            round="",
            approved_by=whoever_types(),
            approved=time.time(),
            reason="",
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"The manifest in {quoted(str(path))} is damaged."
        raise ParameterError(message, given=str(path)) from error
