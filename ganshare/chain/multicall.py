"""Multicall3: many calls in one, at the same address on most chains.

See https://www.multicall3.com; where it isn't, each call is a question of its own.
"""

from ganshare.chain.abi import Function

__all__ = ["AGGREGATE", "MULTICALL"]

MULTICALL = "0xcA11bde05977b3631167028862bE2a173976CA11"
# Contract, whether it may fail, call data -> whether it was done, what it gave.
AGGREGATE = Function("aggregate3((address,bool,bytes)[])", ("(bool,bytes)[]",))
