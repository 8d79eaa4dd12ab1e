"""Blobs in a folder and in a bucket: whole or not at all, never overwritten, and gone in time."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ganshare.blobs import (
    Blobs,
    content_type_of,
    input_key,
    moment_key,
    open_blobs,
    picture_key,
    preview_key,
    state_key,
    thumbnail_key,
)
from ganshare.errors import BlobError, BlobExists, ParameterError
from ganshare.testing import s3_server, small_disk


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    with s3_server("pictures") as variables:
        yield variables


@pytest.fixture
def bucket(
    s3: dict[str, str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Blobs:
    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    return open_blobs(f"s3://pictures/{request.node.name.partition('[')[0]}")


@pytest.fixture(params=["folder", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "bucket":
        found = request.getfixturevalue("bucket")
        assert isinstance(found, Blobs)
        return found
    return open_blobs(f"file://{tmp_path}/blobs")


async def test_a_blob_comes_back_as_it_went_in(blobs: Blobs) -> None:
    key = picture_key("job", 1)
    data = os.urandom(6_000_000)  # more than one part of an S3's upload
    assert not await blobs.exists(key)
    await blobs.put(key, data)
    assert await blobs.exists(key)
    assert await blobs.get(key) == data


async def test_a_blob_is_never_overwritten(blobs: Blobs) -> None:
    await blobs.put("a/1.png", b"first")
    with pytest.raises(BlobExists, match=r"The blob 'a/1.png' is in .* already"):
        await blobs.put("a/1.png", b"second")
    assert await blobs.get("a/1.png") == b"first"


async def test_a_missing_blob_is_named(blobs: Blobs) -> None:
    with pytest.raises(BlobError, match=r"There is no blob 'a/1.png' in the (folder|bucket)"):
        await blobs.get("a/1.png")


async def test_deleting_is_done_once_or_not_at_all(blobs: Blobs) -> None:
    await blobs.put("a/1.png", b"1")
    await blobs.put("a/2.png", b"2")
    await blobs.delete(["a/1.png", "a/none.png"])
    await blobs.delete(["a/1.png"])
    assert [found.key async for found in blobs.list("a")] == ["a/2.png"]


async def test_a_listing_knows_sizes_and_ages(blobs: Blobs) -> None:
    await blobs.put("a/b/1.png", b"12345")
    await blobs.put("c/2.png", b"1")
    everything = {found.key: found async for found in blobs.list()}
    assert set(everything) == {"a/b/1.png", "c/2.png"}
    assert everything["a/b/1.png"].size == 5
    assert -5 < everything["a/b/1.png"].age < 60
    assert [found.key async for found in blobs.list("a")] == ["a/b/1.png"]


async def test_the_probe_leaves_nothing_behind(blobs: Blobs) -> None:
    await blobs.probe()
    assert [found.key async for found in blobs.list()] == []


async def test_previews_and_states_expire_and_pictures_stay(blobs: Blobs) -> None:
    passing = [preview_key("job", 1, 25), state_key("job", 1, 25)]
    lasting = [picture_key("job", 1), thumbnail_key("job", 1)]
    for key in (*passing, *lasting):
        await blobs.put(key, b"x")
    assert await blobs.expire(3600) == 0
    assert await blobs.expire(-60) == 2
    assert sorted([found.key async for found in blobs.list()]) == sorted(lasting)


async def test_what_askers_gave_stays_for_weeks(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await blobs.put(input_key("0" * 64), b"x")
    assert await blobs.expire(-60) == 0
    monkeypatch.setattr("ganshare.blobs.INPUT_SECONDS", -60.0)
    assert await blobs.expire(-60) == 1


async def test_what_a_killed_process_left_is_swept_up(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path}")
    await blobs.put(preview_key("job", 1, 1), b"x")
    leftover = tmp_path / "pictures/job/1.png#1"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"half")
    hour_ago = time.time() - 3600
    os.utime(leftover, (hour_ago, hour_ago))
    await blobs.expire(1800)
    assert not leftover.exists()
    await blobs.expire(-60)
    assert not (tmp_path / "previews/job").exists()


async def test_a_bucket_tells_the_type_and_a_url_that_works(bucket: Blobs) -> None:
    await bucket.put("a/1.jpg", b"jpeg")
    url = urlsplit(await bucket.url("a/1.jpg") or "")
    connection = HTTPConnection(url.netloc)
    connection.request("GET", f"{url.path}?{url.query}")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"jpeg")
    assert answer.headers["Content-Type"] == "image/jpeg"
    connection.close()


async def test_a_folder_has_no_urls(tmp_path: Path) -> None:
    assert await open_blobs(f"file://{tmp_path}").url("a/1.jpg") is None


async def test_a_relative_folder_is_below_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await open_blobs("file://./blobs").put("a/1.png", b"1")
    await open_blobs("file://my%20blobs").put("a/1.png", b"1")
    assert (tmp_path / "blobs/a/1.png").exists()
    assert (tmp_path / "my blobs/a/1.png").exists()


@pytest.mark.parametrize("url", ["", "blobs", "file://", "s3://", "ftp://host/x", "memory:///"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ParameterError, match="is not file://FOLDER or s3://BUCKET/PREFIX"):
        open_blobs(url)


@pytest.mark.parametrize(
    ("key", "content_type"),
    [
        (preview_key("1", 2, 3), "image/jpeg"),
        (picture_key("1", 2), "image/png"),
        (state_key("1", 2, 3), "application/octet-stream"),
    ],
)
def test_the_type_follows_from_the_key(key: str, content_type: str) -> None:
    assert content_type_of(key) == content_type


def test_every_attempt_has_keys_of_its_own() -> None:
    keys = {
        key
        for attempt in (1, 2)
        for key in (
            preview_key("job", attempt, 1),
            state_key("job", attempt, 1),
            picture_key("job", attempt),
            thumbnail_key("job", attempt),
        )
    }
    assert len(keys) == 8


# --- trouble ----------------------------------------------------------------------------------


async def test_a_missing_bucket_is_named(
    s3: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    blobs = open_blobs("s3://nowhere/prefix")
    for attempt in (blobs.put("a", b"1"), blobs.get("a"), blobs.probe(), blobs.delete(["a"])):
        with pytest.raises(BlobError, match="There is no bucket nowhere; make it first"):
            await attempt


async def test_a_bucket_that_is_away_says_so(
    s3: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    away = open_blobs("s3://pictures")
    with pytest.raises(BlobError, match="The bucket pictures cannot be reached or used now"):
        await away.put("a", b"1")


FULL = """
import asyncio, os, resource, signal, sys
from ganshare.blobs import open_blobs

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
blobs = open_blobs(f"file://{sys.argv[1]}")
asyncio.run(blobs.put("small", b"x" * 1000))
try:
    asyncio.run(blobs.put("large", b"x" * 200_000))
except Exception as error:
    print(type(error).__name__, error, flush=True)
os._exit(0)  # obstore's thread may still hand the error over; Python's way out would abort it
"""


def test_a_full_disk_says_so_and_leaves_no_half(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout.startswith("BlobError The disk is full: the folder ")
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


async def test_a_disk_that_is_full_or_read_only_says_so_and_recovers(tmp_path: Path) -> None:
    with small_disk(tmp_path, "200k") as disk:
        blobs = open_blobs(f"file://{disk}")
        await blobs.put("first", b"x" * 150_000)
        with pytest.raises(BlobError, match="The disk is full"):
            await blobs.put("second", b"x" * 150_000)
        await blobs.delete(["first"])
        await blobs.put("second", b"x" * 150_000)
        remount = ["mount", "-o", "remount,ro", str(disk)]
        await asyncio.to_thread(subprocess.run, remount, check=True)
        with pytest.raises(BlobError, match="The disk is read-only"):
            await blobs.put("third", b"x")
        with pytest.raises(BlobError, match="The disk is read-only"):
            await blobs.probe()
        assert len(await blobs.get("second")) == 150_000


async def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BlobError):
        open_blobs(f"file://{tmp_path}/file/blobs")


class _Plain(BaseHTTPRequestHandler):
    """An S3 that knows no conditional writes, as far as these tests write and read."""

    kept: dict[str, bytes]
    protocol_version = "HTTP/1.1"

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Mon, 30 Nov 2026 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if "If-None-Match" in self.headers:
            self._answer(501, b"<Error><Code>NotImplemented</Code></Error>")
            return
        self.kept[self.path] = data
        self._answer(200)

    def do_GET(self) -> None:
        found = self.kept.get(self.path)
        self._answer(404 if found is None else 200, found or b"")

    do_HEAD = do_GET  # noqa: N815  # as the base class calls it

    def log_message(self, *_: object) -> None:
        """Say nothing."""


async def test_an_s3_without_conditional_writes_takes_blobs_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handler = type("Plain", (_Plain,), {"kept": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_address[1]}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        blobs = open_blobs("s3://bucket")
        await blobs.put("pictures/1/1.png", b"one")
        with pytest.raises(BlobExists):
            await blobs.put("pictures/1/1.png", b"two")
        assert await blobs.get("pictures/1/1.png") == b"one"
        server.shutdown()


async def test_a_store_that_is_too_slow_collects_no_probes(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def given_up(key: str) -> bytes:
        raise TimeoutError

    monkeypatch.setattr(blobs, "get", given_up)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await blobs.probe()
    assert len([found async for found in blobs.list("probes/")]) == 1


async def test_pictures_are_listed_from_a_moment_on(blobs: Blobs) -> None:
    old, new = f"{1000:012x}0000000000", f"{9000:012x}0000000000"
    for job in (old, new):
        await blobs.put(picture_key(job, 1), b"picture")
    found = [each.key async for each in blobs.list("pictures/", after=moment_key(5.0))]
    assert found == [picture_key(new, 1)]
