"""The key signs what the owner allowed and nothing else, and shows itself nowhere."""

import copy
import logging
import pickle
from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account

from admin.contract.collection import GRANT_ROLE, MINTER_ROLE, PAUSE
from admin.marketplace.seaport.amounts import Currency, Fee
from admin.marketplace.seaport.contract import FULFILL_AVAILABLE, SEAPORT_1_6, SET_APPROVAL
from admin.marketplace.seaport.listing import Terms, listing
from admin.marketplace.seaport.order import NATIVE, Domain, ItemType, OfferItem, Order
from admin.testing.making import OWNER, make_limits
from admin.wallet.fees import GWEI, FeeCapError, FeePolicy, Fees, priority_floor
from admin.wallet.signer import PolicyError, Signer
from ganshare.chain.abi import Function

CONTRACT = "0x" + "11" * 20
ELSEWHERE = "0x" + "22" * 20
PAUSED = PAUSE.call_data()
DOMAIN = Domain(137, SEAPORT_1_6)


def make_signer(**overrides: Any) -> Signer:
    values = {"chain_id": 137, "seaport": SEAPORT_1_6, "may_deploy": False} | overrides
    return Signer(OWNER, make_limits(CONTRACT, **values))


def make_order(**overrides: Any) -> Order:
    terms = Terms(
        seller=OWNER.address,
        collection=CONTRACT,
        currency=Currency("POL", NATIVE, 18),
        fees=(Fee(ELSEWHERE, 600),),
        zone=None,
        conduit_key="0x" + "00" * 32,
        start=1_700_000_000,
        duration=86_400,
        counter=0,
    )
    return replace(listing(terms, 7, 10**18), **overrides)


def sign(signer: Signer, **overrides: Any) -> Any:
    values: dict[str, Any] = {
        "chain_id": 137,
        "nonce": 0,
        "to": CONTRACT,
        "data": PAUSED,
        "value": 0,
    }
    values |= {"value": 0, "gas": 100_000, "fees": Fees(50 * GWEI, GWEI), "spent": 0}
    return signer.sign_transaction(**(values | overrides))


def test_a_signed_transaction_is_the_owners() -> None:
    signed = sign(make_signer())
    assert Account.recover_transaction(signed.raw) == OWNER.address


@pytest.mark.parametrize(
    ("overrides", "what"),
    [
        ({"chain_id": 1}, "chain is 1"),
        ({"to": ELSEWHERE}, "recipient is 0x2222"),
        ({"to": None}, "recipient is a new contract"),
        ({"fees": Fees(101 * GWEI, GWEI)}, "gas price in gwei is 101"),
        ({"gas": 30_000_000}, "cost of a transaction"),
        ({"value": 10**18}, "cost of a transaction"),
        ({"spent": 10**19}, "cost of 24 hours"),
    ],
)
def test_a_transaction_beyond_the_owners_limits_is_refused(
    overrides: dict[str, Any], what: str
) -> None:
    with pytest.raises(PolicyError, match=what):
        sign(make_signer(), **overrides)


def call(signature: str, *values: Any) -> bytes:
    return Function(signature).call_data(*values)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        call("approve(address,uint256)", ELSEWHERE, 7),
        call("safeTransferFrom(address,address,uint256)", OWNER.address, ELSEWHERE, 7),
        call("setTokenDigest(uint256,bytes32)", 7, bytes(32)),
        call("beginDefaultAdminTransfer(address)", ELSEWHERE),
        call("renounceRole(bytes32,address)", MINTER_ROLE, OWNER.address),
        call("multicall(bytes[])", [PAUSED]),
        FULFILL_AVAILABLE.selector,
        SET_APPROVAL.call_data(ELSEWHERE, True),
        GRANT_ROLE.call_data(bytes(32), ELSEWHERE),
    ],
)
@pytest.mark.parametrize("to", [CONTRACT, SEAPORT_1_6])
def test_no_call_is_signed_that_no_command_sends(data: bytes, to: str) -> None:
    recipients = frozenset({CONTRACT, SEAPORT_1_6})
    with pytest.raises(PolicyError, match=r"the (call|operator|role) is 0x"):
        sign(make_signer(recipients=recipients), data=data, to=to)


def test_the_conduit_and_no_other_gets_the_right_to_move_tokens() -> None:
    data = SET_APPROVAL.call_data(ELSEWHERE, True)
    sign(make_signer(operators=frozenset({ELSEWHERE})), data=data)
    with pytest.raises(PolicyError, match="operator"):
        sign(make_signer(operators=frozenset({CONTRACT})), data=data)


def test_what_the_key_has_signed_may_be_signed_with_other_fees_and_nothing_else() -> None:
    data, plain = SET_APPROVAL.call_data(ELSEWHERE, True), make_signer()
    first = sign(make_signer(operators=frozenset({ELSEWHERE})), data=data)
    sign(plain, data=data, before=first.raw)
    other = Signer(Account.from_key(b"\x0b" * 32), make_limits(CONTRACT, chain_id=137))
    for signer, change in (
        (plain, {"nonce": 1}),
        (plain, {"data": SET_APPROVAL.call_data(OWNER.address, True)}),
        (plain, {"value": 1}),
        (plain, {"to": SEAPORT_1_6}),
        (other, {}),
    ):
        with pytest.raises(PolicyError):
            sign(signer, **({"data": data, "before": first.raw} | change))


def without_seller() -> Order:
    order = make_order()
    return replace(
        order,
        consideration=tuple(
            replace(each, recipient=ELSEWHERE) if each.recipient == OWNER.address else each
            for each in order.consideration
        ),
    )


@pytest.mark.parametrize(
    ("order", "what"),
    [
        (make_order(offerer=ELSEWHERE), "offerer"),
        (make_order(offer=()), "number of offered items"),
        (make_order(offer=(OfferItem(ItemType.ERC721, ELSEWHERE, 7, 1),)), "offered item"),
        (make_order(offer=(OfferItem(ItemType.ERC20, CONTRACT, 0, 10**18),)), "offered item"),
        (make_order(consideration=()), "seller's share"),
        (without_seller(), "seller's share"),
        (make_order(end=1_700_000_000 + 400 * 86_400), "duration"),
    ],
)
def test_an_order_that_gives_something_away_is_refused(order: Order, what: str) -> None:
    with pytest.raises(PolicyError, match=what):
        make_signer().sign_listings([make_order(), order], DOMAIN)


@pytest.mark.parametrize(
    "domain", [replace(DOMAIN, chain_id=1), replace(DOMAIN, contract=ELSEWHERE)]
)
def test_an_order_for_another_chain_or_contract_is_refused(domain: Domain) -> None:
    with pytest.raises(PolicyError, match="Seaport"):
        make_signer().sign_listings([make_order()], domain)


def test_a_key_that_must_not_list_signs_no_order() -> None:
    with pytest.raises(PolicyError, match="Seaport"):
        make_signer(seaport=None).sign_listings([make_order()], DOMAIN)


def test_a_signer_shows_no_key(caplog: pytest.LogCaptureFixture) -> None:
    signer = make_signer()
    with caplog.at_level(logging.DEBUG):
        logging.getLogger().info("%r %s", signer, signer)
    assert bytes(OWNER.key).hex() not in caplog.text
    for away in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="stays in its process"):
            away(signer)


# --- fees ---------------------------------------------------------------------------------------


def test_fees_keep_polygons_floor_and_the_cap() -> None:
    policy = FeePolicy(cap=500 * GWEI, floor=priority_floor(137))
    assert policy.choose(30 * GWEI, GWEI) == Fees(85 * GWEI, 25 * GWEI)
    assert policy.choose(300 * GWEI, 30 * GWEI) == Fees(500 * GWEI, 30 * GWEI)
    with pytest.raises(FeeCapError, match="the cap is 500 gwei"):
        policy.choose(480 * GWEI, 30 * GWEI)


def test_a_replacement_raises_both_fees_by_an_eighth_rounded_up_or_is_refused() -> None:
    policy = FeePolicy(cap=100)
    raised = policy.raised(Fees(41, 3), base=1, suggested=1)
    assert raised == Fees(47, 4)
    with pytest.raises(FeeCapError):
        policy.raised(Fees(90, 3), base=1, suggested=1)
