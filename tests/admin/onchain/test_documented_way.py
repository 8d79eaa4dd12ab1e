"""docs/minting.md and docs/shares.md, typed as they stand: from an empty folder to a sale.

The chain is a local one. Whoever types it fills in what has three dots, answers what is asked,
sends coins to addresses that are printed, and waits for OpenSea.
"""

import asyncio
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from eth_account import Account

from admin.ledger import Collection, Ledger, ListingState
from admin.marketplace.seaport.contract import FULFILL_ORDER
from admin.testing.anvil import CHAIN_ID, Market, anvil, make_market
from admin.testing.curated import curate
from admin.testing.opensea import Opensea
from admin.testing.services import Collector, serve
from ganshare.testing import TIMEOUT

pytestmark = [pytest.mark.chain, pytest.mark.slow]

MINTING, SHARES = Path("docs/minting.md"), Path("docs/shares.md")
WAY = "From the curated set to a sale"
PASSWORD = "correct horse battery staple"
ANSWERS = {"assword: ": PASSWORD, "Again: ": PASSWORD, "[y/N]: ": "y"}
_ASKS_PASSWORD = re.compile(r"Password of 0x\w{40}: $")


def commands(heading: str, page: Path = MINTING) -> list[str]:
    """The lines of code under a heading, without comments."""
    text = page.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line[4:] for line in text.splitlines() if re.match("    [^ ]", line)]
    return [re.sub(r"\s+# .*", "", line) for line in lines]


@dataclass
class Typist:
    """Somebody at a terminal."""

    folder: Path
    market: Market
    opensea: Opensea
    environment: dict[str, str]
    fills: dict[str, str]
    told: dict[str, str] = field(default_factory=dict)

    def type(self, line: str) -> str:
        """Type a line; gives what the terminal shows."""
        if line.startswith("export "):
            for each in line.split()[1:]:
                name, _, value = each.partition("=")
                self.environment[name] = self.fills.get(name, value)
                assert "..." not in self.environment[name], line
            return ""
        line = (
            line.replace("GIFT", self.fills.get("gift", "GIFT"))
            .replace('"..."', '"Our paintings"')
            .replace("0x...", self.fills.get("owner", "0x..."))
        )
        assert "..." not in line
        said = self._run(line)
        self._act(line, said)
        self.told[line] = said
        return said

    def _act(self, line: str, said: str) -> None:
        """Do what people do besides typing."""
        if "keys new" in line:
            [address] = re.findall(r"0x\w{40}", said)
            self.market.chain.fund(address)
            self.fills["owner"] = address  # the last one
        if "shares deploy" in line:
            self.fills |= dict(re.findall(r"(ADMIN_GATE_\w+)=([\w,]+)", said))
            self.opensea.contract = self.fills["ADMIN_GATE_CONTRACT"]
        elif "deploy" in line:
            [self.fills["ADMIN_COLLECTION"]] = re.findall(r"ADMIN_COLLECTION=(0x\w{40})", said)
            self.opensea.contract = self.fills["ADMIN_COLLECTION"]
        if line.endswith("admin mint"):
            self.opensea.slug = "paintings"
        if "shares grant" in line:
            [self.fills["gift"]] = re.findall(r"\b[0-9a-f]{22}\b", said)
        if "admin list" in line:
            asyncio.run(self._buy())

    async def _buy(self) -> None:
        async with Ledger(self.environment["GANSHARE_DATABASE_URL"]) as ledger:
            collection = Collection(CHAIN_ID, self.environment["ADMIN_COLLECTION"])
            found = await ledger.listings(collection, ListingState.POSTED)
        listing = found[0]
        order = (listing.order.as_parameters(), listing.signature)
        data = FULFILL_ORDER.call_data(order, bytes(32))
        self.market.chain.send(self.market.buyer, self.market.seaport, data, listing.price)

    def _run(self, line: str) -> str:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            ["/bin/bash", "-c", line],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=self.folder,
            env=self.environment,
            start_new_session=True,
        )
        os.close(theirs)
        shown, answered, deadline = "", 0, time.monotonic() + TIMEOUT
        try:
            while time.monotonic() < deadline:
                if select.select([ours], [], [], 0.1)[0]:
                    try:
                        shown += os.read(ours, 65_536).decode("utf-8", "replace")
                    except OSError:  # the other end is closed
                        break
                    answer = _answer(shown[answered:])
                    if answer is not None:
                        answered = len(shown)
                        os.write(ours, answer.encode() + b"\n")
            assert process.wait(TIMEOUT) == 0, f"{line}\n{shown}"
        finally:
            process.kill()
            process.wait()
            os.close(ours)
        return shown.replace("\r\n", "\n")


def _answer(shown: str) -> str | None:
    if _ASKS_PASSWORD.search(shown):
        return PASSWORD
    return next((answer for asked, answer in ANSWERS.items() if shown.endswith(asked)), None)


@pytest.fixture
def typist(tools: Path, tmp_path: Path) -> Iterator[Typist]:
    with ExitStack() as stack:
        market = make_market(stack.enter_context(anvil(tools)), tools)
        opensea = Opensea("", slug="", fees=[(market.market_fee, 1.0), (market.creator_fee, 5.0)])
        # What is not Polygon's, OpenSea's and IPFS's own.
        local = {
            "ADMIN_SEAPORT": market.seaport,
            "ADMIN_CONDUIT_KEY": market.conduit_key,
            "ADMIN_CONFIRMATIONS": "0",
            "ADMIN_OPENSEA_API_BASE": stack.enter_context(serve(opensea.app)) + "/api/v2",
            "GANSHARE_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/ganshare.db",
            "GANSHARE_BLOBS_URL": f"file://{tmp_path}/blobs",
            "BOT_CURATORS": "discord:1",
        }
        fills = {
            "ADMIN_RPC_URLS": market.chain.url,
            "ADMIN_IPFS_API": stack.enter_context(serve(Collector().app)) + "/api/v0",
            "ADMIN_OPENSEA_API_KEY": "opensea-key",
            "ADMIN_TREASURY": Account.create().address,
        }
        others = {
            name: value for name, value in os.environ.items() if not name.startswith("ADMIN_")
        }
        # As after `source .venv/bin/activate`.
        others["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        folder = tmp_path / "empty"
        folder.mkdir()
        yield Typist(folder, market, opensea, others | local, fills)


def test_the_way_of_the_docs_leads_from_an_empty_folder_to_a_sale(typist: Typist) -> None:
    asyncio.run(curate(typist.environment))
    prices = commands("Prices")
    (typist.folder / "prices.toml").write_text("\n".join(prices))
    doctors = []
    for line in commands(WAY):
        said = typist.type(line)
        if line == "ganshare admin doctor":
            doctors.append(said.splitlines()[-1])
    assert doctors == [
        "next: `ganshare admin plan --prices prices.toml` takes the curated paintings in.",
        "next: `ganshare admin list --prices prices.toml` lists minted tokens for sale.",
    ]
    told = typist.told
    assert "filled" in told["ganshare admin reconcile"]
    assert "1 filled" in told["ganshare admin status"]
    assert "proceeds are not counted" in told["ganshare admin plan --prices prices.toml"]
    # What the buyer paid came to the seller, and from there to the treasury.
    assert typist.market.chain.balance(typist.fills["ADMIN_TREASURY"]) > 1_000 * 10**18


def test_the_shares_of_the_docs_are_made_offered_and_looked_after(typist: Typist) -> None:
    asyncio.run(curate(typist.environment))
    typist.fills["ADMIN_OPENSEA_COLLECTION"] = typist.opensea.slug = "shares"
    typist.environment["ADMIN_OPENSEA_COLLECTION"] = "shares"
    for line in commands(WAY):
        if re.match(r"export ADMIN_(RPC|CHAIN|KEYSTORE|SELLER|OPENSEA_API)|.* keys new", line):
            typist.type(line)
    page = SHARES.read_text("utf-8").partition("\n## For owners\n")[2]
    [offer] = re.findall(r"\*\*3\. Sell them\.\*\* `(.*?)`", page)
    lines = commands("For owners", SHARES)
    made = next(n for n, line in enumerate(lines) if line.startswith("export")) + 1
    for line in (*lines[:made], offer, *lines[made:]):
        typist.type(line)
    told = typist.told
    assert "edition 3: posted" in told[offer]
    assert "discord:42" in told["ganshare admin shares grant discord:42 --hours 5"]
    assert (typist.folder / "shares-report/report.csv").exists()
    assert (typist.folder / "kit.zip").stat().st_size > 1e6
