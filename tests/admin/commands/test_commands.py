"""The commands: what they show, what they refuse, and that a dry run changes nothing."""

import asyncio
import csv
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from admin.__main__ import admin
from admin.ledger import Collection, Ledger
from admin.session import COIN
from admin.testing.making import make_token
from admin.wallet.keystore import make_keystore
from ganshare.cli import run_cli

CONTRACT = "0x" + "11" * 20
PASSWORD = "correct horse battery"


@pytest.fixture
def run(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.chdir(tmp_path)
    for name in [each for each in os.environ if each.startswith(("ADMIN_", "GANSHARE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GANSHARE_DATABASE_URL", url)

    def run_admin(*arguments: str) -> tuple[int, str, str]:
        code = run_cli(admin, arguments, "ganshare admin")
        said = capfd.readouterr()
        return code, said.out, said.err

    return run_admin


def descriptor(text: str) -> str:
    read, write = os.pipe()
    os.write(write, text.encode())
    os.close(write)
    return str(read)


def test_a_missing_setting_is_named_with_what_sets_it(run: Callable[..., Any]) -> None:
    for command, setting in (("status", "ADMIN_COLLECTION"), ("reconcile", "ADMIN_RPC_URLS")):
        code, _, error = run(command)
        assert code == 2
        assert setting in error


def test_a_key_is_made_and_never_shown(run: Callable[..., Any], tmp_path: Path) -> None:
    code, out, _ = run("keys", "new", "minter.json", "--password-fd", descriptor(PASSWORD))
    assert code == 0
    assert run("keys", "show", "minter.json")[1] == out
    assert PASSWORD not in (tmp_path / "minter.json").read_text()


def test_a_given_key_that_is_none_is_not_quoted(run: Callable[..., Any]) -> None:
    for text, message in (("not-hex", "not hexadecimal"), ("abcd", "32 bytes, not 2")):
        options = ("--password-fd", descriptor(PASSWORD), "--import-fd", descriptor(text))
        code, out, error = run("keys", "new", "k.json", *options)
        assert code == 2
        assert message in error
        assert text not in out + error


async def _fill(url: str) -> None:
    async with Ledger(url) as ledger, ledger.held():
        collection = Collection(137, CONTRACT)
        tokens = [make_token(collection, number) for number in range(1, 4)]
        await ledger.plan(tokens)
        found = {"image_cid": "i", "metadata_cid": "m", "metadata": '{"name":"ünï"}'}
        await ledger.pin(tokens[-1], **found)


def test_status_counts_what_the_ledger_has(
    run: Callable[..., Any], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_fill(url))
    make_keystore(tmp_path / "k.json", PASSWORD)
    monkeypatch.setenv("ADMIN_COLLECTION", CONTRACT)
    monkeypatch.setenv("ADMIN_KEYSTORE", str(tmp_path / "k.json"))
    code, out, _ = run("status", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["tokens"] == {"planned": 2, "pinned": 1}
    assert found["under way"] == 0
    assert found["spent today"] == COIN.show(0)


def test_what_the_ledger_has_is_exported(
    run: Callable[..., Any], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_fill(url))
    monkeypatch.setenv("ADMIN_COLLECTION", CONTRACT)
    code, out, _ = run("export")
    assert code == 0
    whole = json.loads(out)
    assert (whole["format"], whole["chain_id"]) == ("ganshare-ledger/1", 137)
    assert run("export", "--to", "set.csv", "--metadata", "metadata")[0] == 0
    with (tmp_path / "set.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == whole["tokens"]
    assert [each["token"] for each in rows] == ["1", "2", "3"]
    [kept] = (tmp_path / "metadata").iterdir()
    assert kept.name == "3.json"
    assert kept.read_text("utf-8") == '{"name":"ünï"}'


def test_verifying_needs_a_chain(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"picture")
    code, out, error = run("verify", "a.png")
    assert code == 2
    assert str(int(hashlib.sha256(b"picture").hexdigest(), 16)) in out
    assert "ADMIN_RPC_URLS" in error


@pytest.mark.parametrize("command", ["plan", "mint", "list", "unlist", "reconcile", "deploy"])
def test_whatever_changes_something_has_a_dry_run(run: Callable[..., Any], command: str) -> None:
    assert "--dry-run" in run(command, "--help")[1]
