"""OpenSea's API, version 2: what a collection's listings must be like, and posting them.

Reading is repeated until it works or patience ends. Posting is not: whether an order arrived when
no answer came is found out by asking for it, and only then it is posted again.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from eth_utils.address import is_hex_address, to_checksum_address

from admin.marketplace.seaport.amounts import Currency, Fee, basis_points
from admin.marketplace.seaport.order import NATIVE, Order
from ganshare.errors import SettingsError, WorldError, quoted
from ganshare.monitoring.log import get_logger

__all__ = ["MarketTerms", "OpenSea", "OpenSeaAway", "OrderRefused", "order_body"]

_NOWHERE = (None, "", NATIVE)
_log = get_logger(__name__)


class OpenSeaAway(WorldError):  # noqa: N818  # says what is the case
    """No answer, or one that says to come back later; what was asked may have happened."""


class OrderRefused(WorldError):  # noqa: N818  # says what is the case
    """OpenSea does not take an order, and says why."""

    @property
    def is_duplicate(self) -> bool:
        """Whether it says that it has the order already."""
        return any(word in str(self).lower() for word in ("duplicate", "already exist"))


@dataclass(frozen=True, slots=True)
class MarketTerms:
    """What a collection's listings must be like now.

    Args:
        chain: its name in OpenSea's addresses, such as "polygon".
        zone: that must be named in orders; None for none.
    """

    slug: str
    chain: str
    fees: tuple[Fee, ...]
    currency: Currency
    zone: str | None


class OpenSea:
    """The API behind a base such as https://api.opensea.io/api/v2.

    Args:
        patience: seconds that rate limits and outages are waited out, for each call.
        pace: seconds between attempts to read.
    """

    def __init__(
        self,
        base: str,
        key: str,
        client: httpx.AsyncClient,
        *,
        patience: float = 3_700.0,
        pace: float = 2.0,
    ) -> None:
        self._base = base.rstrip("/")
        self._headers = {"x-api-key": key, "accept": "application/json"}
        self._client = client
        self._patience = patience
        self._pace = pace

    async def terms(self, slug: str, contract: str) -> MarketTerms:
        """Read what listings of a collection must be like.

        Raises:
            SettingsError: the collection is another contract's.
            OpenSeaAway: it cannot be read now.
        """
        values = await self._read(f"collections/{slug}")
        chains = [
            each["chain"]
            for each in values["contracts"]
            if str(each["address"]).lower() == contract.lower()
        ]
        if not chains:
            raise SettingsError(
                f"The collection {quoted(slug)} at OpenSea is not of the contract {contract}.",
                given=slug,
            )
        zone = values.get("required_zone")
        return MarketTerms(
            slug=slug,
            chain=chains[0],
            fees=tuple(
                Fee(_address(each["recipient"]), basis_points(each["fee"]), each["required"])
                for each in values["fees"]
            ),
            currency=_currency(values["pricing_currencies"]["listing_currency"]),
            zone=None if zone in _NOWHERE else _address(zone),
        )

    async def post(self, terms: MarketTerms, order: Order, signature: bytes, seaport: str) -> None:
        """Post a listing, once.

        Raises:
            OrderRefused: it is not taken as it is.
            OpenSeaAway: it may have arrived or not.
        """
        path = f"orders/{terms.chain}/seaport/listings"
        response = await self._ask("POST", path, json=order_body(order, signature, seaport))
        if response.status_code != httpx.codes.OK:
            raise OrderRefused(
                f"OpenSea refused the listing: {_reason(response)}.", given=response.status_code
            )

    async def status(self, terms: MarketTerms, order_hash: str, seaport: str) -> str | None:
        """What OpenSea says about an order: "ACTIVE", "CANCELLED" and so on; None if unknown."""
        path = f"orders/chain/{terms.chain}/protocol/{seaport}/{order_hash}"
        response = await self._patient_get(path)
        if response.status_code == httpx.codes.OK:
            return str(response.json()["order"]["status"])
        return None

    async def _read(self, path: str) -> Any:
        response = await self._patient_get(path)
        if response.status_code != httpx.codes.OK:
            raise SettingsError(f"OpenSea has no {path}: {_reason(response)}.", given=path)
        # Fees are decimal numbers: 2.55 must not become 2.5499999.
        return json.loads(response.text, parse_float=Decimal)

    async def _patient_get(self, path: str) -> httpx.Response:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return await self._ask("GET", path)
            except OpenSeaAway:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(self._pace)

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask once, but wait whenever OpenSea says that it did not listen (429)."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                response = await self._client.request(
                    method, f"{self._base}/{path}", headers=self._headers, **options
                )
            except httpx.HTTPError as error:
                message = f"OpenSea gave no answer to {method} {path}: {type(error).__name__}."
                raise OpenSeaAway(message) from error
            if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                message = f"OpenSea answered {method} {path} with HTTP {response.status_code}."
                raise OpenSeaAway(message)
            if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
                raise SettingsError(f"OpenSea does not accept the key: {_reason(response)}.")
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return response
            pause = _pause(response.headers)
            if time.monotonic() + pause > deadline:
                raise OpenSeaAway(
                    f"OpenSea's limit is reached, it asks to wait for {pause:.0f} seconds; the "
                    "next run goes on."
                )
            _log.info("waiting for OpenSea's limit", seconds=round(pause, 1))
            await asyncio.sleep(pause)


def order_body(order: Order, signature: bytes, seaport: str) -> dict[str, Any]:
    """Write an order as OpenSea's API takes it."""
    names = ("itemType", "token", "identifierOrCriteria", "startAmount", "endAmount", "recipient")

    def item(values: tuple[Any, ...]) -> dict[str, Any]:
        kind, token, *numbers = values
        texts = [str(each) for each in numbers]
        return dict(zip(names, (kind, token, *texts), strict=False))

    return {
        "parameters": {
            "offerer": order.offerer,
            "zone": order.zone,
            "offer": [item(each.as_tuple()) for each in order.offer],
            "consideration": [item(each.as_tuple()) for each in order.consideration],
            "orderType": int(order.order_type),
            "startTime": str(order.start),
            "endTime": str(order.end),
            "zoneHash": order.zone_hash,
            "salt": str(order.salt),
            "conduitKey": order.conduit_key,
            "totalOriginalConsiderationItems": len(order.consideration),
            "counter": str(order.counter),
        },
        "protocol_address": seaport,
        "signature": "0x" + signature.hex(),
    }


def _currency(values: Mapping[str, Any]) -> Currency:
    return Currency(values["symbol"], _address(values["address"]), int(values["decimals"]))


def _address(text: str) -> str:
    if not is_hex_address(text):
        raise WorldError(f"OpenSea gives {quoted(text)} where an address should be.", given=text)
    return NATIVE if int(text, 16) == 0 else str(to_checksum_address(text))


def _pause(headers: httpx.Headers) -> float:
    """How long to wait: Retry-After, as seconds or a date, or the moment that the limit resets."""
    given = headers.get("retry-after", "")
    if given.replace(".", "", 1).isdecimal():
        return max(float(given), 0.05)
    try:
        return max(parsedate_to_datetime(given).timestamp() - time.time(), 0.05)
    except ValueError:
        pass
    reset = headers.get("x-ratelimit-reset", "")
    if reset.isdecimal():
        # A moment in seconds since 1970, or a number of seconds.
        number = int(reset)
        return max(number - time.time() if number > 10**9 else number, 0.05)
    return 60.0


def _reason(response: httpx.Response) -> str:
    try:
        errors = response.json()["errors"]
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status_code}"
    return "; ".join(str(each) for each in errors)[:300]
