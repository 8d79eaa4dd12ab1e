"""A chain in this process with shares on it, and a gate before a store."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from admin.testing.evm import CHAIN_ID, Evm
from admin.testing.shares import Shares, deploy_shares
from ganshare.domain.shares import ShareToken, Terms
from ganshare.shares.gate import Gate
from ganshare.shares.reader import ShareReader
from ganshare.shares.terms import GateSettings
from ganshare.store import Store, open_store


@pytest.fixture(scope="session")
def deployed() -> tuple[Evm, str]:
    """A chain with shares, made once."""
    evm = Evm()
    address = deploy_shares(evm)
    evm.tester.mine_blocks(5)
    return evm, address


@pytest.fixture
async def shares(deployed: tuple[Evm, str]) -> AsyncIterator[Shares]:
    tester = deployed[0].tester
    before = tester.take_snapshot()
    made = Evm(tester, endpoints=3)
    async with made.client:
        yield Shares(made, deployed[1])
    tester.revert_to_snapshot(before)


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    async with open_store(sqlite_url) as opened:
        yield opened


@pytest.fixture
def make_gate(store: Store, shares: Shares) -> Any:
    def make(*, confirmations: int = 0, **terms: Any) -> Gate:
        token = ShareToken(CHAIN_ID, shares.address.lower(), (1,))
        settings = GateSettings(
            token,
            Terms(tuple(token.names), seconds=3600.0, **terms),
            ("http://endpoint0",),
            confirmations=confirmations,
        )
        return Gate(store, settings, ShareReader(shares.evm.chain, token, confirmations))

    return make


@pytest.fixture
def gate(make_gate: Any) -> Gate:
    made: Gate = make_gate()
    return made
