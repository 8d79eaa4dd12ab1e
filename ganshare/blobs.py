"""Stores pictures and saved states in a folder or an S3 bucket, under a key per attempt.

A blob appears whole or not at all and is never overwritten, so an engine that lost its job cannot
touch what another one published.
"""

import asyncio
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import LocalStore, S3Store

from ganshare.errors import BlobError, BlobExists, ParameterError, quoted

__all__ = [
    "BlobInfo",
    "Blobs",
    "attempt_of",
    "blobs_folder",
    "content_type_of",
    "film_key",
    "input_key",
    "moment_key",
    "open_blobs",
    "picture_key",
    "preview_key",
    "state_key",
    "thumbnail_key",
]

PREVIEWS, STATES = "previews", "states"  # what expires; pictures stay
INPUTS, INPUT_SECONDS = "inputs", 30 * 86_400.0  # what askers gave, and how long it stays
PICTURES = "pictures"
PROBES = "probes"
_CONTENT_TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".json": "application/json",
}
_PICTURE = re.compile(rf"{PICTURES}/(?P<job>[^/]+)/(?P<attempt>[0-9]{{1,9}})\.(png|jpg|webp)")
_LEFTOVER = re.compile(r"#[0-9]+$")  # how obstore names a file until it is whole
_OS_ERROR = re.compile(r"\(os error ([0-9]+)\)")
_FULL, _READ_ONLY, _FORBIDDEN = {"27", "28", "122"}, {"30"}, {"1", "13"}


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """A stored blob: its key, its bytes, and its age in seconds."""

    key: str
    size: int
    age: float


def input_key(sha256: str) -> str:
    """Key of an uploaded init image; it expires after weeks."""
    return f"{INPUTS}/{sha256}.png"


def preview_key(job: str, attempt: int, step: int) -> str:
    """Where an engine puts a preview frame; it expires."""
    return f"{PREVIEWS}/{job}/{attempt}-{step:04}.jpg"


def state_key(job: str, attempt: int, step: int) -> str:
    """Where an engine puts what another one can resume from; it expires."""
    return f"{STATES}/{job}/{attempt}-{step:04}.safetensors"


def picture_key(job: str, attempt: int) -> str:
    """Where an engine puts the finished picture."""
    return f"{PICTURES}/{job}/{attempt}.png"


def thumbnail_key(job: str, attempt: int) -> str:
    """Where an engine puts the small picture that stays beside the finished one."""
    return f"{PICTURES}/{job}/{attempt}.jpg"


def film_key(job: str, attempt: int) -> str:
    """Where an engine puts the film of how the finished picture came about."""
    return f"{PICTURES}/{job}/{attempt}.webp"


def moment_key(seconds: float) -> str:
    """What stands before the pictures of all jobs made after this moment, in seconds since 1970."""
    return f"{PICTURES}/{max(0, int(seconds * 1000)):012x}"


def attempt_of(key: str) -> tuple[str, int] | None:
    """Tell whose picture this is, as (job, attempt); None if no engine named it."""
    found = _PICTURE.fullmatch(key)
    return None if found is None else (found["job"], int(found["attempt"]))


def content_type_of(key: str) -> str:
    """Name the media type of a blob by its key's suffix."""
    return _CONTENT_TYPES.get(Path(key).suffix, "application/octet-stream")


def open_blobs(url: str) -> "Blobs":
    """Give the blobs behind a URL.

    Args:
        url: file://FOLDER, relative or absolute, or s3://BUCKET/PREFIX; for S3 the endpoint, the
            region and the keys come from the usual AWS_* variables.

    Raises:
        ParameterError: the URL is of neither kind.
        BlobError: the folder cannot be made.
    """
    folder = blobs_folder(url)
    if folder is not None:
        with _translate_errors(f"the folder {folder}", ""):
            return Blobs(LocalStore(folder, mkdir=True), folder)
    parts = urlsplit(url)
    if parts.scheme == "s3" and parts.netloc:
        return Blobs(_bucket(parts.netloc, parts.path.strip("/")), None)
    raise ParameterError(
        f"The blobs URL {quoted(url)} is not file://FOLDER or s3://BUCKET/PREFIX.",
        given=url,
        allowed=("file://", "s3://"),
    )


def blobs_folder(url: str) -> Path | None:
    """Give the folder that a URL of blobs names; None if it names none."""
    parts = urlsplit(url)
    if parts.scheme != "file" or not parts.netloc + parts.path:
        return None
    return Path(unquote(parts.netloc + parts.path)).expanduser().absolute()


def _bucket(name: str, prefix: str) -> S3Store:
    variables = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
    endpoint = next((os.environ[name] for name in variables if os.environ.get(name)), "")
    return S3Store(
        name,
        prefix=prefix or None,
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "timeout": timedelta(seconds=30),
        },
        # The caller retries, too, and knows how long its lease is.
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=15)},
    )


class Blobs:
    """A folder or bucket of blobs; made by `open_blobs`."""

    def __init__(self, store: LocalStore | S3Store, folder: Path | None) -> None:
        self._store = store
        self._folder = folder
        self._conditional = True  # until an S3 says that it cannot
        self._probe = f"{PROBES}/{secrets.token_hex(8)}"

    def __str__(self) -> str:
        if isinstance(self._store, S3Store):
            return f"the bucket {self._store.config.get('bucket')}"
        return f"the folder {self._folder}"

    async def put(self, key: str, data: bytes, content_type: str | None = None) -> None:
        """Store a new blob, whole or not at all; the key's suffix tells the default type.

        An S3 that knows no conditional writes is asked first whether the key is taken: nobody else
        writes under the keys of an attempt.

        Raises:
            BlobExists: the key is taken.
            BlobError: the disk is full, read-only or away.
        """
        try:
            await self._put(key, data, content_type)
        except BlobError as error:
            said = str(error.__cause__)
            if not self._conditional or not ("501" in said or "NotImplemented" in said):
                raise
            self._conditional = False
            await self._put(key, data, content_type)

    async def _put(self, key: str, data: bytes, content_type: str | None) -> None:
        with _translate_errors(str(self), key):
            if not self._conditional and await self.exists(key):
                raise AlreadyExistsError(key)
            await obstore.put_async(
                self._store,
                key,
                data,
                mode="create" if self._conditional else "overwrite",
                use_multipart=False,  # parts would give up the check that the key is new
                attributes=None
                if self._folder
                else {"Content-Type": content_type or content_type_of(key)},
            )
            if self._folder:
                await asyncio.to_thread(_sync, self._folder / key)

    async def get(self, key: str) -> bytes:
        """Fetch a blob; raises BlobError, also if there is none."""
        with _translate_errors(str(self), key):
            result = await obstore.get_async(self._store, key)
            return bytes(await result.bytes_async())

    async def exists(self, key: str) -> bool:
        """Tell whether a key is taken."""
        with _translate_errors(str(self), key):
            try:
                await obstore.head_async(self._store, key)
            except FileNotFoundError:
                return False
            return True

    async def delete(self, keys: Iterable[str]) -> None:
        """Delete blobs; those that are not there are skipped."""
        for key in keys:
            with _translate_errors(str(self), key):
                try:
                    await obstore.delete_async(self._store, key)
                except FileNotFoundError:
                    if not self._folder:  # an S3 says so of a missing bucket only
                        raise

    async def list(self, prefix: str = "", *, after: str | None = None) -> AsyncIterator[BlobInfo]:
        """Go through the blobs below a prefix, which ends at a slash; in no order.

        Args:
            after: a key; only those that stand behind it in the order of the alphabet.
        """
        now = time.time()
        with _translate_errors(str(self), prefix):
            async for page in obstore.list(self._store, prefix or None, offset=after):
                for found in page:
                    age = now - found["last_modified"].timestamp()
                    yield BlobInfo(found["path"], found["size"], age)

    async def url(self, key: str, seconds: float = 3600.0) -> str | None:
        """Give a URL that anyone may fetch the blob from for a time; None for a folder."""
        if not isinstance(self._store, S3Store):
            return None
        with _translate_errors(str(self), key):
            return await obstore.sign_async(self._store, "GET", key, timedelta(seconds=seconds))

    async def probe(self) -> None:
        """Write, read and delete a small blob; raises BlobError if any of it fails.

        It has one key, so that a slow store, which is not waited for, collects no more than that.
        """
        with suppress(BlobExists):
            await self.put(self._probe, b"probe")
        await self.get(self._probe)
        await self.delete([self._probe])

    async def expire(self, before_seconds: float) -> int:
        """Delete older previews and saved states, and inputs after their time; tells how many."""
        kept = {PREVIEWS: before_seconds, STATES: before_seconds, PROBES: before_seconds}
        kept[INPUTS] = INPUT_SECONDS
        expired = [
            found.key
            for prefix, seconds in kept.items()
            async for found in self.list(prefix)
            if found.age > seconds
        ]
        await self.delete(expired)
        if self._folder:
            await asyncio.to_thread(_sweep, self._folder, before_seconds)
        return len(expired)


def _sync(path: Path) -> None:
    """Bring a new file and its name to the disk, before a database says that it is there."""
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sweep(folder: Path, before_seconds: float) -> None:
    """Remove what killed processes left half written, and folders that became empty.

    Others write and sweep meanwhile: what has gone when its turn comes needs no removing.
    """
    oldest = time.time() - before_seconds
    for parent, _, names in os.walk(folder):
        for name in filter(_LEFTOVER.search, names):
            with suppress(FileNotFoundError):
                path = Path(parent, name)
                if path.stat().st_mtime < oldest:
                    path.unlink()
    for prefix in (PREVIEWS, STATES, PICTURES):
        for path in (folder / prefix).glob("*"):
            with suppress(OSError):  # it may just have been filled again
                if path.stat().st_mtime < oldest:
                    path.rmdir()


@contextmanager
def _translate_errors(where: str, key: str) -> Iterator[None]:
    """Turn what obstore and the system raise into one sentence."""
    try:
        yield
    except AlreadyExistsError as error:
        raise BlobExists(
            f"The blob {quoted(key)} is in {where} already; blobs are never overwritten.",
            given=key,
        ) from error
    except (BaseError, OSError) as error:
        raise BlobError(_sentence(error, where, key), given=key) from error


def _sentence(error: Exception, where: str, key: str) -> str:
    text = str(error).partition("\n\nDebug source:")[0]
    number = str(error.errno) if isinstance(error, OSError) and error.errno else ""
    if found := _OS_ERROR.search(text):
        number = found[1]
    if "NoSuchBucket" in text:
        return f"There is {where.replace('the bucket', 'no bucket')}; make it first."
    if number in _FULL:
        return f"The disk is full: {where} takes no more blobs."
    if number in _READ_ONLY:
        return f"The disk is read-only: {where} takes no blobs."
    if number in _FORBIDDEN or isinstance(error, (PermissionDeniedError, UnauthenticatedError)):
        return f"GANshare may not use {where}; its owner or keys must allow it."
    if isinstance(error, FileNotFoundError):
        return f"There is no blob {quoted(key)} in {where}."
    reason = " ".join(text.split())
    return f"{where[0].upper()}{where[1:]} cannot be reached or used now ({reason[:200]})."
