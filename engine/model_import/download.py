"""Resumable downloads, verified by sha256."""

import fcntl
import ipaddress
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import httpx

from engine.model_folder import sha256_of
from ganshare.errors import ModelError, WorldError, quoted

__all__ = ["Download", "Progress", "fetch"]

MAX_BYTES = 12 * 10**9  # LAION's ViT-bigG has 10 of them
MAX_REDIRECTS = 5
TRIES = 4  # in a row that bring no byte
PAUSE = 1.0  # seconds before the second of them; each further one waits twice as long
TIMEOUT = httpx.Timeout(30.0)

Progress = Callable[[str, int, int], None]
"""Called with the file's name, the bytes that are here, and all of them (0: not said)."""


@dataclass(frozen=True)
class Download:
    """What to fetch, and the sum that it must have, if that is known.

    `file` is what to call it where the address does not end in its name.

    Raises:
        ModelError: the address is not https (or http on this machine), holds a password or names no
            file, or the sum is none.
    """

    url: str
    sha256: str | None
    file: str = ""

    def __post_init__(self) -> None:
        _check_url(self.url, on_loopback=_is_loopback(self.url))
        sha256 = self.sha256
        if sha256 is not None and (len(sha256) != 64 or set(sha256) - set("0123456789abcdef")):
            message = f"{quoted(sha256)} is not a sha256, which has 64 hexadecimal digits."
            raise ModelError(message, given=sha256)
        if not self.name:
            raise ModelError(f"The address {quoted(self.url)} names no file.", given=self.url)

    @property
    def name(self) -> str:
        """Of the file."""
        return self.file or PurePosixPath(_parse(self.url).path).name


class _Trouble(Exception):  # noqa: N818 - never leaves this file
    """The server cannot answer now."""


def fetch(download: Download, path: Path, progress: Progress, *, limit: int = MAX_BYTES) -> None:
    """Make `path` the file of this sum; what came before a cut lies beside it as `.part`.

    Raises:
        ModelError: there is no such file, it is larger than `limit` bytes, or its sum is another.
        WorldError: the network, the server or the disk; or another process fetches the same.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        if path.is_file() and download.sha256 in (None, sha256_of(path)):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("ab") as file, httpx.Client(timeout=TIMEOUT) as client:
            _lock(file, download)
            try:
                _fill(client, download, file, progress, limit)
                file.flush()
                _check_sum(part, download)
            except ModelError:
                part.unlink()
                raise
            part.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorldError(f"Cannot write {path}: {reason}.", given=str(path)) from error


def _lock(file: BinaryIO, download: Download) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"Another process is downloading {download.name}."
        raise WorldError(message, given=download.url) from error


def _fill(
    client: httpx.Client, download: Download, file: BinaryIO, progress: Progress, limit: int
) -> None:
    """Receive to the end; a broken connection is resumed."""
    failed = 0
    while True:
        before = file.seek(0, 2)
        try:
            return _receive(client, download, file, progress, limit)
        except (httpx.TransportError, _Trouble) as error:
            file.flush()
            failed = failed + 1 if file.tell() <= before else 0
            if failed == TRIES:
                raise WorldError(
                    f"The download of {download.name} stopped after {file.tell() / 1e6:.1f} MB "
                    f"({str(error) or type(error).__name__}); run the same command to resume.",
                    given=download.url,
                ) from error
            time.sleep(PAUSE * 2**failed / 2)


def _receive(
    client: httpx.Client, download: Download, file: BinaryIO, progress: Progress, limit: int
) -> None:
    have = file.tell()
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with _answer(client, download.url, headers) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            return  # all is here, or too much: the sum will tell
        _check_status(response, download)
        if not response.headers.get("content-range", "").startswith(f"bytes {have}-"):
            file.truncate(0)
            have = 0
        length = response.headers.get("content-length", "")
        total = have + int(length) if length.isdecimal() else 0
        for chunk in response.iter_raw():
            have += len(chunk)
            if max(have, total) > limit:
                message = f"{download.name} is larger than {limit / 1e6:,.0f} MB."
                raise ModelError(message, given=max(have, total), allowed=limit)
            file.write(chunk)
            progress(download.name, have, total)


def _check_status(response: httpx.Response, download: Download) -> None:
    code = response.status_code
    if code in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        return
    if code in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.REQUEST_TIMEOUT) or code >= 500:
        raise _Trouble(f"the server answered {code}")
    message = f"{quoted(download.url)} cannot be downloaded: the server answered {code}."
    raise ModelError(message, given=download.url)


@contextmanager
def _answer(client: httpx.Client, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
    """The answer after redirects, none of which may leave https for anything else."""
    on_loopback = _is_loopback(url)
    for _ in range(MAX_REDIRECTS + 1):
        _check_url(url, on_loopback=on_loopback)
        with client.stream("GET", url, headers=headers) as response:
            if response.next_request is None:
                yield response
                return
            url = str(response.next_request.url)
    raise ModelError(f"{quoted(url)} redirects more than {MAX_REDIRECTS} times.", given=url)


def _check_sum(part: Path, download: Download) -> None:
    found = sha256_of(part)
    if download.sha256 not in (None, found):
        message = (
            f"What came as {download.name} has the sha256 {found[:12]}…, not "
            f"{(download.sha256 or '')[:12]}…; it was thrown away."
        )
        raise ModelError(message, given=found, allowed=download.sha256)


def _check_url(url: str, *, on_loopback: bool) -> None:
    parts = _parse(url)
    local = on_loopback and parts.scheme == "http" and _is_loopback(url)
    if parts.scheme != "https" and not local:
        message = f"The address {quoted(url)} is not allowed; models come by https."
        raise ModelError(message, given=url, allowed="https")
    if not parts.host or parts.userinfo:
        message = "An address to download from has a host, and neither name nor password before it."
        raise ModelError(message, given=parts.host)


def _is_loopback(url: str) -> bool:
    host = _parse(url).host
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parse(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ModelError(f"{quoted(url)} is not an address.", given=url) from error
