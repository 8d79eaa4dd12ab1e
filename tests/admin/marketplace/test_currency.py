"""The owner names the currency, the chain describes it; OpenSea's word counts for nothing."""

import pytest

from admin.marketplace.currency import check_currency, read_currency
from admin.marketplace.seaport.amounts import Currency
from admin.marketplace.seaport.order import NATIVE
from admin.testing.seaport_chain import SeaportChain
from ganshare.chain.chain import Chain
from ganshare.chain.rpc import Endpoint
from ganshare.errors import SettingsError

WETH = Currency("WETH", "0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619", 18)
POL = Currency("POL", NATIVE, 18)
FAKE = Currency("WETH", "0x" + "fa" * 20, 18)
USDC = Currency("USDC", "0x" + "dC" * 20, 6)


async def check(there: Currency, found: Currency, named: Currency | None = None) -> None:
    chain = SeaportChain(137, there)
    async with chain.client as client:
        await check_currency(Chain([Endpoint("http://chain", client)], 137), found, named)


async def test_the_chains_coin_its_wrapped_ether_and_what_the_owner_names_are_taken() -> None:
    await check(WETH, WETH)
    await check(WETH, POL)
    await check(USDC, USDC, named=USDC)


@pytest.mark.parametrize(
    ("there", "found", "named", "message"),
    [
        (WETH, Currency("WETH", WETH.address, 6), None, "OpenSea says .* with 6 decimals; on the"),
        (WETH, Currency("DAI", WETH.address, 18), None, "OpenSea says .*'DAI'"),
        (WETH, Currency("WETH", NATIVE, 18), None, "on the chain it is 'POL'"),
        (WETH, Currency("POL", NATIVE, 6), None, "with 6 decimals; on the chain it is 'POL'"),
        (FAKE, FAKE, None, "set ADMIN_CURRENCY to its symbol, address and decimals"),
        (WETH, WETH, USDC, "allowed is USDC"),
        (USDC, USDC, Currency("USDC", USDC.address, 18), "ADMIN_CURRENCY says .* 18 decimals"),
        (Currency("SCAM", WETH.address, 18), WETH, None, "on the chain it is 'SCAM'"),
    ],
)
async def test_a_currency_that_is_not_what_it_is_said_to_be_is_refused(
    there: Currency, found: Currency, named: Currency | None, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        await check(there, found, named)


@pytest.mark.parametrize("decimals", ["٣", "1_8", "-1", "37", "999999999", "x"])
def test_decimals_that_are_none_are_refused(decimals: str) -> None:
    with pytest.raises(SettingsError, match="ADMIN_CURRENCY is"):
        read_currency(f"WETH {WETH.address} {decimals}", "ADMIN_CURRENCY")
