"""A keystore is there whole or not at all, and what else lies in its place is told."""

import json
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from admin.testing.making import OWNER, make_limits
from admin.wallet.keystore import (
    keystore_address,
    make_keystore,
    open_keystore,
    read_password,
    write_address,
)
from ganshare.errors import SettingsError

PASSWORD = "correct horse battery"


@pytest.fixture
def keystore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    quick = Account.encrypt
    # The real work factor takes seconds, which one test waits for.
    monkeypatch.setattr(
        Account, "encrypt", lambda key, password, **_: quick(key, password, "pbkdf2", 1)
    )
    monkeypatch.setattr(
        "eth_account.signers.local.LocalAccount.encrypt",
        lambda self, password, **_: quick(self.key, password, "pbkdf2", 1),
    )
    make_keystore(tmp_path / "minter.json", PASSWORD, bytes(OWNER.key))
    return tmp_path / "minter.json"


def test_a_keystore_opens_with_its_password_only(keystore: Path) -> None:
    limits = make_limits()
    assert keystore_address(keystore) == OWNER.address
    assert open_keystore(keystore, PASSWORD, limits).address == OWNER.address
    with pytest.raises(SettingsError, match="does not open") as raised:
        open_keystore(keystore, "wrong", limits)
    assert raised.value.__cause__ is None
    assert "wrong" not in str(raised.value)


def test_a_keystore_is_its_owners_alone_and_never_replaced(keystore: Path) -> None:
    assert stat.S_IMODE(keystore.stat().st_mode) == 0o600
    with pytest.raises(SettingsError, match="never replaced"):
        make_keystore(keystore, PASSWORD)
    keystore.chmod(0o644)
    with pytest.raises(SettingsError, match="Others may read"):
        open_keystore(keystore, PASSWORD, make_limits())


def test_a_new_keystore_uses_scrypt(tmp_path: Path) -> None:
    address = make_keystore(tmp_path / "new.json", PASSWORD)
    values = json.loads((tmp_path / "new.json").read_text())
    assert values["crypto"]["kdf"] == "scrypt"
    assert values["crypto"]["kdfparams"]["n"] >= 2**17
    assert keystore_address(tmp_path / "new.json") == address


def test_a_short_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="12 are the least"):
        make_keystore(tmp_path / "k.json", "short")


@pytest.mark.parametrize("content", ["", "{}", '{"version": 2}', "[3]"])
def test_what_is_no_keystore_is_said_to_be_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "k.json").write_text(content)
    with pytest.raises(SettingsError, match="not a keystore of version 3"):
        keystore_address(tmp_path / "k.json")


DUMPED = """
import ctypes, os, resource
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
from admin.wallet.keystore import keep_out_of_dumps
keep_out_of_dumps()
dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
print(resource.getrlimit(resource.RLIMIT_CORE)[0], dumpable, flush=True)
os.abort()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only the limit is set")
def test_a_process_that_crashes_leaves_no_dump_of_its_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DUMPED]
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGABRT, done.stderr
    assert done.stdout.split() == ["0", "0"]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def descriptor() -> Callable[[bytes], int]:
    def make(content: bytes) -> int:
        read, write = os.pipe()
        os.write(write, content)
        os.close(write)
        return read

    return make


def test_a_password_comes_from_a_file_descriptor(descriptor: Callable[[bytes], int]) -> None:
    assert read_password("", descriptor(b"secret word\nmore")) == "secret word"
    with pytest.raises(SettingsError, match="holds no password"):
        read_password("", descriptor(b""))
    with pytest.raises(SettingsError, match="No password can be read"):
        read_password("", 999)


# --- what is written ----------------------------------------------------------------------------


def test_a_full_disk_leaves_nothing_that_takes_the_name(keystore: Path) -> None:
    path = keystore.with_name("new.json")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(SettingsError, match="cannot be written: File too large"):
            make_keystore(path, PASSWORD)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(keystore.parent.iterdir()) == [keystore]
    assert make_keystore(path, PASSWORD) == keystore_address(path)


def test_file_and_folder_are_on_the_disk_before_a_key_is_told(
    keystore: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []

    def fsync(descriptor: int) -> None:
        synced.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")

    monkeypatch.setattr(os, "fsync", fsync)
    make_keystore(keystore.with_name("new.json"), PASSWORD)
    assert synced == ["file", "folder"]


def test_a_file_system_without_links_keeps_keys_too(
    keystore: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    path = keystore.with_name("new.json")
    assert make_keystore(path, PASSWORD) == keystore_address(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(list(keystore.parent.iterdir())) == 2


@pytest.mark.parametrize("place", ["folder", "broken link", "missing folder", "file as folder"])
def test_what_cannot_become_a_keystore_is_told_in_a_sentence(keystore: Path, place: str) -> None:
    folder = keystore.parent
    (folder / "folder").mkdir()
    (folder / "broken link").symlink_to(folder / "nowhere")
    paths = {"missing folder": folder / "no" / "k.json", "file as folder": keystore / "k.json"}
    before = set(folder.iterdir())
    with pytest.raises(SettingsError, match=r"There is (no folder|a file) .*[.;]"):
        make_keystore(paths.get(place, folder / place), PASSWORD)
    assert set(folder.iterdir()) == before


@pytest.mark.parametrize("key", [bytes(32), b"\xff" * 32, b"", b"\x01" * 31])
def test_what_is_no_key_is_told_without_quoting_it(tmp_path: Path, key: bytes) -> None:
    with pytest.raises(SettingsError, match="This is not a key") as raised:
        make_keystore(tmp_path / "k.json", PASSWORD, key)
    assert key.hex() == "" or key.hex() not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


# --- what is read -------------------------------------------------------------------------------


def change(path: Path, **changes: Any) -> None:
    """Change a keystore's values; names are joined by two underscores, None takes a value away."""
    values = json.loads(path.read_text())
    for name, value in changes.items():
        *parents, last = name.split("__")
        place = values
        for each in parents:
            place = place[each]
        place[last] = value
        if value is None:
            del place[last]
    path.write_text(json.dumps(values))


def test_a_false_address_is_not_believed(keystore: Path) -> None:
    change(keystore, address="22" * 20)
    with pytest.raises(SettingsError, match=rf"of 0x2222.* but its key is of {OWNER.address}"):
        open_keystore(keystore, PASSWORD, make_limits())


def test_a_keystore_without_an_address_gets_one(keystore: Path) -> None:
    change(keystore, address=None)
    with pytest.raises(SettingsError, match="--add-address"):
        keystore_address(keystore)
    assert open_keystore(keystore, PASSWORD, make_limits()).address == OWNER.address
    assert write_address(keystore, PASSWORD) == OWNER.address
    assert keystore_address(keystore) == OWNER.address
    assert stat.S_IMODE(keystore.stat().st_mode) == 0o600
    assert open_keystore(keystore, PASSWORD, make_limits()).address == OWNER.address


def test_names_in_capitals_are_read_as_other_wallets_write_them(keystore: Path) -> None:
    values = json.loads(keystore.read_text())
    values["Crypto"] = values.pop("crypto")
    keystore.write_text(json.dumps(values | {"address": "0X" + values["address"].upper()}))
    assert open_keystore(keystore, PASSWORD, make_limits()).address == OWNER.address


SCRYPT = {"n": 2**18, "r": 8, "p": 1, "dklen": 32, "salt": "00" * 16}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"address": 5}, "not an address"),
        ({"address": "xyz"}, "not an address"),
        ({"crypto": None}, "crypto"),
        ({"crypto": [1]}, "crypto"),
        ({"crypto__mac": 7}, "mac"),
        ({"crypto__kdf": "argon2"}, "kdf"),
        ({"crypto__cipherparams__iv": "zz"}, "iv"),
        ({"crypto__kdfparams__c": 10**12}, "less than or equal to 10000000"),
        ({"crypto__kdfparams__dklen": 2**31}, "dklen"),
        ({"crypto__kdf": "scrypt", "crypto__kdfparams": SCRYPT | {"n": 2**40}}, "at most"),
        ({"crypto__kdf": "scrypt", "crypto__kdfparams": SCRYPT | {"r": 2**30}}, "at most"),
        ({"crypto__kdf": "scrypt", "crypto__kdfparams": SCRYPT | {"p": 2**20}}, "p: "),
        ({"crypto__kdf": "scrypt", "crypto__kdfparams": SCRYPT | {"n": 100_000}}, "power of two"),
        ({"crypto__kdf": "scrypt", "crypto__kdfparams": SCRYPT | {"n": True}}, "n: "),
    ],
)
def test_hostile_and_damaged_keystores_are_refused_at_once(
    keystore: Path, changes: dict[str, Any], why: str
) -> None:
    change(keystore, **changes)
    with pytest.raises(SettingsError, match=why):
        open_keystore(keystore, PASSWORD, make_limits())


def test_whatever_lies_in_a_keystores_place_is_no_keystore(tmp_path: Path) -> None:
    path = tmp_path / "k.json"
    for content in (
        b"[" * 60_000,
        b'{"version": ' + b"9" * 5_000 + b"}",
        b"\xff\xfe",
        b" " * 10**6,
    ):
        path.write_bytes(content)
        with pytest.raises(SettingsError, match="not a keystore"):
            keystore_address(path)
    with pytest.raises(SettingsError, match="Is a directory"):
        keystore_address(tmp_path)
    with pytest.raises(SettingsError, match="No such file"):
        keystore_address(tmp_path / "none.json")
    os.mkfifo(tmp_path / "pipe")  # whoever opens it to read waits for a writer
    with pytest.raises(SettingsError, match="not a keystore"):
        keystore_address(tmp_path / "pipe")
