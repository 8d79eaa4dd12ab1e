"""`models pull` from a server on this machine: cuts, lies and sizes; what is pulled is a model."""

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from engine.__main__ import engine
from engine.model_folder import find_model, load_model_folder
from engine.model_import.add import SUFFIXES, folder_of
from engine.model_import.download import Download, fetch
from engine.model_import.published import KNOWN, VOCABULARY, Published
from engine.perceptor.bpe import written
from engine.testing import MERGES, save_small_vqgan, tiny_clip
from ganshare.cli import run_cli
from ganshare.errors import ModelError, WorldError

CONTENT = torch.rand(50_000, generator=torch.Generator().manual_seed(0)).numpy().tobytes()


@dataclass
class Site:
    """What a server sends for each path, and how it misbehaves."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    codes: list[int] = field(default_factory=list)  # answered first
    cut_after: list[int] = field(default_factory=list)  # bytes of the first answers
    ranges: bool = True
    asked: list[str] = field(default_factory=list)  # the ranges

    def download(self, name: str = "file.bin", content: bytes = CONTENT) -> Download:
        self.files[f"/{name}"] = content
        return Download(f"{self.url}/{name}", hashlib.sha256(content).hexdigest())


def handler_of(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            site.asked.append(wanted)
            path = self.path.partition("?")[0]
            if site.codes:
                return self.answer(site.codes.pop(0))
            if path in site.redirects:
                return self.answer(302, Location=site.redirects[path])
            if path not in site.files:
                return self.answer(404)
            content = site.files[path]
            start = int(wanted[len("bytes=") : -1]) if wanted and site.ranges else 0
            if start and start >= len(content):
                return self.answer(416)
            told = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
            self.answer(206 if start else 200, len(content) - start, **(told if start else {}))
            end = start + site.cut_after.pop(0) if site.cut_after else None
            self.wfile.write(content[start:end])
            return None

        def answer(self, code: int, length: int = 0, **headers: str) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(length))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr("engine.model_import.download.PAUSE", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(site))
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "models"


def nobody(_: str, __: int, ___: int) -> None:
    """Told of progress, does nothing."""


# --- files ------------------------------------------------------------------------------------


def test_a_file_comes_whole_and_not_a_second_time(site: Site, tmp_path: Path) -> None:
    path, told = tmp_path / "deep" / "file.bin", []
    for _ in range(2):
        fetch(site.download(), path, lambda *progress: told.append(progress))
        assert path.read_bytes() == CONTENT
    assert site.asked == [""]
    assert told[-1] == ("file.bin", len(CONTENT), len(CONTENT))
    assert [entry.name for entry in path.parent.iterdir()] == ["file.bin"]


def test_a_cut_connection_is_taken_up_where_it_broke(site: Site, tmp_path: Path) -> None:
    site.cut_after = [70_000, 50_000]
    fetch(site.download(), tmp_path / "file.bin", nobody)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert site.asked == ["", "bytes=70000-", "bytes=120000-"]


def test_a_later_command_goes_on_with_what_came_before(site: Site, tmp_path: Path) -> None:
    download, path = site.download(), tmp_path / "file.bin"

    def stop(_: str, done: int, __: int) -> None:
        if done > 50_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(download, path, stop)
    kept = (tmp_path / "file.bin.part").stat().st_size
    assert kept > 50_000
    fetch(download, path, nobody)
    assert path.read_bytes() == CONTENT
    assert site.asked[1] == f"bytes={kept}-"


def test_a_server_that_knows_no_ranges_sends_all_again(site: Site, tmp_path: Path) -> None:
    site.cut_after, site.ranges = [70_000], False
    fetch(site.download(), tmp_path / "file.bin", nobody)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_part_that_is_all_of_it_is_enough(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file.bin.part").write_bytes(CONTENT)
    fetch(site.download(), tmp_path / "file.bin", nobody)
    assert site.asked == [f"bytes={len(CONTENT)}-"]


def test_troubles_pass_and_lasting_ones_are_the_worlds(site: Site, tmp_path: Path) -> None:
    site.codes = [503, 429]
    fetch(site.download(), tmp_path / "file.bin", nobody)
    site.codes = [503] * 9
    with pytest.raises(WorldError, match=r"stopped after 0.0 MB \(the server answered 503\)"):
        fetch(site.download("other.bin", b"x"), tmp_path / "other.bin", nobody)


def test_nobody_there_is_the_worlds_fault(site: Site, tmp_path: Path) -> None:
    nowhere = Download("http://127.0.0.1:9/file.bin", "0" * 64)
    with pytest.raises(WorldError, match="run the same command to resume"):
        fetch(nowhere, tmp_path / "file.bin", nobody)


def test_another_sum_is_refused_and_nothing_stays(site: Site, tmp_path: Path) -> None:
    download = site.download()
    for content in (CONTENT[:-1], CONTENT + b"x", CONTENT[:-1] + b"x"):
        site.files["/file.bin"] = content
        with pytest.raises(ModelError, match="it was thrown away"):
            fetch(download, tmp_path / "file.bin", nobody)
        assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_too_large_is_not_received(site: Site, tmp_path: Path) -> None:
    download = site.download()
    with pytest.raises(ModelError, match=r"file.bin is larger than 0 MB"):
        fetch(download, tmp_path / "file.bin", nobody, limit=len(CONTENT) - 1)
    assert list(tmp_path.iterdir()) == []
    fetch(download, tmp_path / "file.bin", nobody, limit=len(CONTENT))


def test_redirects_are_followed_but_not_away_from_https(site: Site, tmp_path: Path) -> None:
    download = site.download()
    site.redirects = {"/short": "/file.bin", "/round": "/round"}
    fetch(Download(f"{site.url}/short", download.sha256), tmp_path / "file.bin", nobody)
    with pytest.raises(ModelError, match="redirects more than 5 times"):
        fetch(Download(f"{site.url}/round", download.sha256), tmp_path / "round", nobody)
    for away in ("ftp://127.0.0.1/file.bin", "http://example.com/file.bin"):
        site.redirects = {"/away": away}
        with pytest.raises(ModelError, match="models come by https"):
            fetch(Download(f"{site.url}/away", download.sha256), tmp_path / "away", nobody)


def test_two_processes_do_not_write_one_file(site: Site, tmp_path: Path) -> None:
    download = site.download()

    def meanwhile(_: str, __: int, ___: int) -> None:
        fetch(download, tmp_path / "file.bin", nobody)

    with pytest.raises(WorldError, match="Another process is downloading"):
        fetch(download, tmp_path / "file.bin", meanwhile)


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("http://example.com/a.pt", "models come by https"),
        ("file:///etc/passwd", "models come by https"),
        ("https://name:secret@example.com/a.pt", "neither name nor password"),
        ("https:///a.pt", "has a host"),
        ("https://example.com/", "names no file"),
        ("https://[::1/a.pt", "is not an address"),
    ],
)
def test_what_is_no_address_to_download_from(url: str, match: str) -> None:
    with pytest.raises(ModelError, match=match) as caught:
        Download(url, "0" * 64)
    assert "secret" not in str(caught.value)


# --- models -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clip() -> bytes:
    return save(tiny_clip().state_dict())


def test_a_known_name_is_downloaded_checked_and_added(
    site: Site, clip: bytes, models: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    download = site.download("tiny.safetensors", clip)
    monkeypatch.setitem(KNOWN, "ViT-B/32", Published(download, None, "MIT", is_clip=True))
    words = site.download("words.txt.gz", written(MERGES))
    monkeypatch.setattr("engine.model_import.pull.VOCABULARY", words)
    site.cut_after = [100_000]
    assert run_cli(engine, ["models", "pull", "ViT-B/32", "--name", "b32"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"b32: {models / 'b32'}\n"
    assert "downloading tiny.safetensors, MB" in captured.err
    model = find_model("b32", "perceptor")
    model.verify()
    assert (model.licence, model.may_sell) == ("MIT", False)
    assert model.source == f"{site.url}/tiny.safetensors"
    assert list((models / ".downloads").iterdir()) == []
    asked = len(site.asked)
    assert run_cli(engine, ["models", "pull", "ViT-B/32", "--name", "b32"]) == 2
    assert "There is a model 'b32' already" in capsys.readouterr().err
    assert len(site.asked) == asked


def test_an_address_is_pulled_with_its_sums(site: Site, clip: bytes) -> None:
    download = site.download("tiny.safetensors", clip)
    words = site.download("tokenizer.json", json.dumps({"model": {"merges": MERGES}}).encode())
    arguments = [f"{download.url}?token=secret", "--sha256", download.sha256.upper(), "--quiet"]
    assert run_cli(engine, ["models", "pull", *arguments]) == 2  # its vocabulary is missing
    arguments += ["--vocabulary", f"{words.url}#sha256={words.sha256}", "--may-not-sell"]
    assert run_cli(engine, ["models", "pull", *arguments]) == 0
    assert len(site.asked) == 2  # what was whole was kept
    model = find_model("tiny")
    assert (model.source, model.licence) == (download.url, "unknown")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ViT-B/23"], "model to pull 'ViT-B/23' is unknown; allowed are ViT-B/32"),
        (["ViT-B/32", "--sha256", "0" * 64], "The sha256 of ViT-B/32 is 40d365"),
        (["https://example.com/a.pt", "--sha256", "abc"], "'abc' is not a sha256"),
        (["https://example.com/a.zip", "--sha256", "0" * 64], "is not a .safetensors, .ckpt, .pt"),
        (["http://example.com/a.pt", "--sha256", "0" * 64], "models come by https"),
        (["ViT-B/32", "--name", "../up"], "is not allowed"),
        (["ViT-B/32", "--vocabulary", "https://example.com/a.gz"], "'' is not a sha256"),
        (["ViT-B/32", "--vocabulary", "none.txt"], "There is no vocabulary at 'none.txt'"),
    ],
)
def test_a_mistake_is_one_sentence_and_asks_nobody(
    arguments: list[str], message: str, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(engine, ["models", "pull", *arguments]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not models.exists()


def test_a_missing_file_and_a_wrong_one_leave_no_model(
    site: Site, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = site.download("broken.safetensors", b"no weights")
    for url, sha256, message in (
        (f"{site.url}/none.pt", "0" * 64, "the server answered 404"),
        (broken.url, "0" * 64, "it was thrown away"),
        (broken.url, broken.sha256, "not a complete safetensors file"),
    ):
        assert run_cli(engine, ["models", "pull", url, "--sha256", sha256, "--quiet"]) == 2
        assert message in capsys.readouterr().err
    assert [entry.name for entry in models.iterdir()] == [".downloads"]


def test_a_file_whose_sum_nobody_told_is_pinned_by_its_first_download(
    site: Site, models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # as taming's are published: the file's name in the query, the configuration beside it
    model = load_model_folder(save_small_vqgan(models / "elsewhere").path)
    weights = model.weights.read_bytes()
    card = json.dumps({"kind": "vqgan", "architecture": dict(model.architecture)}).encode()
    site.files = {"/files/": weights, "/card": card}
    published = Published(
        Download(f"{site.url}/files/?p=last.ckpt", None, "vqgan-small.safetensors"),
        Download(f"{site.url}/card?dl=1", None, "vqgan-small.json"),
    )
    monkeypatch.setitem(KNOWN, "vqgan-small", published)
    assert run_cli(engine, ["models", "pull", "vqgan-small", "--quiet"]) == 0
    told = capsys.readouterr().err
    sum_of_weights = hashlib.sha256(weights).hexdigest()
    assert f"vqgan-small.safetensors was not known; from now on it must be {sum_of_weights}" in told
    assert told.count("from now on") == 2
    again = ["models", "pull", "vqgan-small", "--quiet", "--name", "again"]
    assert run_cli(engine, again) == 0
    assert "from now on" not in capsys.readouterr().err
    site.files["/files/"] = weights[:-1] + b"x"
    assert run_cli(engine, [*again[:-1], "third"]) == 2
    assert "it was thrown away" in capsys.readouterr().err


def test_models_add_takes_an_address_too(
    site: Site, clip: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    download = site.download("tiny.safetensors", clip)
    Path("merges.txt").write_bytes(written(MERGES))
    arguments = ["models", "add", download.url, "--vocabulary", "merges.txt", "--quiet"]
    assert run_cli(engine, [*arguments, "--sha256", "0" * 64]) == 2
    assert "it was thrown away" in capsys.readouterr().err
    assert run_cli(engine, arguments) == 0
    assert find_model("tiny").kind == "perceptor"


def test_every_published_model_has_an_address_a_name_and_a_kind() -> None:
    for name, published in KNOWN.items():
        assert published.weights.url.startswith("https://")
        assert Path(published.weights.name).suffix in SUFFIXES
        folder_of(Path(published.weights.name).stem)
        openai = "openaipublic" in published.weights.url
        assert openai == (published.weights.url.split("/")[-2] == published.weights.sha256)
        if name.startswith("vqgan-"):
            assert (published.weights.name, published.config.name) == (
                f"{name}.ckpt", f"{name}.yaml",
            )  # fmt: skip
    assert len({published.weights.url for published in KNOWN.values()}) == len(KNOWN)
    assert VOCABULARY.name == "bpe_simple_vocab_16e6.txt.gz"
