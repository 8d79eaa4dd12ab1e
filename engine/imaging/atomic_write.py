"""Atomic writes: a file appears whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ganshare.errors import ParameterError, WorldError, quoted

__all__ = ["atomic_path", "check_writable", "write_bytes"]


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, with its suffix; it replaces `path` at the end.

    On any failure, Ctrl-C and a full disk included, the temporary file is removed and an older
    `path` stays as it was. Missing folders are created.

    Raises:
        WorldError: the disk is full, the folder cannot be written, and the like.
    """
    temporary = path.with_name(f".{path.stem[:80]}.{secrets.token_hex(6)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())  # else a power cut could leave the new name on old blocks
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorldError(f"Cannot write {path}: {reason}.", given=str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file; raises WorldError as `atomic_path` does."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def check_writable(path: Path) -> None:
    """Check before hours of work that a file can be written at `path`; writes nothing.

    Raises:
        ParameterError: `path` is a folder, or its folder cannot be written or made.
    """
    if path.is_dir():
        raise ParameterError(f"{quoted(str(path))} is a folder; a file name is needed.", given=path)
    folder = path.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        message = (
            f"{quoted(str(path))} cannot be written: {folder} is not a folder open for writing."
        )
        raise ParameterError(message, given=path)
