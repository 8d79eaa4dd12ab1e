"""Linking a wallet: only what this page wrote for this account, signed by the wallet, and once."""

import asyncio
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from admin.testing.evm import CHAIN_ID, Evm
from admin.testing.shares import ANN, Shares
from ganshare.errors import ParameterError, WorldError
from ganshare.shares.gate import Gate
from ganshare.shares.wallet_link import WalletLinks
from ganshare.store import Store

SITE, WHO = "https://paint.example", "discord:1"
UNDEPLOYED = "64926492649264926492649264926492" * 2


def sign(text: str, account: Any = ANN) -> str:
    return "0x" + account.sign_message(encode_defunct(text=text)).signature.hex()


@pytest.fixture
def links(store: Store, gate: Gate) -> WalletLinks:
    return WalletLinks(store, SITE, CHAIN_ID, 7 * 86_400.0, gate.reader)


async def test_a_signed_message_links_the_wallet(links: WalletLinks, store: Store) -> None:
    text = await links.message(WHO, ANN.address.lower())
    assert text.startswith("paint.example wants you to sign in with your Ethereum account:\n")
    assert f"the account {WHO}." in text
    assert await links.link(WHO, text, sign(text)) == ANN.address
    (wallet,) = await store.shares.wallets.of_person(WHO)
    assert wallet.wallet == ANN.address.lower()


async def test_a_signature_is_good_once_also_at_once(links: WalletLinks) -> None:
    text = await links.message(WHO, ANN.address)
    tries = [links.link(WHO, text, sign(text)) for _ in range(5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(isinstance(each, str) for each in results) == [False] * 4 + [True]
    with pytest.raises(ParameterError, match="already used"):
        await links.link(WHO, text, sign(text))


async def test_a_signature_for_one_account_links_no_other(links: WalletLinks) -> None:
    text = await links.message("discord:2", ANN.address)
    with pytest.raises(ParameterError, match="another account"):
        await links.link(WHO, text, sign(text))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("paint.example wants", "evil.example wants", "is for 'evil.example', not for paint"),
        ("URI: https://paint.example", "URI: https://evil.example", "not for https://paint"),
        (f"Chain ID: {CHAIN_ID}", "Chain ID: 1", f"for chain 1, not for chain {CHAIN_ID}"),
        ("Issued At: 20", "Issued At: 19", "has expired"),
        ("Expiration Time: 20", "Expiration Time: 19", "has expired"),
        ("This costs nothing", "\nThis costs nothing", "not a sign-in message"),
        ("Version: 1", "Version: 2", "not a sign-in message"),
        # What the wallet's owner reads is not what the page wrote.
        (f"account {WHO}.", "account discord:9.", "not a sign-in message"),
        (f"Link this wallet to the account {WHO}. ", "Play a game. ", "not a sign-in message"),
        ("This costs nothing and moves nothing.\n", "", "not a sign-in message"),
    ],
)
async def test_a_message_of_another_kind_is_refused(
    links: WalletLinks, old: str, new: str, said: str
) -> None:
    text = (await links.message(WHO, ANN.address)).replace(old, new)
    with pytest.raises(ParameterError, match=said):
        await links.link(WHO, text, sign(text))


async def test_a_message_without_an_end_is_refused(links: WalletLinks) -> None:
    text = (await links.message(WHO, ANN.address)).partition("\nExpiration")[0]
    with pytest.raises(ParameterError, match="not a sign-in message"):
        await links.link(WHO, text, sign(text))


@pytest.mark.parametrize(
    "signature", ["", "0x", "0xzz", "0x00", "0x" + "11" * 65, "0x" + "1" * 131]
)
async def test_what_is_no_signature_of_the_wallet_is_refused(
    links: WalletLinks, signature: str
) -> None:
    text = await links.message(WHO, ANN.address)
    with pytest.raises(ParameterError, match="does not belong to the wallet"):
        await links.link(WHO, text, signature)


async def test_somebody_else_s_signature_is_refused_and_uses_the_nonce_up(
    links: WalletLinks,
) -> None:
    text = await links.message(WHO, ANN.address)
    with pytest.raises(ParameterError, match="does not belong to the wallet"):
        await links.link(WHO, text, sign(text, Account.from_key(b"\x0c" * 32)))
    with pytest.raises(ParameterError, match="already used"):
        await links.link(WHO, text, sign(text))


async def test_a_wallet_that_is_not_deployed_is_told_so(links: WalletLinks) -> None:
    text = await links.message(WHO, ANN.address)
    with pytest.raises(ParameterError, match="EIP-6492"):
        await links.link(WHO, text, "0x" + "ab" * 100 + UNDEPLOYED)


async def test_an_address_that_is_none_is_refused(links: WalletLinks) -> None:
    for wallet in ("", "0x12", ANN.address[2:], "ann.eth", ANN.address + "\n"):
        with pytest.raises(ParameterError, match="is not a wallet address"):
            await links.message(WHO, wallet)


# --- contract wallets ---------------------------------------------------------------------------


def deploy(evm: Evm, answer: bytes) -> str:
    """A contract that gives the same bytes whatever it is asked."""
    size = len(answer)
    padded = answer + b"\0" * (-size % 32)
    code = b""
    for at in range(0, len(padded), 32):
        code += b"\x7f" + padded[at : at + 32] + b"\x60" + bytes([at]) + b"\x52"
    code += b"\x60" + bytes([size]) + b"\x60\x00\xf3"
    length = bytes([len(code)])
    copied = b"\x60" + length + b"\x60\x0c\x60\x00\x39\x60" + length + b"\x60\x00\xf3"
    return evm.deploy(copied + code)


async def test_a_contract_wallet_speaks_for_itself(
    links: WalletLinks, shares: Shares, store: Store
) -> None:
    wallet = deploy(shares.evm, bytes.fromhex("1626ba7e").ljust(32, b"\0"))
    text = await links.message(WHO, wallet)
    assert await links.link(WHO, text, "0xabcd") == wallet


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        bytes.fromhex("1626ba7e"),  # too short
        bytes.fromhex("1626ba7e").rjust(32, b"\0"),
        (1).to_bytes(32, "big"),
        bytes.fromhex("1626ba7e").ljust(31, b"\0") + b"\x01",
        b"\xff" * 32,
    ],
)
async def test_a_contract_that_says_anything_else_is_refused(
    links: WalletLinks, shares: Shares, answer: bytes
) -> None:
    wallet = deploy(shares.evm, answer)
    text = await links.message(WHO, wallet)
    with pytest.raises(ParameterError, match="does not belong to the wallet"):
        await links.link(WHO, text, "0xabcd")


async def test_one_endpoint_alone_does_not_speak_for_a_contract(
    links: WalletLinks, shares: Shares
) -> None:
    wallet = deploy(shares.evm, b"\xff" * 32)
    shares.evm.pretend(0, "eth_call", {"result": "0x1626ba7e" + "00" * 28})
    text = await links.message(WHO, wallet)
    with pytest.raises(ParameterError, match="does not belong to the wallet"):
        await links.link(WHO, text, "0xabcd")
    for number in range(3):
        shares.evm.pretend(number, "eth_call", {"result": "0x1626ba7e" + "00" * 27 + f"0{number}"})
    text = await links.message(WHO, wallet)
    with pytest.raises(WorldError):
        await links.link(WHO, text, "0xabcd")


async def test_without_a_chain_a_contract_wallet_is_not_believed(store: Store) -> None:
    links = WalletLinks(store, SITE, CHAIN_ID, 0.0)
    text = await links.message(WHO, "0x" + "12" * 20)
    with pytest.raises(ParameterError, match="does not belong to the wallet"):
        await links.link(WHO, text, "0xabcd")
