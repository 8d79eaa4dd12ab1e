"""Collecting from a site on this machine that behaves as WikiArt does, and misbehaves as it may."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image

from engine.__main__ import engine
from engine.imaging.dataset import ImageSet
from engine.training.collecting.works import CollectedWorks, reduce_picture
from ganshare.cli import run_cli
from ganshare.testing import TIMEOUT

PER_ARTIST = 10
FAULTS = {3: "not found", 5: "damaged", 7: "not in the public domain", 8: "duplicate", 9: "a page"}


def jpeg_of(number: int, side: int = 120) -> bytes:
    """A picture that looks like no other; every tenth work shows the one before it, smaller."""
    if FAULTS.get(number % PER_ARTIST) == "duplicate":
        number, side = number - 1 - (number - 1) % PER_ARTIST + 6, 60
    blocks = np.random.default_rng(number).integers(0, 256, (8, 10, 3), dtype=np.uint8)
    file = io.BytesIO()
    picture = Image.fromarray(blocks).resize((side * 5 // 4, side), Image.Resampling.BICUBIC)
    picture.save(file, "jpeg", quality=90)
    return file.getvalue()


def day(year: int) -> str:
    return f"/Date({(year - 1970) * 31_556_952_000})/"


@dataclass
class Site:
    """Artists of whom all but three are wanted, each with `PER_ARTIST` works."""

    artists: int
    url: str = ""
    robots: str = "User-agent: *\nDisallow: /private/\n"
    answered: Counter[str] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
    trouble: dict[int, int] = field(default_factory=dict)  # number of a request -> code
    hold_at: int = -1  # number of a request that is never answered
    held: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, bytes]:
        if path == "/robots.txt":
            return 200, self.robots.encode()
        if path == "/en/App/Artist/AlphabetJson":
            return 200, json.dumps(self.list_artists()).encode()
        if path == "/en/App/Painting/PaintingsByArtist":
            artist = int(query["artistUrl"][0].removeprefix("artist-"))
            numbers = range(artist * PER_ARTIST, (artist + 1) * PER_ARTIST)
            return 200, json.dumps([self.tell(number) for number in numbers]).encode()
        number = int(path.rpartition("/")[2].partition(".")[0])
        fault = FAULTS.get(number % PER_ARTIST)
        if path.startswith("/en/App/Painting/ImageJson/"):
            details = {"style": "Impressionism", "genre": "landscape", "title": f"Work {number}"}
            if fault == "not in the public domain":
                details["copyright"] = "Fair Use"
            return 200, json.dumps(details).encode()
        if fault == "not found":
            return 404, b""
        if fault == "damaged":
            return 200, jpeg_of(number)[:300]
        return 200, b"<html>Sign in</html>" if fault == "a page" else jpeg_of(number)

    def list_artists(self) -> list[dict[str, object]]:
        listed = [
            {"contentId": index, "artistName": f"Artist {index}", "url": f"artist-{index}",
             "birthDay": day(1840), "deathDay": day(1926)}
            for index in range(self.artists)
        ]  # fmt: skip
        old, modern, unknown = ({**listed[0], "url": f"artist-{90_000 + i}"} for i in range(3))
        old["birthDay"], modern["deathDay"] = day(1606), day(1973)
        unknown |= {"deathDay": None, "deathDayAsString": ""}
        listed[-1] |= {"birthDay": None, "birthDayAsString": "May 6, 1880",
                       "deathDay": None, "deathDayAsString": "1938"}  # fmt: skip
        return [old, modern, unknown, *listed]

    def tell(self, number: int) -> dict[str, object]:
        image = f"{self.url}/images/{number}.jpg!Large.jpg"
        return {"contentId": number, "title": f"Work {number}", "completitionYear": 1890,
                "image": image, "width": 150, "height": 120}  # fmt: skip


@pytest.fixture
def make_site(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    servers = []

    def make(artists: int) -> Site:
        site = Site(artists)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with site.lock:
                    site.count += 1
                    number = site.count
                site.agents.add(self.headers["User-Agent"])
                if number == site.hold_at:
                    site.held.set()
                    site.over.wait(TIMEOUT)
                    self.close_connection = True
                    return
                parts = urlsplit(self.path)
                if number in site.trouble:
                    code, content = site.trouble[number], b"later"
                else:
                    code, content = site.answer(parts.path, parse_qs(parts.query))
                    site.answered[self.path] += 1
                self.send_response(code)
                self.send_header("Content-Length", str(len(content)))
                if code == 503:
                    self.send_header("Retry-After", "0")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        site.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((site, server, thread))
        return site

    yield make
    for site, server, thread in servers:
        site.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def options(site: Site, out: Path) -> list[str]:
    return ["train", "collect", "wikiart", "--site", site.url, "--out", str(out), "--per-second",
            "1000", "--contact", "owner@example.org", "--short-side", "64", "--per-shard", "50",
            "--quiet"]  # fmt: skip


def assert_collected(site: Site, out: Path) -> None:
    """All works but the faulty ones, once each, as the manifest says."""
    wanted = [
        number for number in range(site.artists * PER_ARTIST) if number % PER_ARTIST not in FAULTS
    ]
    with (out / "manifest.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["title"] for row in rows] == [f"Work {number}" for number in wanted]
    assert rows[0] | {"sha256": "", "source": ""} == {
        "file": rows[0]["file"], "artist": "Artist 0", "born": "1840", "died": "1926",
        "title": "Work 0", "year": "1890", "style": "Impressionism", "genre": "landscape",
        "licence": "public domain (artist died before 1950)", "sha256": "", "source": "",
    }  # fmt: skip
    images = ImageSet.read(out)
    kept = {name.rpartition("/")[2]: images.content(i) for i, name in enumerate(images.names)}
    assert kept.keys() == {row["file"] for row in rows}
    for row in rows:
        assert sha256(kept[row["file"]]).hexdigest() == row["sha256"]
    assert min(images.decode(0).shape[:2]) == 64
    shards = sorted(out.glob("*.tar"))
    assert len(shards) == -(-len(wanted) // 50)
    with tarfile.open(shards[0]) as archive:
        first, told = archive.getnames()[:2]
        assert told == first.replace(".jpg", ".json")
    works = {path: count for path, count in site.answered.items() if path != "/robots.txt"}
    assert set(works.values()) == {1}
    assert not any("90000" in path or "9000" in path.rpartition("-")[2] for path in works)
    assert site.agents == {next(iter(site.agents))}
    assert next(iter(site.agents)).startswith("ganshare-collect/")
    assert "owner@example.org" in next(iter(site.agents))


@pytest.mark.heavy
def test_works_are_collected_once_and_faulty_ones_left_out(
    make_site: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("engine.training.collecting.polite_client.sleep", lambda _: None)
    site = make_site(6)
    site.trouble = {4: 503, 9: 500, 10: 429, 30: 502}
    assert run_cli(engine, options(site, tmp_path / "out")) == 0
    told = "6 not found, 6 not in the public domain"
    assert f"12 damaged, 6 duplicate, 30 kept, {told}" in capsys.readouterr().out
    assert_collected(site, tmp_path / "out")
    asked = site.count
    assert run_cli(engine, options(site, tmp_path / "out")) == 0  # again: all is settled
    assert site.count == asked
    assert_collected(site, tmp_path / "out")


def test_robots_txt_is_obeyed_and_slows_down(
    make_site: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    slept: list[float] = []
    monkeypatch.setattr("engine.training.collecting.polite_client.sleep", slept.append)
    site = make_site(1)
    site.robots = "User-agent: *\nDisallow: /en/App/\n"
    assert run_cli(engine, options(site, tmp_path / "out")) == 2
    assert "robots.txt does not allow '/en/App/Artist/AlphabetJson'" in capsys.readouterr().err
    assert set(site.answered) == {"/robots.txt"}
    site.robots = "User-agent: ganshare-collect\nCrawl-delay: 7\n"
    assert run_cli(engine, [*options(site, tmp_path / "slow"), "--limit", "1"]) == 0
    assert max(slept) > 6.5


def test_lasting_trouble_is_the_worlds_and_what_came_is_kept(
    make_site: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("engine.training.collecting.polite_client.sleep", lambda _: None)
    site = make_site(2)
    site.trouble = dict.fromkeys(range(20, 200), 503)
    assert run_cli(engine, options(site, tmp_path / "out")) == 3
    assert "the site answered 503; run the same command to resume" in capsys.readouterr().err
    site.trouble = {}
    assert run_cli(engine, options(site, tmp_path / "out")) == 0
    assert_collected(site, tmp_path / "out")


@pytest.mark.slow
def test_two_thousand_works_are_collected_through_three_kills(
    make_site: object, tmp_path: Path
) -> None:
    site = make_site(200)
    environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, "-m", "engine", *options(site, tmp_path / "out")]
    for kill_at in (500, 1500, 2900):
        site.hold_at = kill_at
        site.held.clear()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        assert site.held.wait(TIMEOUT * 10)
        process.send_signal(signal.SIGKILL)
        process.wait()
        site.over.set()  # let the held request go, unanswered
        time.sleep(0.1)
        site.over.clear()
    started = time.monotonic()
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    print(f"last part: {time.monotonic() - started:.1f} s; {done.stdout}")  # noqa: T201
    assert_collected(site, tmp_path / "out")


def test_a_folder_is_collected_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    source.mkdir()
    for number in range(3):
        (source / f"{number}.jpg").write_bytes(jpeg_of(number))
    (source / "3.jpg").write_bytes(jpeg_of(0)[:200])
    small = Image.open(io.BytesIO(jpeg_of(1))).resize((75, 60))
    small.save(source / "4.png")
    arguments = ["train", "collect", "folder", str(source), "--out", str(out), "--quiet"]
    assert run_cli(engine, [*arguments, "--licence", "CC0-1.0", "--limit", "2"]) == 0
    assert run_cli(engine, [*arguments, "--licence", "CC0-1.0"]) == 0
    assert "1 damaged, 1 duplicate, 3 kept" in capsys.readouterr().out
    with (out / "manifest.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["title"], row["licence"]) for row in rows] == [
        ("0", "CC0-1.0"), ("1", "CC0-1.0"), ("2", "CC0-1.0")
    ]  # fmt: skip
    assert len(ImageSet.read(out)) == 3
    assert (
        run_cli(engine, ["train", "collect", "folder", str(tmp_path / "none"), *arguments[4:]]) == 2
    )
    assert "neither a folder nor a tar" in capsys.readouterr().err


def test_a_shard_that_a_kill_cut_is_written_again(tmp_path: Path) -> None:
    works = CollectedWorks(tmp_path, per_shard=2)
    for number in (0, 1, 2):
        jpeg, fingerprint = reduce_picture(jpeg_of(number), "x", 64)
        works.add(str(number), jpeg, fingerprint, {"title": str(number)})
    whole = (tmp_path / "000000.tar").read_bytes()
    works.close()
    (tmp_path / "000001.part").write_bytes(b"half")
    works = CollectedWorks(tmp_path, per_shard=2)
    works.finish()
    works.finish()
    works.close()
    assert sorted(path.name for path in tmp_path.glob("*.tar")) == ["000000.tar", "000001.tar"]
    assert (tmp_path / "000000.tar").read_bytes() == whole
    assert len(ImageSet.read(tmp_path)) == 3


TRAIN = """
from engine.training import vqgan_run
vqgan_run.FIRST_SAVE, vqgan_run.LOG_EVERY = 0.0, 5  # the first step is saved
from engine.__main__ import main
main()
"""
CONFIGURATION = {
    "architecture": {
        "autoencoder": {"ch": 16, "ch_mult": [1, 2, 2], "num_res_blocks": 1, "resolution": 32,
                        "z_channels": 16, "num_groups": 8},
        "codebook_size": 64, "embed_dim": 8, "quantizer": "unit",
    },
    "training": {"batch_size": 8, "crop": 32, "learning_rate": 2e-3, "warmup_steps": 10,
                 "restart_every": 10},
}  # fmt: skip
TRAINING_STEPS = 120


@pytest.mark.training
def test_from_collected_works_through_a_kill_to_a_model_that_paints(
    make_site: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pytorch_lightning")
    monkeypatch.setattr("engine.training.collecting.polite_client.sleep", lambda _: None)
    works = tmp_path / "works"
    assert run_cli(engine, options(make_site(60), works)) == 0
    (tmp_path / "small.json").write_text(json.dumps(CONFIGURATION))

    def command(out: str, *more: str) -> list[str]:
        return [
            sys.executable, "-c", TRAIN, "train", "vqgan", "--data", str(works), "--labels",
            str(works / "manifest.csv"), "--config", str(tmp_path / "small.json"), "--out",
            str(tmp_path / out), "--steps", str(TRAINING_STEPS), "--name", "collected",
            "--licence", "CC0-1.0", "--device", "cpu", "--threads", "1", *more,
        ]  # fmt: skip

    def curve(out: str) -> list[list[str]]:
        """Steps and figures, without the hours that they took."""
        rows = (tmp_path / out / "metrics.csv").read_text().splitlines()
        return [[*row.split(",")[:1], *row.split(",")[2:]] for row in rows]

    subprocess.run(command("whole"), check=True, capture_output=True)
    process = subprocess.Popen(
        command("killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    log = tmp_path / "killed" / "metrics.csv"
    deadline = time.monotonic() + 10 * TIMEOUT
    while not log.exists() or len(log.read_text().splitlines()) < 6:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    subprocess.run(command("killed", "--resume"), check=True, capture_output=True)
    assert curve("killed") == curve("whole")
    assert len(curve("whole")) == 1 + TRAINING_STEPS // 5
    weights = [
        next((tmp_path / out / "collected").glob("*.safetensors")).read_bytes()
        for out in ("whole", "killed")
    ]
    assert weights[0] == weights[1]

    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "killed"))
    picture = tmp_path / "picture.png"
    arguments = ["paint", "a lake in Teal", "--model", "collected", "--size", "64x64", "--steps",
                 "40", "--num-cutouts", "4", "--no-upscale", "--quiet", "--seed", "1", "--device",
                 "cpu", "--threads", "1", "--out", str(picture)]  # fmt: skip
    assert run_cli(engine, arguments) == 0
    told = json.loads((tmp_path / "picture.png.json").read_text())
    assert told["models"]["vqgan"]["name"] == "collected"
    pixels = np.asarray(Image.open(picture), dtype=float)
    assert pixels.std() > 10  # it shows something
    assert pixels[..., 2].mean() > pixels[..., 0].mean()  # teal has more blue than red
