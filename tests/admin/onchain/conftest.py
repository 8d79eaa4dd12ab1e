"""Real Seaport contracts on a local chain, run by `make chain`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin.testing.anvil import Anvil, Market, anvil, make_market


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder that `make chain` installs anvil and Seaport into."""
    folder = os.environ.get("GANSHARE_CHAIN_TOOLS")
    if not folder:
        pytest.skip("`make chain` installs what this needs")
    return Path(folder).absolute()


@pytest.fixture(scope="session")
def local_chain(tools: Path) -> Iterator[Anvil]:
    with anvil(tools) as running:
        yield running


@pytest.fixture(scope="session")
def market(local_chain: Anvil, tools: Path) -> Market:
    return make_market(local_chain, tools)
