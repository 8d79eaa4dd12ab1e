"""The commands, typed on a chain in this process by somebody who has a minter's key."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from eth_account import Account

from admin.__main__ import admin
from admin.testing.evm import CHAIN_ID, Evm
from admin.testing.making import make_quick_keystore
from admin.testing.services import relay, serve
from ganshare.cli import run_cli

PASSWORD = "correct horse battery"
MINTER = Account.from_key(b"\x0b" * 32)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def keystore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "minter.json"
    make_quick_keystore(path, PASSWORD, bytes(MINTER.key))
    return path


@pytest.fixture
def run(
    evm: Evm,
    url: str,
    keystore: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Run]:
    monkeypatch.chdir(tmp_path)
    for name in [each for each in os.environ if each.startswith(("ADMIN_", "GANSHARE_"))]:
        monkeypatch.delenv(name)
    with serve(relay(evm)) as address:
        settings = {
            "GANSHARE_DATABASE_URL": url,
            "ADMIN_RPC_URLS": ",".join(f"{address}/endpoint{number}" for number in range(1)),
            "ADMIN_CHAIN_ID": str(CHAIN_ID),
            "ADMIN_KEYSTORE": str(keystore),
            "ADMIN_CONFIRMATIONS": "0",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)

        def run_admin(*arguments: str, password: bool = True) -> tuple[int, str, str]:
            if password:
                read, write = os.pipe()
                os.write(write, PASSWORD.encode())
                os.close(write)
                arguments = (*arguments, "--password-fd", str(read))
            code = run_cli(admin, arguments, "ganshare admin")
            said = capfd.readouterr()
            return code, said.out, said.err

        yield run_admin
