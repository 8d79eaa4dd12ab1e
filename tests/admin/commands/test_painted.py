"""What a holder paints with a bundle's models is minted by the same commands, if it may be."""

import asyncio
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from admin.contract.collection import GRANT_ROLE, MINTER_ROLE
from admin.ledger import Collection, Ledger, Token, TokenState
from admin.testing.evm import Evm
from admin.testing.services import Collector, serve
from ganshare.store import open_store
from ganshare.testing import MODEL, make_artwork, make_request

Run = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).parents[3]
MINTER = Account.from_key(b"\x0b" * 32).address
CARD = ROOT / "engine/models/paintings-f8/model.json"


def install(folder: Path, *, may_sell: bool) -> str:
    """A model of the holder's; gives its identity."""
    identity = hashlib.sha256(str(may_sell).encode()).hexdigest()
    card = json.loads(CARD.read_text("utf-8"))
    card |= {"name": "ours", "sha256": identity, "may_sell": may_sell}
    (folder / "ours").mkdir(parents=True)
    (folder / "ours/model.json").write_text(json.dumps(card))
    return identity


def picture(path: Path, identity: str, **changes: Any) -> bytes:
    use = {"name": "ours", "sha256": identity, "licence": "CC0-1.0", "may_sell": True}
    manifest = {
        "prompt": "a castle", "attributes": {"Colour": "Teal"}, "seed": 7, "model": "ours",
        "models": {"vqgan": use, "upscaler": None}, "steps": 5, "may_sell": True,
    }  # fmt: skip
    text, out = PngInfo(), io.BytesIO()
    text.add_itxt("ganshare", json.dumps(manifest | changes))
    Image.new("RGB", (8, 8), (1, 2, 3)).save(out, "PNG", pnginfo=text)
    path.write_bytes(out.getvalue())
    return out.getvalue()


def planned(url: str, collection: Collection) -> list[Token]:
    async def read() -> list[Token]:
        async with Ledger(url) as ledger:
            return await ledger.tokens(collection)

    return asyncio.run(read())


@pytest.fixture
def holder(
    run: Run, evm: Evm, collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Somebody with a collection of their own, and folders of their own for models and blobs."""
    monkeypatch.setenv("ADMIN_COLLECTION", collection.address)
    monkeypatch.setenv("GANSHARE_BLOBS_URL", f"file://{tmp_path}/blobs")
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    evm.send_as_owner(collection.address, GRANT_ROLE.call_data(MINTER_ROLE, MINTER))
    evm.fund(MINTER)
    return run


def mint(holder: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Collector().app) as address:
        monkeypatch.setenv("ADMIN_IPFS_API", f"{address}/api/v0")
        code, out, error = holder("mint", "--yes")
    assert code == 0, out + error


def test_a_picture_of_one_s_own_is_minted(
    holder: Run, collection: Collection, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = picture(tmp_path / "one.png", install(tmp_path / "models", may_sell=True))
    code, out, error = holder("plan", "--picture", "one.png", password=False)
    assert code == 0, error
    assert "pictures of terminal:" in out
    mint(holder, monkeypatch)
    [token] = planned(url, collection)
    assert token.token == int(hashlib.sha256(data).hexdigest(), 16)
    assert token.state is TokenState.MINTED
    told = json.loads(token.metadata or "")
    assert told["description"] == (
        "Painted from the prompt “a castle”. The picture was made with a model, ours."
    )
    assert {"Votes"}.isdisjoint(each["trait_type"] for each in told["attributes"])


def test_a_dry_run_keeps_nothing(
    holder: Run, collection: Collection, url: str, tmp_path: Path
) -> None:
    picture(tmp_path / "one.png", install(tmp_path / "models", may_sell=True))
    assert holder("plan", "--picture", "one.png", "--dry-run", password=False)[0] == 0
    assert planned(url, collection) == []
    assert not (tmp_path / "blobs/painted").exists()


def test_a_licence_that_forbids_sales_goes_before_the_manifest(
    holder: Run, collection: Collection, url: str, tmp_path: Path
) -> None:
    """Whatever the manifest in the picture says of it."""
    picture(tmp_path / "one.png", install(tmp_path / "models", may_sell=False))
    code, out, _ = holder("plan", "--picture", "one.png", password=False)
    assert (code, "the model ours may not be sold" in out) == (0, True)
    assert planned(url, collection) == []


def test_a_manifest_that_forbids_sales_goes_before_the_licence(
    holder: Run, collection: Collection, url: str, tmp_path: Path
) -> None:
    identity = install(tmp_path / "models", may_sell=True)
    picture(tmp_path / "one.png", identity, may_sell=False)
    assert "may not be sold" in holder("plan", "--picture", "one.png", password=False)[1]
    assert planned(url, collection) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"models": {"vqgan": {"name": "x", "sha256": "ab"}}}, "a model 'x' that is not installed"),
        ({"models": {"vqgan": {"name": "x"}}}, "names no models"),
        ({"models": []}, "names no models"),
        ({"seed": "none"}, "is damaged"),
        ({"attributes": None}, "is damaged"),
    ],
)
def test_what_is_not_known_is_refused(
    holder: Run, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    picture(tmp_path / "one.png", install(tmp_path / "models", may_sell=True), **changes)
    code, _, error = holder("plan", "--picture", "one.png", password=False)
    assert (code, said in error) == (2, True), error


def test_a_file_that_is_no_picture_of_ours_is_refused(holder: Run, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.png")
    (tmp_path / "text.png").write_text("no picture")
    for name in ("plain.png", "text.png"):
        code, _, error = holder("plan", "--picture", name, password=False)
        assert (code, "not a PNG with a manifest" in error) == (2, True)


def test_a_painting_of_the_community_s_is_not_minted_past_its_requester(
    holder: Run, url: str, tmp_path: Path
) -> None:
    data = picture(tmp_path / "one.png", install(tmp_path / "models", may_sell=True))

    async def publish() -> None:
        async with open_store(url) as store:
            await store.queue.submit("discord:1", "test", make_request(), key="1")
            (job,) = await store.queue.claim("engine", models=[MODEL], max_area=10**6)
            digest = hashlib.sha256(data).hexdigest()
            assert await store.queue.finish(job, make_artwork(sha256=digest))

    asyncio.run(publish())
    code, _, error = holder("plan", "--picture", "one.png", password=False)
    assert (code, "the community's painting" in error) == (2, True)


@pytest.mark.slow
def test_what_a_bundle_s_models_painted_is_minted_by_the_bundle_s_licence(
    holder: Run, collection: Collection, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the bundle to the token, in folders that only this has."""
    from engine.testing import SMALL_MODEL, save_small_vqgan

    def ganshare(*arguments: str, models: str) -> None:
        environment = os.environ | {"GANSHARE_MODELS_DIR": str(tmp_path / models)}
        command = [sys.executable, "-m", "ganshare", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    save_small_vqgan(tmp_path / "origin")
    bundle = ("models", "bundle", SMALL_MODEL)
    ganshare(*bundle, "--to", "yes.zip", models="origin")
    ganshare(*bundle, "--to", "no.zip", "--may-not-sell", models="origin")
    paint = ("paint", "a castle", "--model", SMALL_MODEL, "--steps", "1", "--size", "64x64")
    for name in ("yes", "no"):
        ganshare("models", "add", f"{name}.zip", models=name)
        ganshare(*paint, "--no-upscale", "--out", f"{name}.png", models=name)
        monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / name))
        code, out, error = holder("plan", "--picture", f"{name}.png", password=False)
        assert code == 0, error
        assert ("may not be sold" in out) == (name == "no")
    # What the other bundle's licence allowed is held to the one that is installed here.
    assert "may not be sold" in holder("plan", "--picture", "yes.png", password=False)[1]
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "none"))
    code, _, error = holder("plan", "--picture", "yes.png", password=False)
    assert (code, f"{SMALL_MODEL!r} that is not installed" in error) == (2, True)
    mint(holder, monkeypatch)
    [token] = planned(url, collection)
    assert token.token == int(hashlib.sha256((tmp_path / "yes.png").read_bytes()).hexdigest(), 16)
