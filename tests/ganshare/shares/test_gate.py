"""The gate before a chain whose endpoints may be late, lie or be away."""

from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from admin.testing.shares import ANN, Shares
from ganshare.errors import AdmissionError, WorldError
from ganshare.shares.gate import Gate
from ganshare.store import Store
from ganshare.store.db.tables_shares import sweeps, wallets

WHO, WALLET = "discord:1", ANN.address.lower()
AWAY = httpx.ConnectError("away")


async def link(store: Store) -> None:
    await store.shares.wallets.link(WHO, WALLET, 0.0)


async def forget_cache(store: Store) -> None:
    await store.database.write(wallets.update().values(checked=1.0))
    await store.database.write(sweeps.update().values(swept=1.0))


async def test_who_holds_a_share_paints_with_weight(
    gate: Gate, store: Store, shares: Shares
) -> None:
    await link(store)
    with pytest.raises(AdmissionError, match="Only share holders can paint"):
        await gate.payment(WHO)
    shares.give(ANN.address)
    await forget_cache(store)
    paid = await gate.payment(WHO)
    assert paid is not None
    assert (paid.weight, paid.seconds) == (4.0, 3600.0)


async def test_within_a_minute_nobody_is_asked_again(
    gate: Gate, store: Store, shares: Shares
) -> None:
    await link(store)
    shares.give(ANN.address)
    await gate.payment(WHO)
    before = len(shares.evm.asked)
    await gate.payment(WHO)
    assert len(shares.evm.asked) == before


async def test_a_sweep_finds_what_was_sold_and_bought(
    gate: Gate, store: Store, shares: Shares
) -> None:
    await link(store)
    await gate.sweep()
    shares.give(ANN.address, 2)
    assert await gate.sweep() == 2
    assert len((await gate.standing(WHO)).shares) == 2
    shares.take_back()
    assert await gate.sweep() == 1
    assert len((await gate.standing(WHO)).shares) == 1
    assert await gate.sweep() == 0


async def test_a_sweep_without_transfers_asks_little(
    gate: Gate, store: Store, shares: Shares
) -> None:
    await link(store)
    await gate.sweep()
    before = len(shares.evm.asked)
    await gate.sweep()
    asked = [method for _, method in shares.evm.asked[before:]]
    assert sorted(set(asked)) == ["eth_blockNumber", "eth_getLogs"]
    assert len(asked) == 6  # two questions to three endpoints


async def test_an_endpoint_that_lies_is_outvoted(gate: Gate, store: Store, shares: Shares) -> None:
    await link(store)
    rich = {"result": "0x" + f"{1:064x}"}
    shares.evm.pretend(0, "eth_call", rich)
    with capture_logs(), pytest.raises(AdmissionError, match="share holders"):
        await gate.payment(WHO)


async def test_an_endpoint_that_lags_or_is_away_stops_nobody(
    gate: Gate, store: Store, shares: Shares
) -> None:
    await link(store)
    shares.evm.pretend(0, "eth_blockNumber", {"result": "0x1"})
    shares.evm.fail(1, AWAY)
    shares.give(ANN.address)
    with capture_logs(), pytest.raises(AdmissionError, match="cannot be checked"):
        await gate.payment(WHO)  # one of three is left, which is no majority
    del shares.evm.answers[("endpoint1", "")]
    with capture_logs():
        assert await gate.payment(WHO) is not None


async def test_in_an_outage_no_job_is_paid_by_a_share_and_no_share_is_lost(
    gate: Gate, store: Store, shares: Shares
) -> None:
    await link(store)
    shares.give(ANN.address)
    await gate.sweep()
    for number in range(3):
        shares.evm.fail(number, AWAY)
    assert await gate.payment(WHO) is not None  # known for less than a minute
    await forget_cache(store)
    with pytest.raises(AdmissionError, match="cannot be checked"):
        await gate.payment(WHO)
    with pytest.raises(WorldError):
        await gate.sweep()
    assert await store.shares.holdings.holders(gate.terms.tokens) == {WHO}


async def test_in_an_outage_gifts_pay_and_others_have_what_is_free(
    make_gate: Any, store: Store, shares: Shares
) -> None:
    await link(store)
    for number in range(3):
        shares.evm.fail(number, AWAY)
    gate = make_gate(others_per_day=1)
    assert await gate.payment(WHO) is None
    gift = await store.shares.usage.give(WHO, 60.0, 1, by="owner", reason="")
    paid = await gate.payment(WHO)
    assert paid is not None
    assert paid.payer == gift
    with pytest.raises(AdmissionError, match="1 paintings per day"):
        await gate.payment("discord:2", count=2)


async def test_contradicting_endpoints_are_an_outage(
    gate: Gate, store: Store, shares: Shares
) -> None:
    await link(store)
    for number in range(3):
        shares.evm.pretend(number, "eth_call", {"result": "0x" + f"{number:064x}"})
    with capture_logs(), pytest.raises(AdmissionError, match="cannot be checked"):
        await gate.payment(WHO)


async def test_a_share_counts_after_some_blocks_and_is_gone_at_once(
    make_gate: Any, store: Store, shares: Shares
) -> None:
    gate = make_gate(confirmations=3)
    await link(store)
    await gate.sweep()
    shares.give(ANN.address)
    await gate.sweep()
    assert (await gate.standing(WHO)).shares == ()
    shares.evm.tester.mine_blocks(3)
    await gate.sweep()
    assert len((await gate.standing(WHO)).shares) == 1
    shares.take_back()
    await gate.sweep()
    assert (await gate.standing(WHO)).shares == ()


async def test_a_reorganisation_gives_back_what_was_not_sold(
    make_gate: Any, store: Store, shares: Shares
) -> None:
    gate = make_gate(confirmations=2)
    await link(store)
    shares.give(ANN.address)
    shares.evm.tester.mine_blocks(3)
    await gate.sweep()
    before = shares.evm.tester.take_snapshot()
    shares.take_back()
    await gate.sweep()
    assert (await gate.standing(WHO)).shares == ()
    shares.evm.revert(before)  # the sale never happened
    shares.evm.tester.mine_blocks(2)
    await gate.sweep()
    assert len((await gate.standing(WHO)).shares) == 1


async def test_a_reorganisation_takes_away_what_was_not_bought(
    make_gate: Any, store: Store, shares: Shares
) -> None:
    """At once where it was counted, and never to be counted where it waits for blocks."""
    gates = make_gate(), make_gate(confirmations=3)
    await link(store)
    for gate in gates:
        await gate.sweep()
        before = shares.evm.tester.take_snapshot()
        shares.give(ANN.address)
        await gate.sweep()
        held = len((await gate.standing(WHO)).shares)
        assert held == (gate is gates[0])
        shares.evm.revert(before)  # the purchase never happened
        shares.evm.tester.mine_blocks(4)
        await gate.sweep()
        assert (await gate.standing(WHO)).shares == ()
        with pytest.raises(AdmissionError, match="share holders"):
            await gate.payment(WHO)
