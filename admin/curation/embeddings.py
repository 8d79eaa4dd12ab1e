"""Embeddings of paintings and phrases, computed by an engine process and cached."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganshare.errors import WorldError
from ganshare.processes.exec import module_command

__all__ = ["Embeddings", "embed"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Embeddings:
    """What one perceptor sees.

    Args:
        perceptor: its identity, a sha256; others' embeddings are no use beside these.
        pictures: by id; those that could not be read are missing.
        texts: by phrase.
    """

    perceptor: str
    pictures: Mapping[str, Floats]
    texts: Mapping[str, Floats]


def embed(
    pictures: Mapping[str, str], texts: Sequence[str], cache: Path | None = None
) -> Embeddings:
    """Ask the engine for embeddings of blobs, except those that are in the cache.

    Args:
        pictures: id -> blob key.
        cache: an .npz file, made or renewed here; another perceptor's is begun again.

    Raises:
        WorldError: the engine is not installed or fails.
    """
    known_by, known = _read(cache)
    found = _ask({each: key for each, key in pictures.items() if each not in known}, texts)
    if known_by not in ("", found.perceptor):
        known = {}
        found = _ask(pictures, texts)
    whole = {**known, **found.pictures}
    if cache is not None and found.pictures:
        cache.parent.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {f"picture {name}": row for name, row in whole.items()}
        np.savez(cache, perceptor=np.array(found.perceptor), **arrays)
    wanted = {name: whole[name] for name in pictures if name in whole}
    return Embeddings(found.perceptor, wanted, found.texts)


def _read(cache: Path | None) -> tuple[str, dict[str, Floats]]:
    if cache is None or not cache.exists():
        return "", {}
    try:
        with np.load(cache, allow_pickle=False) as kept:
            rows = {
                name.removeprefix("picture "): kept[name]
                for name in kept.files
                if name.startswith("picture ")
            }
            return str(kept["perceptor"]), rows
    except (OSError, ValueError, KeyError):
        return "", {}  # damaged: computed again


def _ask(pictures: Mapping[str, str], texts: Sequence[str]) -> Embeddings:
    phrases = [part for text in texts for part in ("--text", text)]
    command = module_command("engine", "embed", *phrases)
    questions = [json.dumps({"id": name, "blob": key}) for name, key in pictures.items()]
    try:
        done = subprocess.run(
            command, input="\n".join(questions), capture_output=True, text=True, check=True
        )
        answers = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or "").strip().splitlines()[-1:] or ["it said nothing"]
        raise WorldError(
            f"The engine cannot compute embeddings: {reason[0].removeprefix('error: ')}"
        ) from error
    except (OSError, ValueError) as error:
        raise WorldError(f"The engine cannot compute embeddings: {error}") from error
    head, *rows = answers
    return Embeddings(
        head["sha256"],
        {
            row["id"]: np.array(row["embedding"])
            for row in rows
            if "id" in row and row["embedding"] is not None
        },
        {row["text"]: np.array(row["embedding"]) for row in rows if "text" in row},
    )
