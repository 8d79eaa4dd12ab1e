"""The commands as processes, and paintings for them to mint."""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from admin.ledger import Collection, Ledger, Token, TokenState
from admin.testing.making import make_item
from ganshare.blobs import open_blobs
from ganshare.store import open_store

__all__ = ["PASSWORD", "plan_paintings", "run_admin", "start_admin"]

PASSWORD = "correct horse battery staple"  # noqa: S105  # of tests


def start_admin(
    environment: Mapping[str, str],
    folder: Path,
    *arguments: str,
    log: Path,
    module: str = "admin",
    password: bool = True,
) -> "subprocess.Popen[bytes]":
    """Start a command that reads its password from a pipe and adds what it says to a file."""
    command = [sys.executable, "-m", module, *arguments]
    # By pipe, not by argument: `ps` and /proc show arguments to everyone.
    read, write = os.pipe()
    os.write(write, PASSWORD.encode() + b"\n")
    os.close(write)
    with log.open("ab") as file:
        process = subprocess.Popen(
            command + (["--password-fd", str(read)] if password else []),
            env={**os.environ, **environment},
            cwd=folder,
            pass_fds=(read,),
            stdout=file,
            stderr=file,
        )
    os.close(read)
    return process


def run_admin(
    environment: Mapping[str, str],
    folder: Path,
    *arguments: str,
    code: int = 0,
    password: bool = True,
) -> str:
    """Run a command to its end; gives what it says, or raises RuntimeError with it."""
    log = folder / "said.log"
    log.unlink(missing_ok=True)
    process = start_admin(environment, folder, *arguments, log=log, password=password)
    ended, said = process.wait(), log.read_text("utf-8")
    if ended != code:
        raise RuntimeError(said)
    return said


async def plan_paintings(
    environment: Mapping[str, str], collection: Collection, count: int
) -> list[Token]:
    """Take small paintings into the ledger, their pictures among the blobs."""
    url = environment["GANSHARE_DATABASE_URL"]
    blobs = open_blobs(environment["GANSHARE_BLOBS_URL"])
    async with open_store(url, migrate=True):
        pass
    tokens = []
    for number in range(count):
        picture = io.BytesIO()
        Image.new("RGB", (8, 8), (number, 2 * number, 255 - number)).save(picture, "PNG")
        data = picture.getvalue()
        key = f"pictures/{number:032x}/1.png"
        await blobs.put(key, data)
        digest = hashlib.sha256(data).hexdigest()
        item = make_item(number, sha256=digest, blob=key)
        tokens.append(Token(collection, int(digest, 16), item["id"], TokenState.PLANNED, item))
    async with Ledger(url) as ledger, ledger.held():
        await ledger.plan(tokens)
    return tokens
