"""A test double of OpenSea's API; it can be set to fail in many ways.

It knows one collection. What it stores counts as seen by everyone, whatever it answers.
"""

import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from eth_account import Account
from eth_account.messages import encode_typed_data
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from admin.marketplace.seaport.order import (
    ConsiderationItem,
    ItemType,
    OfferItem,
    Order,
    OrderType,
    order_hash,
)

__all__ = ["BODIES", "PAGE", "PORTALS", "Answer", "Opensea", "read_order"]

PAGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
BODIES = ("listing", "errors", "page", "list", "empty")
PORTALS = (200, 302, 403, 503)  # with which something in between answers everything


@dataclass(frozen=True, slots=True)
class Answer:
    """How a posted order is answered.

    Args:
        status: of HTTP; 0 for no answer at all.
        stored: whether the order is kept all the same.
        body: one of BODIES.
    """

    status: int = 200
    stored: bool = True
    body: str = "listing"


_NAMED = {
    "": Answer(),
    "500 after": Answer(500, True, "errors"),
    "timeout after": Answer(504, True, "empty"),
    "500 before": Answer(500, False, "errors"),
}


@dataclass
class Opensea:
    """OpenSea, as far as listings go.

    Args:
        contract: of the only collection, whose name is `slug`; "" until it has one.
        chain: its name in addresses; `fees`, `zone` and `currency` as the collection has them.
        troubles: how a posted order is answered, by a die: an Answer, or one of the names
            "500 after", "timeout after", "500 before" and "429".
        late: how often an order that is stored is said to be unknown; late_seconds, how long.
        portal: one of PORTALS, while something in between answers; 0 for nothing.
        page_size: of the list of all offers.
        blocked: tokens whose orders are refused.
        also_on: chains with another contract at the same address.
    """

    contract: str
    slug: str = "paintings"
    chain: str = "polygon"
    fees: list[tuple[str, float]] = field(default_factory=list)
    zone: str | None = None
    currency: Mapping[str, Any] = field(
        default_factory=lambda: {"symbol": "POL", "address": "0x" + "00" * 20, "decimals": 18}
    )
    troubles: tuple[str | Answer, ...] = ()
    seed: int = 1
    late: int = 0
    late_seconds: float = 0.0
    portal: int = 0
    page_size: int = 50
    blocked: tuple[int, ...] = ()
    also_on: list[str] = field(default_factory=list)
    listings: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken_off: list[str] = field(default_factory=list)  # without the chain
    vended_until: str | None = None  # how long its own signatures hold that it gave to buyers
    stored: list[str] = field(default_factory=list)  # each time that an order was stored
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Throw the die from a seed."""
        self._die = random.Random(self.seed)  # noqa: S311  # a test must be repeatable
        self._asked: Counter[str] = Counter()
        self._since: dict[str, float] = {}

    @property
    def app(self) -> Starlette:
        """The API."""
        base = "/api/v2"
        return Starlette(
            routes=[
                Route(base + "/chain/{chain}/contract/{address}", self._contract),
                Route(base + "/collections/{slug}", self._collection),
                Route(base + "/orders/{chain}/seaport/listings", self._post, methods=["POST"]),
                Route(base + "/orders/chain/{chain}/protocol/{seaport}/{hash}", self._order),
                Route(
                    base + "/orders/chain/{chain}/protocol/{seaport}/{hash}/cancel",
                    self._cancel,
                    methods=["POST"],
                ),
                Route(base + "/listings/collection/{slug}/all", self._offers),
            ],
            middleware=[Middleware(_Portal, self)],
        )

    async def _contract(self, request: Request) -> Response:
        wanted = (self.chain, self.contract.lower())
        asked = request.path_params["chain"], request.path_params["address"].lower()
        if asked != wanted or not self.slug:
            return JSONResponse({"errors": ["Contract not found"]}, 400)
        named = {"address": self.contract, "chain": self.chain, "collection": self.slug}
        return JSONResponse(named | {"contract_standard": "erc721", "name": "Paintings"})

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
            "contracts": [
                {"address": self.contract.lower(), "chain": each}
                for each in (self.chain, *self.also_on)
            ],
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
        answer = trouble if isinstance(trouble, Answer) else _NAMED[trouble]
        body = await request.json()
        found = "0x" + order_hash(read_order(body["parameters"])).hex()
        self.bodies.append(body)
        if answer.stored:
            if problem := self._wrong(request, body):
                return JSONResponse({"errors": [problem]}, 400)
            if found in self.listings:
                return JSONResponse({"errors": ["duplicate order"]}, 400)
            self.listings[found] = body
            self.stored.append(found)
            self._since[found] = time.monotonic()
        if answer.status == 0:
            raise httpx.ReadTimeout("no answer")
        if answer.body == "listing":
            return JSONResponse(self._shown(found, body), answer.status)
        contents: dict[str, Response] = {
            "errors": JSONResponse({"errors": ["oops"]}, answer.status),
            "page": HTMLResponse(PAGE, answer.status),
            "list": JSONResponse([found], answer.status),
            "empty": Response(status_code=answer.status),
        }
        return contents[answer.body]

    async def _order(self, request: Request) -> Response:
        wanted = request.path_params["hash"]
        self._asked[wanted] += wanted in self.listings
        if self._asked[wanted] <= self.late or not self._is_known(wanted):
            return JSONResponse({"errors": ["Order not found"]}, 400)
        return JSONResponse({"order": self._shown(wanted, self.listings[wanted])})

    async def _cancel(self, request: Request) -> Response:
        wanted, given = request.path_params["hash"], (await request.json())["offererSignature"]
        order = read_order(self.listings[wanted]["parameters"])
        if int(order.zone, 16) == 0:
            problem = "Order is not cancellable offchain since it does not use SignedZone"
            return JSONResponse({"errors": [problem]}, 400)
        message = encode_typed_data(
            {"name": "Seaport", "version": "1.6", "chainId": 137}
            | {"verifyingContract": request.path_params["seaport"]},
            {"OrderHash": [{"name": "orderHash", "type": "bytes32"}]},
            {"orderHash": bytes.fromhex(wanted[2:])},
        )
        if Account.recover_message(message, signature=given) != order.offerer:
            return JSONResponse({"errors": ["offererSignature is not from offerer"]}, 400)
        self.taken_off.append(wanted)
        return JSONResponse({"last_signature_issued_valid_until": self.vended_until})

    async def _offers(self, request: Request) -> Response:
        maker = request.query_params.get("maker", "").lower()
        found = [
            self._shown(each, body)
            for each, body in self.listings.items()
            if body["parameters"]["offerer"].lower() == maker
            and self._is_known(each)
            and each not in self.taken_off
        ]
        start = int(request.query_params.get("next", "0"))
        end = start + min(self.page_size, int(request.query_params.get("limit", "50")))
        more = {"next": str(end)} if end < len(found) else {}
        return JSONResponse({"listings": found[start:end], **more})

    def _is_known(self, found: str) -> bool:
        since = self._since.get(found, 0.0)
        return found in self.listings and time.monotonic() - since >= self.late_seconds

    def _shown(self, found: str, body: Mapping[str, Any]) -> dict[str, Any]:
        value = str(read_order(body["parameters"]).price)
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

    def _wrong(self, request: Request, body: Mapping[str, Any]) -> str | None:
        if request.path_params["chain"] != self.chain:
            return "unknown chain"
        order = read_order(body["parameters"])
        if order.offer[0].identifier in self.blocked:
            return "this item is disabled"
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


class _Portal:
    """Something in between, which answers in OpenSea's place."""

    def __init__(self, app: ASGIApp, opensea: Opensea) -> None:
        self._app = app
        self._opensea = opensea

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = self._opensea.portal
        if not status:
            await self._app(scope, receive, send)
        elif status == 302:
            await RedirectResponse("http://portal.example/", 302)(scope, receive, send)
        else:
            await HTMLResponse(PAGE, status)(scope, receive, send)


def read_order(values: Mapping[str, Any]) -> Order:
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
