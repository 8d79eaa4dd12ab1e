"""Stand-ins on loopback that other processes can talk to: OpenSea, an IPFS node, an explorer.

The OpenSea one takes orders and answers as the real one's description says, and can be told to
fail in all the ways that networks and services do.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from admin.marketplace.seaport.order import (
    ConsiderationItem,
    ItemType,
    OfferItem,
    Order,
    OrderType,
    order_hash,
)
from admin.minting.ipfs import cid_of

__all__ = ["Collector", "Opensea", "Scan", "relay", "serve"]


@dataclass
class Opensea:
    """OpenSea, as far as listings go.

    Args:
        contract: of the only collection, whose name is `slug`.
        chain: its name in addresses; `fees`, `zone` and `currency` as the collection has them.
        troubles: what happens to a posted order, by a die: "500 after", "timeout after", "429",
            "500 before".
        late: how often an order that is stored is said to be unknown.
    """

    contract: str
    slug: str = "paintings"
    chain: str = "polygon"
    fees: list[tuple[str, float]] = field(default_factory=list)
    zone: str | None = None
    currency: Mapping[str, Any] = field(
        default_factory=lambda: {"symbol": "POL", "address": "0x" + "00" * 20, "decimals": 18}
    )
    troubles: tuple[str, ...] = ()
    seed: int = 1
    late: int = 0
    listings: dict[str, dict[str, Any]] = field(default_factory=dict)
    stored: list[str] = field(default_factory=list)  # each time that an order was stored
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Throw the die from a seed."""
        self._die = random.Random(self.seed)  # noqa: S311  # a test must be repeatable
        self._asked: Counter[str] = Counter()

    @property
    def app(self) -> Starlette:
        """The API."""
        base = "/api/v2"
        return Starlette(
            routes=[
                Route(base + "/collections/{slug}", self._collection),
                Route(base + "/orders/{chain}/seaport/listings", self._post, methods=["POST"]),
                Route(base + "/orders/chain/{chain}/protocol/{seaport}/{hash}", self._order),
            ]
        )

    async def _collection(self, request: Request) -> Response:
        if request.path_params["slug"] != self.slug:
            return JSONResponse({"errors": ["no such collection"]}, 404)
        fees = [
            {"fee": fee, "recipient": recipient, "required": number == 0}
            for number, (recipient, fee) in enumerate(self.fees)
        ]
        money = {**self.currency, "chain": self.chain, "name": "", "image": "", "eth_price": "1"}
        money |= {"usd_price": "1"}
        found: dict[str, Any] = {
            "collection": self.slug,
            "name": self.slug,
            "contracts": [{"address": self.contract.lower(), "chain": self.chain}],
            "fees": fees,
            "pricing_currencies": {"listing_currency": money, "offer_currency": money},
            "created_date": "2026-01-01",
            "editors": [],
            "opensea_url": f"https://opensea.io/collection/{self.slug}",
            "safelist_status": "not_requested",
            **dict.fromkeys(("is_disabled", "is_nsfw"), False),
            **dict.fromkeys(("collection_offers_enabled", "trait_offers_enabled"), True),
            **dict.fromkeys(("total_supply", "unique_item_count"), 100),
        }
        return JSONResponse(found | ({"required_zone": self.zone} if self.zone else {}))

    async def _post(self, request: Request) -> Response:
        trouble = self._die.choice(self.troubles) if self.troubles else ""
        if trouble == "429":
            return JSONResponse({"errors": ["slow down"]}, 429, {"retry-after": "0.05"})
        if trouble == "500 before":
            return JSONResponse({"errors": ["oops"]}, 500)
        body = await request.json()
        self.bodies.append(body)
        problem = self._problem(request, body)
        if problem:
            return JSONResponse({"errors": [problem]}, 400)
        found = "0x" + order_hash(_read(body["parameters"])).hex()
        if found in self.listings:
            return JSONResponse({"errors": ["duplicate order"]}, 400)
        self.listings[found] = body
        self.stored.append(found)
        if trouble == "500 after":
            return JSONResponse({"errors": ["oops"]}, 500)
        if trouble == "timeout after":
            return Response(status_code=504)
        return JSONResponse(self._shown(found))

    async def _order(self, request: Request) -> Response:
        wanted = request.path_params["hash"]
        self._asked[wanted] += wanted in self.listings
        if self._asked[wanted] <= self.late:
            return JSONResponse({"errors": ["Order not found"]}, 400)
        return JSONResponse({"order": self._shown(wanted)})

    def _shown(self, found: str) -> dict[str, Any]:
        body = self.listings[found]
        value = str(_read(body["parameters"]).price)
        money = {"currency": self.currency["symbol"], "decimals": self.currency["decimals"]}
        return {
            "order_hash": found,
            "chain": self.chain,
            "protocol_address": body["protocol_address"],
            "price": {"current": {**money, "value": value}},
            "type": "basic",
            "remaining_quantity": 1,
            "status": "ACTIVE",
        }

    def _problem(self, request: Request, body: Mapping[str, Any]) -> str | None:
        order = _read(body["parameters"])
        if request.path_params["chain"] != self.chain:
            return "unknown chain"
        if (self.zone or "0x" + "00" * 20).lower() != order.zone.lower():
            return "wrong zone"
        if {item.token.lower() for item in order.consideration} != {
            str(self.currency["address"]).lower()
        }:
            return "wrong currency"
        wanted = [
            (recipient.lower(), order.price * round(fee * 100) // 10_000)
            for recipient, fee in self.fees
        ]
        paid = [(item.recipient.lower(), item.amount) for item in order.consideration[1:]]
        return None if paid == wanted else "wrong fees"


@dataclass
class Collector:
    """An IPFS node that keeps what it gets."""

    files: dict[str, bytes] = field(default_factory=dict)
    wrong: bool = False  # whether it says another CID

    @property
    def app(self) -> Starlette:
        """Kubo's RPC and Pinata's API."""
        return Starlette(
            routes=[
                Route("/api/v0/add", self._add, methods=["POST"]),
                Route("/pinning/pinFileToIPFS", self._add, methods=["POST"]),
                Route("/data/testAuthentication", self._authentic),
            ]
        )

    async def _add(self, request: Request) -> Response:
        async with request.form() as form:
            upload: Any = form["file"]
            data = await upload.read()
        found = cid_of(data + b"?" if self.wrong else data)
        if request.query_params.get("only-hash") != "true":
            self.files[found] = data
        return JSONResponse({"Hash": found, "IpfsHash": found, "Name": "", "Size": "0"})

    async def _authentic(self, request: Request) -> Response:
        known = request.headers.get("authorization") == "Bearer token"
        return JSONResponse({"message": "?"}, 200 if known else 401)


@dataclass
class Scan:
    """An explorer with Etherscan's API (version 2), for a contract's source.

    Args:
        verdict: what it says once it has compiled what was submitted.
        pending: how often it says before that it is at it.
    """

    verdict: str = "Pass - Verified"
    pending: int = 2
    submitted: list[dict[str, str]] = field(default_factory=list)
    asked: int = 0

    @property
    def app(self) -> Starlette:
        """The API."""
        return Starlette(routes=[Route("/v2/api", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        query = request.query_params
        if query.get("apikey") != "scan-key" or query.get("chainid") != "137":
            return self._said("0", "Invalid API Key")
        if query["action"] == "verifysourcecode":
            async with request.form() as form:
                self.submitted.append({name: str(value) for name, value in form.items()})
            return self._said("1", "guid-1")
        if query.get("guid") != "guid-1":
            return self._said("0", "Unknown UID")
        self.asked += 1
        if self.asked <= self.pending:
            return self._said("0", "Pending in queue")
        return self._said("1" if self.verdict.startswith("Pass") else "0", self.verdict)

    def _said(self, status: str, result: str) -> Response:
        words = {"1": "OK", "0": "NOTOK"}
        return JSONResponse({"status": status, "message": words[status], "result": result})


def relay(transport: httpx.AsyncBaseTransport) -> Starlette:
    """Serve an httpx transport over HTTP, such as a chain in this process; paths are its hosts."""

    async def answer(request: Request) -> Response:
        url = f"http://{request.path_params['host']}"
        asked = httpx.Request("POST", url, content=await request.body())
        try:
            found = await transport.handle_async_request(asked)
        except httpx.HTTPError:
            return Response(status_code=504)
        return Response(await found.aread(), found.status_code, dict(found.headers))

    return Starlette(routes=[Route("/{host}", answer, methods=["POST"])])


@contextmanager
def serve(app: Starlette) -> Iterator[str]:
    """Serve on a free port of this machine; gives the address."""
    config = uvicorn.Config(app, "127.0.0.1", 0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def _read(values: Mapping[str, Any]) -> Order:
    """Read an order from the API's form, in our own way and not by the code under test."""

    def item(each: Mapping[str, Any]) -> tuple[ItemType, str, int, int]:
        return (
            ItemType(each["itemType"]),
            each["token"],
            int(each["identifierOrCriteria"]),
            int(each["startAmount"]),
        )

    return Order(
        offerer=values["offerer"],
        zone=values["zone"],
        offer=tuple(OfferItem(*item(each)) for each in values["offer"]),
        consideration=tuple(
            ConsiderationItem(*item(each), each["recipient"]) for each in values["consideration"]
        ),
        order_type=OrderType(values["orderType"]),
        start=int(values["startTime"]),
        end=int(values["endTime"]),
        zone_hash=values["zoneHash"],
        salt=int(values["salt"], 0),
        conduit_key=values["conduitKey"],
        counter=int(values["counter"]),
    )
