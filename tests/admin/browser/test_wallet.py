"""The wallet signs one listing at a time and signing in, as the owner allows, and nothing else.

The messages are real: eth_account, which hashes by the page's own types, recovers who signed.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from structlog.testing import capture_logs

from admin.browser.errors import Code, RequestRefused
from admin.browser.policy import Policy, Wanted, origin_of
from admin.browser.typed_data import DOMAIN_TYPE, TYPES
from admin.browser.wallet import Request, Wallet
from admin.marketplace.currency import read_currency
from admin.marketplace.seaport.contract import SEAPORT_1_6
from admin.marketplace.seaport.order import NATIVE, NO_KEY, Order, order_hash
from admin.testing.making import OWNER, make_limits
from admin.wallet.signer import Signer
from ganshare.errors import SettingsError

ORIGIN = "https://opensea.io"
CHAIN = 137
COLLECTION = "0x" + "11" * 20
FEE = "0x0000a26b00c1F0DF003000390027140000fAa719"
STRANGER = "0x" + "99" * 20
WANTED = Wanted(token=7, identifier=4242, price=10**17)
ME = OWNER.address


def make_typed(**changes: Any) -> dict[str, Any]:
    """What OpenSea's page asks for; a change names its place, such as `domain__chainId`."""
    item = {"itemType": 0, "token": NATIVE, "identifierOrCriteria": "0"}
    start = int(time.time())
    shares = [(ME, 99 * 10**15), (FEE, 10**15)]
    typed: dict[str, Any] = {
        "types": {"EIP712Domain": DOMAIN_TYPE, **json.loads(json.dumps(TYPES))},
        "primaryType": "OrderComponents",
        "domain": {
            "name": "Seaport",
            "version": "1.6",
            "chainId": str(CHAIN),
            "verifyingContract": SEAPORT_1_6,
        },
        "message": {
            "offerer": ME,
            "zone": NATIVE,
            "offer": [
                {
                    "itemType": 2,
                    "token": COLLECTION,
                    "identifierOrCriteria": "4242",
                    "startAmount": "1",
                    "endAmount": "1",
                }
            ],
            "consideration": [
                {**item, "startAmount": str(part), "endAmount": str(part), "recipient": who}
                for who, part in shares
            ],
            "orderType": 0,
            "startTime": start,
            "endTime": start + 30 * 86_400,
            "zoneHash": NO_KEY,
            "salt": "0x" + "ab" * 32,
            "conduitKey": NO_KEY,
            "counter": 0,
        },
    }
    for path, value in changes.items():
        *way, last = path.split("__")
        place: Any = typed
        for name in way:
            place = place[int(name) if name.isdigit() else name]
        place[int(last) if last.isdigit() else last] = value
    return typed


def make_message(**changes: str) -> str:
    values = {
        "domain": "opensea.io",
        "address": ME,
        "uri": "https://opensea.io/",
        "chain": str(CHAIN),
        "issued": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "more": "",
    } | changes
    return (
        f"{values['domain']} wants you to sign in with your account:\n{values['address']}\n\n"
        "Click to sign in and accept the Terms of Service (https://opensea.io/tos).\n\n"
        f"URI: {values['uri']}\nVersion: 1\nChain ID: {values['chain']}\nNonce: 8f0a1b2c3d4e5f60\n"
        f"Issued At: {values['issued']}{values['more']}"
    )


class Recorder:
    """Keeps the orders that the ledger would."""

    def __init__(self) -> None:
        self.orders: list[tuple[Wanted, Order, bytes]] = []

    async def record(self, wanted: Wanted, order: Order, signature: bytes) -> None:
        self.orders.append((wanted, order, signature))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def wallet(recorder: Recorder) -> Wallet:
    limits = make_limits(COLLECTION, chain_id=CHAIN, seaport=SEAPORT_1_6, site="opensea.io")
    policy = Policy(
        origin=ORIGIN,
        owner=ME,
        chain_id=CHAIN,
        seaport=SEAPORT_1_6,
        collection=COLLECTION,
        currency=read_currency(f"POL {NATIVE} 18"),
        recipients=frozenset({FEE}),
        price_cap=10**18,
        conduit_key="0x" + "cc" * 32,
    )
    made = Wallet(Signer(OWNER, limits), policy, recorder.record)
    made.wanted = WANTED
    return made


@pytest.fixture
def ask(wallet: Wallet) -> Callable[..., Any]:
    async def do(method: str, *params: Any, origin: str = ORIGIN) -> Any:
        return await wallet.answer(Request(1, origin, method, list(params)))

    return do


async def test_a_listing_in_hand_is_signed_once_and_recorded_before_it_is_answered(
    ask: Callable[..., Any], recorder: Recorder
) -> None:
    typed = make_typed()
    signature = await ask("eth_signTypedData_v4", ME.lower(), json.dumps(typed))
    numbers = json.loads(json.dumps(typed))
    numbers["message"]["salt"] = int(typed["message"]["salt"], 16)
    signable = encode_typed_data(full_message=numbers)
    assert Account.recover_message(signable, signature=signature) == ME
    ((wanted, order, recorded),) = recorder.orders
    assert (wanted, "0x" + recorded.hex()) == (WANTED, signature)
    assert signable.body == order_hash(order)
    with pytest.raises(RequestRefused, match="No item is being listed now"):
        await ask("eth_signTypedData_v4", ME, json.dumps(typed))


async def test_typed_data_may_come_as_an_object_and_the_offer_as_erc1155(
    ask: Callable[..., Any], recorder: Recorder
) -> None:
    await ask("eth_signTypedData_v4", ME, make_typed(message__offer__0__itemType=3))
    assert len(recorder.orders) == 1


OTHER_TYPES = {"Permit": [{"name": "spender", "type": "address"}]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"domain__name": "Blur Exchange"}, "name of the domain"),
        ({"domain__version": "1.5"}, "version of the domain"),
        ({"domain__chainId": 1}, "chain of the domain"),
        ({"domain__verifyingContract": STRANGER}, "contract of the domain"),
        ({"domain__salt": NO_KEY}, "domain has"),
        ({"primaryType": "Permit", "types": OTHER_TYPES}, "Seaport orders only, not 'Permit'"),
        ({"primaryType": "BulkOrder"}, "Seaport orders only"),
        ({"types__OfferItem": []}, "Seaport orders only"),
        ({"types__Extra": []}, "Seaport orders only"),
        ({"message__offerer": STRANGER}, "offerer"),
        ({"message__offer__0__token": STRANGER}, "offered contract"),
        ({"message__offer__0__identifierOrCriteria": "4243"}, "offered token"),
        ({"message__offer__0__itemType": 4}, "not a known ItemType"),
        ({"message__offer__0__itemType": 1}, "kind of what is offered"),
        ({"message__offer__0__startAmount": "2"}, "changes with time"),
        ({"message__offer": []}, "lists of 1 to"),
        ({"message__consideration__1__recipient": STRANGER}, "recipient"),
        ({"message__consideration__0__recipient": STRANGER}, "recipient"),
        ({"message__consideration__0__endAmount": "1"}, "changes with time"),
        ({"message__consideration__0__token": STRANGER}, "currency"),
        ({"message__consideration__0__itemType": 2}, "kind of currency"),
        ({"message__conduitKey": "0x" + "dd" * 32}, "conduit key"),
        ({"message__orderType": 4}, "OrderType"),
        ({"message__salt": -1}, "whole number"),
        ({"message__counter": True}, "whole number"),
        ({"message__zone": "opensea.eth"}, "not an address"),
        ({"message__extra": 1}, "order has"),
        ({"message__endTime": 2**40}, "duration"),
    ],
)
async def test_an_order_beyond_the_policy_is_refused_and_nothing_is_recorded(
    ask: Callable[..., Any], recorder: Recorder, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(RequestRefused, match=reason) as caught:
        await ask("eth_signTypedData_v4", ME, json.dumps(make_typed(**changes)))
    assert caught.value.code == Code.REFUSED
    assert not recorder.orders


async def test_another_price_and_a_price_above_the_cap_are_refused(
    ask: Callable[..., Any], wallet: Wallet
) -> None:
    cheap = {"startAmount": "1", "endAmount": "1"}
    typed = make_typed()
    typed["message"]["consideration"][0] |= cheap
    with pytest.raises(RequestRefused, match=r"the price is 0\.001"):
        await ask("eth_signTypedData_v4", ME, typed)
    wallet.wanted = Wanted(7, 4242, 2 * 10**18 + 10**15)
    dear = {"startAmount": str(2 * 10**18), "endAmount": str(2 * 10**18)}
    typed["message"]["consideration"][0] |= dear
    with pytest.raises(RequestRefused, match="up to 1 POL"):
        await ask("eth_signTypedData_v4", ME, typed)


async def test_the_owner_keeps_the_larger_share_even_from_recipients_that_are_allowed(
    ask: Callable[..., Any],
) -> None:
    typed = make_typed()
    mine, fee = typed["message"]["consideration"]
    mine["startAmount"] = mine["endAmount"] = str(10**16)
    fee["startAmount"] = fee["endAmount"] = str(9 * 10**16)
    with pytest.raises(RequestRefused, match="seller's share"):
        await ask("eth_signTypedData_v4", ME, typed)


@pytest.mark.parametrize("garbage", ["", "{", "[]", "null", "[" * 5000, 7, None, "x" * 100_001])
async def test_what_is_no_typed_data_is_refused(ask: Callable[..., Any], garbage: object) -> None:
    with pytest.raises(RequestRefused):
        await ask("eth_signTypedData_v4", ME, garbage)


async def test_a_message_to_sign_in_with_is_signed_word_for_word(ask: Callable[..., Any]) -> None:
    text = make_message()
    signature = await ask("personal_sign", "0x" + text.encode().hex(), ME)
    assert Account.recover_message(encode_defunct(text=text), signature=signature) == ME
    assert await ask("personal_sign", text, ME) == signature


@pytest.mark.parametrize(
    "text",
    [
        "I give everything to the bearer.",
        make_message(domain="opensea.io.evil.example"),
        make_message(uri="https://evil.example/"),
        make_message(uri="https://opensea.io@evil.example/"),
        make_message(address="0x" + "Aa" * 20),
        make_message(chain="1"),
        make_message(issued="2021-01-01T00:00:00Z"),
        make_message(issued="2026-99-01T00:00:00Z"),
        make_message(more="\nExpiration Time: 2022-01-01T00:00:00Z"),
        make_message(more="\nResources:\n- https://evil.example/"),
        make_message() + "\n\nand my tokens, too",
        "0x" + "ff" * 32,
    ],
)
async def test_any_other_message_is_refused(ask: Callable[..., Any], text: str) -> None:
    with pytest.raises(RequestRefused):
        await ask("personal_sign", text, ME)


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("eth_sendTransaction", Code.UNAUTHORIZED),
        ("eth_sendRawTransaction", Code.UNAUTHORIZED),
        ("eth_signTransaction", Code.UNAUTHORIZED),
        ("eth_sign", Code.UNAUTHORIZED),
        ("eth_signTypedData", Code.UNAUTHORIZED),
        ("wallet_sendCalls", Code.UNAUTHORIZED),
        ("wallet_addEthereumChain", Code.UNAUTHORIZED),
        ("eth_getEncryptionPublicKey", Code.UNSUPPORTED),
    ],
)
async def test_what_moves_coins_is_refused_and_logged(
    ask: Callable[..., Any], wallet: Wallet, method: str, code: Code
) -> None:
    with capture_logs() as logs, pytest.raises(RequestRefused) as caught:
        await ask(method, {"to": STRANGER, "value": "0x1"})
    assert caught.value.code == code
    assert [(each["event"], each["method"]) for each in logs] == [("the wallet refused", method)]
    assert len(wallet.refusals) == (code is Code.UNAUTHORIZED)


async def test_only_the_marketplace_is_answered_and_only_for_the_own_account(
    ask: Callable[..., Any],
) -> None:
    for origin in ("https://opensea.io.evil.example", "http://opensea.io", "null", ""):
        with pytest.raises(RequestRefused, match=r"https://opensea\.io only"):
            await ask("eth_requestAccounts", origin=origin)
    with pytest.raises(RequestRefused, match="has the account"):
        await ask("eth_signTypedData_v4", STRANGER, make_typed())
    with pytest.raises(RequestRefused, match="two parameters"):
        await ask("personal_sign", "text")


async def test_it_tells_its_account_and_stays_on_its_chain(ask: Callable[..., Any]) -> None:
    assert await ask("eth_requestAccounts") == [ME]
    assert await ask("eth_chainId") == "0x89"
    assert await ask("wallet_switchEthereumChain", {"chainId": "0x89"}) is None
    with pytest.raises(RequestRefused) as caught:
        await ask("wallet_switchEthereumChain", {"chainId": "0x1"})
    assert caught.value.code == Code.UNKNOWN_CHAIN


def test_settings_that_are_no_origin_or_no_currency_are_named() -> None:
    assert origin_of("https://OpenSea.io/collection") == ORIGIN
    with pytest.raises(SettingsError, match="ADMIN_OPENSEA_WEB_BASE"):
        origin_of("opensea.io")
    for text in ("POL", f"POL {NATIVE}", f"POL {NATIVE} x", "POL 0x1 18"):
        with pytest.raises(SettingsError, match="ADMIN_BROWSER_CURRENCY"):
            read_currency(text)
