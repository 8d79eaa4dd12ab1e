"""`ganshare admin keys`: makes and shows keystores; never prints a key."""

from pathlib import Path

import click

from admin.prompts import password_option
from admin.wallet.keystore import (
    check_new,
    keep_out_of_dumps,
    keystore_address,
    make_keystore,
    read_password,
    write_address,
)
from ganshare.errors import SettingsError

__all__ = ["keys"]


@click.group()
def keys() -> None:
    """Create a keystore for the minter, or show whose it is."""


@keys.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--password-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read the password from this file descriptor.",
)
@click.option(
    "--import-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read a hexadecimal key from this one.",
)
def new(path: Path, password_fd: int | None, import_fd: int | None) -> None:
    """Create a key, or import one from a file descriptor, and store it encrypted at PATH."""
    keep_out_of_dumps()
    check_new(path)
    key = None
    if import_fd is not None:
        try:
            key = bytes.fromhex(read_password("", import_fd).removeprefix("0x"))
        except ValueError:
            # Without the chain of errors: its message would quote the key.
            raise SettingsError("What was given as a key is not hexadecimal.") from None
        if len(key) != 32:
            raise SettingsError(f"A key has 32 bytes, not {len(key)}.")
    password = read_password("New password: ", password_fd)
    if password_fd is None and read_password("Again: ") != password:
        raise SettingsError("The two passwords differ.")
    click.echo(make_keystore(path, password, key))


@keys.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--add-address", is_flag=True, help="Derive it with the password and write it in.")
@password_option
def show(path: Path, add_address: bool, password_fd: int | None) -> None:
    """Print the address in the keystore."""
    if not add_address:
        click.echo(keystore_address(path))
        return
    keep_out_of_dumps()
    click.echo(write_address(path, read_password("Password: ", password_fd)))
