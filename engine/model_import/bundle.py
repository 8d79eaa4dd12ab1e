"""Bundles: archives of models for share holders, with licence and checksums.

    bundle.json   {"format": 1, "name": ..., "may_sell": ..., "models": [...], "files": {PATH: SUM}}
    LICENCE.md    what a holder may do
    README.md     how to use it
    models/NAME/  model folders, see `engine.model_folder`

Archives of the same models are the same bytes. Nothing is taken out of one but what bundle.json
names, into the places that it names, with the sums that it names.
"""

import hashlib
import json
import re
import secrets
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.imaging.atomic_write import atomic_path
from engine.model_folder import CARD, ModelFolder, load_model_folder, user_folder
from engine.model_import.add import check_loads, folder_of
from ganshare.errors import ModelError, WorldError, quoted

__all__ = ["add_bundle", "is_bundle", "write_bundle"]

INDEX = "bundle.json"
FORMAT = 1
MOST_BYTES = 20 * 2**30  # of all files, unpacked
MOST_FILES = 1000
_MOST_INDEX = 2**20
_WHEN = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can say
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CHUNK = 2**20

LICENCE = """# What the holder of a share may do

As long as you hold a share of {name}:

- You may run these models, on your own machines, and change the settings that you paint with.
- The pictures that you make with them are yours to show and to change.
- You {sell} sell these pictures, also as tokens.
- You may not pass the models on, nor offer them to others as a service.

When you no longer hold a share, you stop running the models; what you have made by then stays
yours. Each model is under the licence that its own model.json names, and whatever that one allows
to everybody stays allowed.
"""
README = """# {name}

An archive of models for GANshare. To add them, in your clone of it:

    ganshare models add {file}
    ganshare paint "a castle" --model {model}

{list}

LICENCE.md says what you may do. bundle.json has the SHA-256 of every file, and `models add` checks
them; `ganshare verify PICTURE` paints a picture of the community again, and says whether the two
are equal.
"""


def is_bundle(path: Path) -> bool:
    """Whether a file is an archive with a bundle's index."""
    try:
        with zipfile.ZipFile(path) as archive:
            return INDEX in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def write_bundle(
    models: Sequence[ModelFolder],
    to: Path,
    *,
    name: str = "this community",
    licence: str | None = None,
    may_sell: bool = True,
) -> str:
    """Write models into an archive; gives its SHA-256.

    Args:
        licence: the text of LICENCE.md; `LICENCE` if left out.
        may_sell: whether holders may sell what they paint; a model that nobody may sell with
            stays so.

    Raises:
        ModelError: a model is damaged, or two have the same name.
        WorldError: the disk.
    """
    names = [each.name for each in models]
    if len(set(names)) < len(names) or not names:
        raise ModelError("A bundle needs at least one model, and each name only once.")
    files: dict[str, Path | bytes] = {}
    for model in models:
        model.verify()
        for path in sorted(model.path.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                files[f"models/{model.name}/{path.name}"] = path
    sells = may_sell and all(each.may_sell for each in models)
    text = licence or LICENCE.format(name=name, sell="may" if sells else "may not")
    files["LICENCE.md"] = text.encode()
    listed = "\n".join(f"- `{each.name}`: {each.kind}, {each.licence}" for each in models)
    paints = next((each.name for each in models if each.kind == "vqgan"), names[0])
    told = README.format(name=name, file=to.name, model=paints, list=listed)
    files["README.md"] = told.encode()
    index = {
        "format": FORMAT,
        "name": name,
        "may_sell": sells,
        "models": sorted(names),
        "files": {path: _sum_of(content) for path, content in sorted(files.items())},
    }
    files[INDEX] = (json.dumps(index, indent=1, sort_keys=True) + "\n").encode()
    with atomic_path(to) as temporary, zipfile.ZipFile(temporary, "w", allowZip64=True) as archive:
        for place in (INDEX, *sorted(files.keys() - {INDEX})):
            _write(archive, place, files[place])
    return _sum_of(to)


def add_bundle(source: Path, models: Path | None = None) -> list[ModelFolder]:
    """Take all models out of an archive into the user's folder, and check that they load.

    One that is there already with the same weights is left as it is.

    Raises:
        ModelError: it is no bundle, is damaged, holds what its index does not name or leads out
            of the folder, a model does not load, or another one has its name.
        WorldError: the disk.
    """
    folder = models or user_folder()
    temporary = folder / f".bundle.{secrets.token_hex(4)}"
    try:
        with zipfile.ZipFile(source) as archive:
            index = _read_index(archive, source)
            _unpack(archive, index["files"], temporary, source)
        return [_place(temporary, name, index, folder) for name in index["models"]]
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as error:
        raise _broken(source, str(error)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorldError(f"{source} cannot be unpacked: {reason}.", given=str(source)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _place(temporary: Path, name: str, index: Mapping[str, Any], folder: Path) -> ModelFolder:
    unpacked = load_model_folder(temporary / "models" / name)
    if unpacked.name != name:
        raise ModelError(f"The card of the model {quoted(name)} calls it {quoted(unpacked.name)}.")
    unpacked.verify()
    check_loads(unpacked)
    if unpacked.may_sell and not index["may_sell"]:
        # What is minted is decided by the card, and the bundle's licence allows less.
        card = json.loads((unpacked.path / CARD).read_text("utf-8"))
        (unpacked.path / CARD).write_text(json.dumps(card | {"may_sell": False}, indent=1))
    for text in ("LICENCE.md", "README.md"):
        if (temporary / text).is_file() and not (unpacked.path / f"BUNDLE-{text}").exists():
            shutil.copyfile(temporary / text, unpacked.path / f"BUNDLE-{text}")
    if (folder / name).exists():
        there = load_model_folder(folder / name)
        if there.identity == unpacked.identity:
            return there
    target = folder_of(name, folder)
    unpacked.path.rename(target)
    return load_model_folder(target)


def _read_index(archive: zipfile.ZipFile, source: Path) -> dict[str, Any]:
    try:
        if archive.getinfo(INDEX).file_size > _MOST_INDEX:
            raise _broken(source, f"its {INDEX} is too large")
        found = json.loads(archive.read(INDEX))
    except KeyError as error:
        raise _broken(source, f"it has no {INDEX}") from error
    except (ValueError, RecursionError) as error:
        raise _broken(source, f"its {INDEX} is not JSON") from error
    match found:
        case {
            "format": int(version),
            "may_sell": bool(),
            "models": [*names],
            "files": dict(files),
        }:
            if version != FORMAT:
                raise _broken(source, f"its format is {version}, and {FORMAT} can be read")
            if not names or not all(isinstance(each, str) and _is_part(each) for each in names):
                raise _broken(source, "a model's name is not allowed")
            if not all(isinstance(each, str) for pair in files.items() for each in pair):
                raise _broken(source, "its list of files cannot be read")
            return dict(found)
    raise _broken(source, f"its {INDEX} lacks something")


def _unpack(archive: zipfile.ZipFile, files: Mapping[str, str], folder: Path, source: Path) -> None:
    entries = archive.infolist()
    given = [each.filename for each in entries]
    if sorted(given) != sorted({*files, INDEX}):
        raise _broken(source, f"its files are not those of its {INDEX}")
    if len(given) > MOST_FILES or sum(each.file_size for each in entries) > MOST_BYTES:
        raise _broken(source, f"it has more than {MOST_FILES} files or {MOST_BYTES} bytes")
    for entry in entries:
        if entry.filename == INDEX:
            continue
        if not all(_is_part(part) for part in entry.filename.split("/")):
            raise _broken(source, f"the name {quoted(entry.filename)} is not allowed")
        if (entry.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            raise _broken(source, f"{quoted(entry.filename)} is not a plain file")
        target = folder / entry.filename
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, left = hashlib.sha256(), entry.file_size
        with archive.open(entry) as packed, target.open("xb") as out:
            while chunk := packed.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise _broken(source, f"{quoted(entry.filename)} is longer than it says")
                digest.update(chunk)
                out.write(chunk)
        if digest.hexdigest() != files[entry.filename]:
            raise _broken(source, f"{quoted(entry.filename)} has another sha256")


def _is_part(text: str) -> bool:
    return _PART.fullmatch(text) is not None


def _write(archive: zipfile.ZipFile, name: str, content: Path | bytes) -> None:
    """Store a file, always with the same time and rights; weights do not get smaller anyway."""
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.external_attr = 0o100644 << 16
    entry.create_system = 3
    with archive.open(entry, "w", force_zip64=True) as out:
        if isinstance(content, bytes):
            out.write(content)
            return
        with content.open("rb") as file:
            shutil.copyfileobj(file, out, _CHUNK)


def _sum_of(content: Path | bytes) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _broken(source: Path, why: str) -> ModelError:
    return ModelError(f"{source} is not a complete bundle: {why}.", given=str(source))
