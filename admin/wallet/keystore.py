"""Keystores: the minter's key in an encrypted file, which is written whole or not at all.

Version 3 of the format: https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage
"""

import contextlib
import ctypes
import errno
import getpass
import json
import os
import resource
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from eth_utils.address import is_hex_address, to_checksum_address
from pydantic import BaseModel, Field, ValidationError

from admin.wallet.signer import Limits, Signer
from ganshare.errors import SettingsError, quoted

# eth_account takes a second to import, and most commands sign nothing.
if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

__all__ = [
    "check_new",
    "keep_out_of_dumps",
    "keystore_address",
    "make_keystore",
    "open_keystore",
    "read_key",
    "read_password",
    "write_address",
]

SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 1024
_LARGEST_FILE = 65_536
_MOST_MEMORY = 2**30  # bytes for scrypt; new keystores take a quarter of it
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1
_PR_SET_DUMPABLE = 4
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)

_Hex = Annotated[str, Field(pattern=r"^(0[xX])?([0-9a-fA-F]{2})*$")]


class _Scrypt(BaseModel, strict=True):
    n: int = Field(gt=1)
    r: int = Field(gt=0)
    p: int = Field(gt=0, le=16)
    dklen: Literal[32]
    salt: _Hex


class _Pbkdf2(BaseModel, strict=True):
    c: int = Field(gt=0, le=10_000_000)
    prf: Literal["hmac-sha256"]
    dklen: Literal[32]
    salt: _Hex


class _CipherParams(BaseModel, strict=True):
    iv: _Hex


class _Crypto(BaseModel, strict=True):
    cipher: Literal["aes-128-ctr"]
    cipherparams: _CipherParams
    ciphertext: _Hex
    mac: _Hex
    kdf: Literal["scrypt", "pbkdf2"]
    kdfparams: dict[str, Any]


# --- writing ------------------------------------------------------------------------------------


def make_keystore(path: Path, password: str, key: bytes | None = None) -> str:
    """Make a keystore (version 3, scrypt) that only its owner can read; gives the address.

    Args:
        key: to keep; a new one is drawn if left out.

    Raises:
        SettingsError: password or key are none that can be used, the file exists, or cannot be
            written; then nothing of it is left.
    """
    if len(password) < SHORTEST_PASSWORD:
        message = f"The password has {len(password)} characters; {SHORTEST_PASSWORD} are the least."
        raise SettingsError(message, allowed=SHORTEST_PASSWORD)
    check_new(path)
    from eth_account import Account

    account = Account.create() if key is None else _account(key)
    _write(path, json.dumps(account.encrypt(password, kdf="scrypt")), replace=False)
    return str(account.address)


def check_new(path: Path) -> None:
    """Look whether a keystore can get this name.

    Raises:
        SettingsError: something has it already, or there is no such folder.
    """
    if os.path.lexists(path):
        raise SettingsError(f"There is a file {path} already; keys are never replaced.")
    if not path.parent.is_dir():
        raise SettingsError(f"There is no folder {path.parent} for the keystore; make it first.")


def write_address(path: Path, password: str) -> str:
    """Write into a keystore without an address whose it is; gives the address.

    Raises:
        SettingsError: it cannot be opened, or says another address already.
    """
    account = read_key(path, password)
    values = _read(path)
    if values.get("address") is None:
        values["address"] = account.address.removeprefix("0x").lower()
        _write(path.resolve(), json.dumps(values), replace=True)
    return str(account.address)


def _write(path: Path, text: str, *, replace: bool) -> None:
    """Write a file under another name, and give it its own once all of it is on the disk."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 600
        written = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                written.replace(path)
            else:
                _link(written, path)
        finally:
            written.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except FileExistsError as error:
        raise SettingsError(f"There is a file {path} already; keys are never replaced.") from error
    except OSError as error:
        message = f"The keystore {path} cannot be written: {error.strerror}."
        raise SettingsError(message, given=str(path)) from error


def _link(written: Path, path: Path) -> None:
    """Give a file its second name, unless something has it."""
    try:
        os.link(written, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A file system without links, such as a memory stick's: the name is taken first.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        written.replace(path)


# --- reading ------------------------------------------------------------------------------------


def keystore_address(path: Path) -> str:
    """Read whose keystore it says it is; no password is needed.

    Raises:
        SettingsError: it is no keystore, or does not say that.
    """
    address = _address(path, _read(path))
    if address is None:
        raise SettingsError(
            f"The keystore {path} does not name its address; `ganshare admin keys show {path} "
            "--add-address` finds that out with the password, and writes it in."
        )
    return address


def open_keystore(path: Path, password: str, limits: Limits) -> Signer:
    """Decrypt a keystore.

    Raises:
        SettingsError: it is no keystore, others may read it, the password is wrong, or the key is
            another's than it says.
    """
    return Signer(read_key(path, password), limits)


def read_key(path: Path, password: str) -> "LocalAccount":
    """Decrypt a keystore's key; raises SettingsError as `open_keystore` does."""
    from eth_account import Account

    values = _read(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        message = f"Others may read the keystore {path}; `chmod 600` puts that right."
        raise SettingsError(message)
    said = _address(path, values)
    _check_crypto(path, values)
    try:
        key = bytes(Account.decrypt(values, password))
    except (ValueError, TypeError, KeyError, MemoryError) as error:
        # The library's message is left out, and so is the chain of errors: it knows too much.
        del error
        raise SettingsError(f"The password does not open the keystore {path}.") from None
    account = _account(key)
    if said not in (None, account.address):
        raise SettingsError(
            f"The keystore {path} says that it is of {said}, but its key is of {account.address}; "
            "nothing is signed with it."
        )
    return account


def _account(key: bytes) -> "LocalAccount":
    if len(key) != 32 or not 0 < int.from_bytes(key, "big") < _ORDER:
        raise SettingsError(
            "This is not a key: a key is a number of 32 bytes that is neither zero nor beyond the "
            "order of secp256k1."
        )
    from eth_account import Account

    account: LocalAccount = Account.from_key(key)
    return account


def _check_crypto(path: Path, values: dict[str, Any]) -> None:
    """Refuse what is damaged, and what would take the machine's memory or a day to open."""
    try:
        crypto = _Crypto.model_validate(values.get("crypto"))
        kind = _Scrypt if crypto.kdf == "scrypt" else _Pbkdf2
        cost = kind.model_validate(crypto.kdfparams)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(each) for each in first["loc"]) or "crypto"
        reason = first["msg"].replace("Input should be", "it must be")
        message = f"The keystore {path} cannot be used: {where}: {reason}."
        raise SettingsError(message, given=str(path)) from None
    if isinstance(cost, _Scrypt) and (
        128 * cost.n * cost.r > _MOST_MEMORY or cost.n & (cost.n - 1)
    ):
        raise SettingsError(
            f"The keystore {path} cannot be used: its scrypt has n = {cost.n} and r = {cost.r}; n "
            f"must be a power of two, and 128 * n * r at most {_MOST_MEMORY}.",
            given=cost.n,
        )


def _address(path: Path, values: dict[str, Any]) -> str | None:
    """The address that a keystore says; None if it says none, as the format allows."""
    said = values.get("address")
    if said is None:
        return None
    address = "0x" + str(said).lower().removeprefix("0x")
    if not isinstance(said, str) or not is_hex_address(address):
        message = f"The keystore {path} names {quoted(str(said))}, which is not an address."
        raise SettingsError(message, given=str(path))
    return str(to_checksum_address(address))


def _read(path: Path) -> dict[str, Any]:
    """Read a keystore's values, with all names in lower case."""
    try:
        # A pipe in the file's place would be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            kind = os.fstat(file.fileno()).st_mode
            data = file.read(_LARGEST_FILE) if stat.S_ISREG(kind) else b""
    except OSError as error:
        message = f"The keystore {path} cannot be read: {error.strerror}."
        raise SettingsError(message, given=str(path)) from error
    try:
        values = _lower(json.loads(data))
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or values.get("version") != 3:
        message = (
            f"The file {path} is not a keystore of version 3, as `ganshare admin keys new` makes."
        )
        raise SettingsError(message, given=str(path))
    return values


def _lower(values: Any) -> Any:
    if not isinstance(values, dict):
        return values
    return {str(name).lower(): _lower(value) for name, value in values.items()}


# --- the process --------------------------------------------------------------------------------


def keep_out_of_dumps() -> None:
    """Let no core dump of this process be written, and no other process of the user read it."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    with contextlib.suppress(OSError, AttributeError):  # where there is no prctl
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def read_password(prompt: str, descriptor: int | None = None) -> str:
    """Read a password from a file descriptor, or ask for it; never from the command line.

    Raises:
        SettingsError: the descriptor cannot be read or holds nothing, or nobody is there to ask.
    """
    if descriptor is None:
        try:
            return getpass.getpass(prompt)
        except EOFError as error:
            message = "There is no terminal to ask for the password; use --password-fd N."
            raise SettingsError(message) from error
    try:
        with os.fdopen(descriptor, "rb", closefd=True) as file:
            line = file.readline(_LONGEST_PASSWORD)
    except OSError as error:
        message = f"No password can be read from file descriptor {descriptor}."
        raise SettingsError(message, given=descriptor) from error
    password = line.decode("utf-8", "replace").rstrip("\r\n")
    if not password:
        raise SettingsError(f"File descriptor {descriptor} holds no password.", given=descriptor)
    return password
