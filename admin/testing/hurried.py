"""`python -m admin.testing.hurried`: the commands with less patience, for fast chains."""

import functools
import sys

import httpx

import admin.session
from admin.__main__ import admin as commands
from admin.marketplace.opensea import OpenSea
from admin.wallet.timing import Timing
from ganshare.chain.chain import open_chain
from ganshare.chain.quorum import Patience
from ganshare.cli import run_cli

__all__: list[str] = []

_CHAIN = Patience(deadline=6.0, first=0.05, grace=0.2)
_MARKET = {"patience": 6.0, "outage": 5.0, "lag": 1.5, "pace": 0.1}
_SENDER = {"resend": 2.0, "replace": 8.0, "give_up": 60.0, "gap": 4.0, "tell": 10.0}


def _opensea(base: str, key: str, client: httpx.AsyncClient, **_: float) -> OpenSea:
    return OpenSea(base, key, client, **_MARKET)


def _timing(confirmations: int, look: float) -> Timing:
    return Timing(confirmations, look / 10, **_SENDER)


if __name__ == "__main__":
    vars(admin.session).update(
        OpenSea=_opensea,
        Timing=_timing,
        open_chain=functools.partial(open_chain, patience=_CHAIN),
    )
    sys.exit(run_cli(commands, sys.argv[1:]))
