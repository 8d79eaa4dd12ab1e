"""The gate with thousands of linked members: `python -m benchmarks.shares --members 10000`.

A chain that answers at once stands behind three endpoints; what is measured is our own work, and
how many questions the endpoints are asked.
"""

import argparse
import asyncio
import json
import random
import resource
import statistics
import tempfile
import time
from typing import Any

import httpx
from eth_abi.abi import decode, encode

from ganshare.chain.chain import Chain
from ganshare.chain.multicall import AGGREGATE
from ganshare.chain.rpc import make_endpoints
from ganshare.domain.shares import ShareToken, Terms
from ganshare.shares.gate import Gate
from ganshare.shares.reader import ShareReader
from ganshare.shares.terms import GateSettings
from ganshare.store import Store, open_store
from ganshare.store.db.tables_shares import holdings, wallets
from ganshare.store.sql import insert

CONTRACT = "0x" + "5a" * 20
ONE = (1).to_bytes(32, "big")


class Answers(httpx.AsyncBaseTransport):
    """A chain on which everybody has a share, with Multicall3."""

    def __init__(self) -> None:
        self.height, self.asked = 1_000, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one question."""
        asked = json.loads(request.content)
        self.asked += 1
        answers = {
            "eth_chainId": hex(137),
            "eth_blockNumber": hex(self.height),
            "eth_getCode": "0x60",
            "eth_getLogs": [],
        }
        result: Any = answers.get(asked["method"])
        if result is None:
            data = bytes.fromhex(asked["params"][0]["data"][10:])
            (calls,) = decode(("(address,bool,bytes)[]",), data)
            result = "0x" + encode(AGGREGATE.returns, ([(True, ONE)] * len(calls),)).hex()
        return httpx.Response(200, json={"jsonrpc": "2.0", "id": asked["id"], "result": result})


async def fill(store: Store, members: int) -> None:
    """Link a wallet for each member."""

    async def write(connection: Any) -> None:
        for start in range(0, members, 500):
            rows = [
                {"wallet": f"0x{number:040x}", "account": f"discord:{number}", "linked": 0.0}
                for number in range(start, min(start + 500, members))
            ]
            values = [{**row, "block": 0} for row in rows]
            await connection.execute(insert(connection.dialect.name, wallets).values(values))

    await store.database.atomically(write)


async def measure(url: str, members: int, checks: int) -> None:
    """Print what sweeps and checks take."""
    answers = Answers()
    async with (
        open_store(url, migrate=True) as store,
        httpx.AsyncClient(transport=answers) as client,
    ):
        await fill(store, members)
        token = ShareToken(137, CONTRACT, (1,))
        urls = [f"http://endpoint{number}" for number in range(3)]
        reader = ShareReader(Chain(make_endpoints(urls, client), 137), token, 12)
        settings = GateSettings(token, Terms(tuple(token.names), seconds=36_000.0), tuple(urls))
        gate = Gate(store, settings, reader)
        for name in ("the first sweep, of all wallets", "a sweep without transfers"):
            before, began = answers.asked, time.perf_counter()
            changed = await gate.sweep()
            seconds = time.perf_counter() - began
            print(f"{name}: {answers.asked - before} questions, {seconds:.2f} s, {changed} changes")
            answers.height += 15
            # As if they had held them for long: what changed lately is read again in each sweep.
            await store.database.write(holdings.update().values(since=1.0))
        chance, times, before = random.Random(7), [], answers.asked
        spent = time.process_time()
        for _ in range(checks):
            began = time.perf_counter()
            paid = await gate.payment(f"discord:{chance.randrange(members)}")
            times.append(1000 * (time.perf_counter() - began))
            if paid is None:
                raise RuntimeError("a member's share was not found")
        spent = 1000 * (time.process_time() - spent) / checks
        late = sorted(times)[round(0.99 * len(times)) - 1]
        print(
            f"{checks} checks of members, cached: median {statistics.median(times):.2f} ms, "
            f"99 % within {late:.2f} ms, {spent:.2f} ms of "
            f"CPU each, {answers.asked - before} questions"
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"memory at most {peak:.0f} MiB")


def main() -> None:
    """Measure on SQLite, or on the database that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--checks", type=int, default=1_000)
    parser.add_argument("--url", help="of an empty database; SQLite in a temporary folder if unset")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.url or f"sqlite+aiosqlite:///{folder}/store.db"
        asyncio.run(measure(url, given.members, given.checks))


if __name__ == "__main__":
    main()
