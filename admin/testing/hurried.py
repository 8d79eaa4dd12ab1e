"""`python -m admin.testing.hurried`: the commands with less patience, for fast chains."""

import functools
import sys

import admin.session
from admin.__main__ import admin as commands
from admin.wallet.timing import Timing
from ganshare.chain.quorum import Patience
from ganshare.cli import run_cli

__all__: list[str] = []

_MARKET = {"patience": 6.0, "outage": 5.0, "lag": 1.5, "pace": 0.1}


class _Hurried(admin.session.OpenSea):
    def __init__(self, base: str, key: str, client: object, **_: float) -> None:
        super().__init__(base, key, client, **_MARKET)  # type: ignore[arg-type]


def _timing(confirmations: int, look: float) -> Timing:
    return Timing(
        confirmations, look / 10, resend=2.0, replace=8.0, give_up=60.0, gap=4.0, tell=10.0
    )


if __name__ == "__main__":
    admin.session.OpenSea = _Hurried  # type: ignore[misc]
    admin.session.Timing = _timing  # type: ignore[misc,assignment]
    admin.session.open_chain = functools.partial(
        admin.session.open_chain, patience=Patience(deadline=6.0, first=0.05, grace=0.2)
    )
    sys.exit(run_cli(commands, sys.argv[1:]))
