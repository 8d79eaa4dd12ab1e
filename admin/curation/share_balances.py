"""Share balances when a round began: from a list, or from the chain at that block."""

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from eth_utils.address import is_hex_address, to_checksum_address

from ganshare.chain.abi import Function
from ganshare.chain.chain import Call, Chain
from ganshare.errors import ParameterError, WorldError, quoted

__all__ = ["Holder", "Shares", "balances", "block_at", "read_holders"]

_OF_721 = Function("balanceOf(address)", ("uint256",))
_OF_1155 = Function("balanceOf(address,uint256)", ("uint256",))
_COLUMNS = "columns `account` and either `shares` or `wallet`"


@dataclass(frozen=True, slots=True)
class Holder:
    """A line of the list: an account such as "discord:42" with its shares or with its wallet."""

    account: str
    shares: float = 0.0
    wallet: str = ""


@dataclass(frozen=True, slots=True)
class Shares:
    """What counts as a share: an ERC-721's tokens, or with a token id those of an ERC-1155."""

    contract: str
    token: int | None = None

    def __post_init__(self) -> None:
        """Check the address."""
        if not is_hex_address(self.contract):
            message = f"{quoted(self.contract)} is not a contract address, 0x and 40 hex digits."
            raise ParameterError(message, given=self.contract)


def read_holders(file: Path) -> list[Holder]:
    """Read a CSV file.

    Raises:
        ParameterError: a column is missing, a line is not understood, or a wallet comes twice.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeError, csv.Error) as error:
        raise ParameterError(f"{file} cannot be read: {error}.", given=str(file)) from error
    columns = set(rows[0]) if rows else set()
    if "account" not in columns or len(columns & {"shares", "wallet"}) != 1:
        raise ParameterError(f"{file} needs {_COLUMNS}, and a line for each holder.", given=file)
    holders = [_holder(row, f"{file}, line {number}") for number, row in enumerate(rows, 2)]
    wallets = [each.wallet for each in holders if each.wallet]
    if twice := {each for each in wallets if wallets.count(each) > 1}:
        message = f"{file} has the wallet {min(twice)} for two accounts; its shares count once."
        raise ParameterError(message, given=min(twice))
    return holders


def _holder(row: Mapping[str, str | None], where: str) -> Holder:
    account, wallet = (row["account"] or "").strip(), (row.get("wallet") or "").strip()
    if ":" not in account.strip(":"):
        message = f"{where}: {quoted(account)} is not an account; accounts look like discord:42."
        raise ParameterError(message, given=account)
    if "wallet" in row:
        if not is_hex_address(wallet):
            raise ParameterError(
                f"{where}: {quoted(wallet)} is not a wallet address.", given=wallet
            )
        return Holder(account, wallet=to_checksum_address(wallet))
    text = (row.get("shares") or "").strip()
    try:
        shares = float(text)
    except ValueError:
        shares = math.nan
    if not 0 <= shares < math.inf:
        message = f"{where}: {quoted(text)} is not a number of shares; it must be 0 or more."
        raise ParameterError(message, given=text)
    return Holder(account, shares)


async def block_at(chain: Chain, moment: float) -> int:
    """Give the last block that was made before a moment.

    Raises:
        WorldError: the chain has not come so far yet.
    """
    last = await chain.height()
    if await _time(chain, last) < moment:
        raise WorldError("The chain's newest block is older than that; try again in a minute.")
    first = 0
    while last - first > 1:  # the first is before the moment, the last is not
        middle = (first + last) // 2
        if await _time(chain, middle) < moment:
            first = middle
        else:
            last = middle
    return first


async def balances(
    chain: Chain, shares: Shares, block: int, holders: Iterable[Holder]
) -> dict[str, float]:
    """Read what each account's wallets held as of a block; endpoints must agree."""
    every = list(holders)
    calls: list[Call] = []
    for each in every:
        if shares.token is None:
            calls.append((shares.contract, _OF_721, (each.wallet,)))
        else:
            calls.append((shares.contract, _OF_1155, (each.wallet, shares.token)))
    found: dict[str, float] = {}
    for each, answer in zip(every, await chain.call_all(calls, block), strict=True):
        found[each.account] = found.get(each.account, 0.0) + float(answer[0])
    return found


async def _time(chain: Chain, block: int) -> int:
    return (await chain.block(block)).time
