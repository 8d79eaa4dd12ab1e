"""Checks the currency of orders: OpenSea's answer against the owner's and the chain's.

Anyone can make a token that is called WETH: only its address tells it from the real one, and only
the contract knows how many decimals it has.
"""

from collections.abc import Mapping

from eth_utils.address import is_hex_address, to_checksum_address

from admin.marketplace.seaport.amounts import Currency
from admin.marketplace.seaport.order import NATIVE
from ganshare.chain.abi import Function
from ganshare.chain.chain import Chain
from ganshare.errors import SettingsError, quoted

__all__ = [
    "BALANCE",
    "DECIMALS",
    "SYMBOL",
    "TRANSFER_CURRENCY",
    "allowed_currencies",
    "check_currency",
    "read_currency",
]

BALANCE = Function("balanceOf(address)", ("uint256",))
TRANSFER_CURRENCY = Function("transfer(address,uint256)", ("bool",))
DECIMALS = Function("decimals()", ("uint8",))
SYMBOL = Function("symbol()", ("string",))
_MOST_DECIMALS = 36


def _coin(symbol: str) -> Currency:
    return Currency(symbol, NATIVE, 18)


def _weth(address: str) -> Currency:
    return Currency("WETH", address, 18)


# Each chain's own coin, and its wrapped ether, by the chain's id.
_KNOWN: Mapping[int, tuple[Currency, ...]] = {
    1: (_coin("ETH"), _weth("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2")),
    10: (_coin("ETH"), _weth("0x4200000000000000000000000000000000000006")),
    137: (_coin("POL"), _weth("0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619")),
    8453: (_coin("ETH"), _weth("0x4200000000000000000000000000000000000006")),
    42161: (_coin("ETH"), _weth("0x82aF49447D8a07e3bd95BD0d56f35241523fBab1")),
    80002: (_coin("POL"),),
    11155111: (_coin("ETH"),),
}


def allowed_currencies(chain_id: int, named: Currency | None = None) -> tuple[Currency, ...]:
    """Give what orders may be in: what the owner named, or else the chain's coin and its WETH."""
    return (named,) if named else _KNOWN.get(chain_id, ())


async def check_currency(chain: Chain, found: Currency, named: Currency | None = None) -> None:
    """Refuse a currency that is not the owner's, or not what it is said to be.

    Args:
        found: as OpenSea describes it.
        named: by the owner; if not, the chain's coin and its wrapped ether are known.

    Raises:
        SettingsError: the currency is not one of those, or OpenSea describes it wrongly.
        WorldError: the chain's endpoints disagree, or there is no such contract.
    """
    allowed = allowed_currencies(chain.chain_id, named)
    same = next((each for each in allowed if each.address == found.address), None)
    if same is None:
        names = " or ".join(f"{each.symbol} {each.address}" for each in allowed) or "none yet"
        raise SettingsError(
            f"OpenSea lists the collection in {quoted(found.symbol)} {found.address}; allowed is "
            f"{names}. If you want to be paid in it, set ADMIN_CURRENCY to its symbol, address and "
            'decimals, such as "WETH 0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619 18"; take them '
            "from who issues it, not from a marketplace.",
            given=found.address,
            allowed=[each.address for each in allowed],
        )
    there = same
    if same.address != NATIVE:
        [symbol] = await chain.call(same.address, SYMBOL)
        [decimals] = await chain.call(same.address, DECIMALS)
        there = Currency(str(symbol), same.address, int(decimals))
    for who, said in (("OpenSea", found), ("ADMIN_CURRENCY", same)):
        if said != there:
            raise SettingsError(
                f"{who} says that {there.address} is {quoted(said.symbol)} with {said.decimals} "
                f"decimals; on the chain it is {quoted(there.symbol)} with {there.decimals}. "
                "Nothing is signed.",
                given=said.decimals,
                allowed=there.decimals,
            )


def read_currency(text: str, setting: str = "ADMIN_BROWSER_CURRENCY") -> Currency:
    """Read a currency such as "WETH 0x7ceB... 18".

    Raises:
        SettingsError: it is none.
    """
    symbol, address, decimals = (*text.split(), "", "", "")[:3]
    fine = len(text.split()) == 3 and is_hex_address(address)
    digits = decimals.isascii() and decimals.isdecimal() and len(decimals) < 3
    if not fine or not digits or int(decimals) > _MOST_DECIMALS:
        raise SettingsError(
            f"{setting} is {quoted(text)}; it must be a symbol, an address and a number of "
            "decimals, such as POL 0x0000000000000000000000000000000000000000 18."
        )
    return Currency(symbol, str(to_checksum_address(address)), int(decimals))
