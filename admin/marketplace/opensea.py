"""OpenSea's API, version 2: reads a collection's terms, posts and finds listings.

Reading is repeated until it works or patience ends. Posting is not: whether an order arrived when
no answer said so is found out by asking for it. Only two answers to a post say what became of it:
a success, and the refusal that the API's description knows.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from admin.json_answers import UnexpectedAnswer, read_object
from admin.marketplace.seaport.order import Order
from admin.marketplace.terms import CollectionAnswer, MarketTerms, chain_name, read_terms
from ganshare.errors import SettingsError, WorldError
from ganshare.monitoring.log import get_logger

__all__ = [
    "NotYetAtOpenSea",
    "OpenSea",
    "OpenSeaAway",
    "OpenSeaBusy",
    "OrderRefused",
    "order_body",
    "read_answer",
    "reason_of",
]

_LOCKED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
_UNKNOWN = (httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND)
_PAGE = 200  # listings in one answer, at most
AnswerT = TypeVar("AnswerT", bound=BaseModel)
_log = get_logger(__name__)


class OpenSeaAway(WorldError):  # noqa: N818  # says what is the case
    """No answer that says what happened; what was asked for may have happened."""


class OpenSeaBusy(OpenSeaAway):
    """Its limit is reached, for longer than we wait."""


class OrderRefused(WorldError):  # noqa: N818  # says what is the case
    """OpenSea does not take an order, and says why."""


class NotYetAtOpenSea(SettingsError):  # noqa: N818  # says what is the case
    """What listing needs of OpenSea, and minting doesn't."""


class _ContractAnswer(BaseModel):
    collection: str


class _Shown(BaseModel):
    order_hash: str
    status: str


class _OrderAnswer(BaseModel):
    order: _Shown


class _CancelAnswer(BaseModel):
    last_signature_issued_valid_until: str | None


class _ListingsAnswer(BaseModel):
    listings: list[_Shown]
    next: str | None = None


class OpenSea:
    """The API behind a base such as https://api.opensea.io/api/v2.

    Args:
        patience: seconds that rate limits are waited out, for each call.
        outage: seconds that reading is repeated while there is no answer.
        lag: seconds after which an order that arrived is known to those who ask for it.
        pace: seconds between attempts to read, at first.
    """

    def __init__(
        self,
        base: str,
        key: str,
        client: httpx.AsyncClient,
        *,
        patience: float = 3_700.0,
        outage: float = 120.0,
        lag: float = 30.0,
        pace: float = 2.0,
    ) -> None:
        self._base = base.rstrip("/")
        self._headers = {"x-api-key": key, "accept": "application/json"}
        self._client = client
        self._patience = patience
        self._outage = outage
        self._lag = lag
        self._pace = pace

    async def terms(self, slug: str, contract: str, chain_id: int) -> MarketTerms:
        """Read what listings of a collection must be like.

        Raises:
            SettingsError: there is no such collection, or it is another contract's or chain's.
            OpenSeaAway: it cannot be read now.
        """
        path = f"collections/{slug}"
        response = await self._get(path)
        if not response.is_success:
            raise SettingsError(f"OpenSea has no {path}: {reason_of(response)}.", given=path)
        return read_terms(read_answer(response, CollectionAnswer), slug, contract, chain_id)

    async def find_slug(self, contract: str, chain_id: int) -> str:
        """Ask for the name of a contract's collection.

        Raises:
            NotYetAtOpenSea: it has none; OpenSea makes it after the first mint.
            OpenSeaAway: it cannot be asked now.
        """
        chain = chain_name(chain_id)
        response = None if chain is None else await self._get(f"chain/{chain}/contract/{contract}")
        slug = ""
        if response is not None and response.is_success:
            slug = read_answer(response, _ContractAnswer).collection
        if not slug:
            raise NotYetAtOpenSea(
                f"OpenSea has no collection of {contract} yet; it makes one some minutes after the "
                "first token is minted. If its page is there, take the last part of its address, "
                "opensea.io/collection/..., into ADMIN_OPENSEA_COLLECTION."
            )
        return slug

    async def post(self, terms: MarketTerms, order: Order, signature: bytes, seaport: str) -> None:
        """Post a listing, once.

        Raises:
            OrderRefused: it is not taken as it is.
            OpenSeaAway: it may have arrived or not.
        """
        path = f"orders/{terms.chain}/seaport/listings"
        response = await self._ask("POST", path, json=order_body(order, signature, seaport))
        if response.is_success:
            return
        reason = reason_of(response)
        if any(word in reason.lower() for word in ("duplicate", "already exist")):
            return  # it is there, though what answers questions may not have heard of it yet
        if response.status_code == httpx.codes.BAD_REQUEST and _errors(response):
            raise OrderRefused(
                f"OpenSea refused the listing: {reason}.", given=response.status_code
            )
        raise OpenSeaAway(f"OpenSea answered a listing with {reason}; it may have it or not.")

    async def cancel(
        self, terms: MarketTerms, order_hash: str, signature: bytes, seaport: str
    ) -> str | None:
        """Have an order of a signed zone taken off, for nothing.

        Returns:
            Until when someone may still buy by it, who has OpenSea's own signature for it; None
            for nobody.

        Raises:
            OrderRefused: it isn't taken off, as one without such a zone.
            OpenSeaAway: no answer says so.
        """
        path = f"orders/chain/{terms.chain}/protocol/{seaport}/{order_hash}/cancel"
        body = {"offererSignature": "0x" + signature.hex()}
        response = await self._ask("POST", path, json=body)
        if response.is_success and response.content.strip():
            return read_answer(response, _CancelAnswer).last_signature_issued_valid_until
        reason = reason_of(response)
        if response.status_code == httpx.codes.BAD_REQUEST and _errors(response):
            raise OrderRefused(f"OpenSea does not take it off: {reason}.")
        raise OpenSeaAway(f"OpenSea answered a cancellation with {reason}.")

    async def find(self, terms: MarketTerms, order_hash: str, seaport: str) -> str | None:
        """Look for an order until it turns up or would have; gives its status as `status` does."""
        deadline, pause = time.monotonic() + self._lag, self._pace
        while (found := await self.status(terms, order_hash, seaport)) is None:
            if time.monotonic() > deadline:
                return None
            await asyncio.sleep(pause)
            pause *= 1.5
        return found

    async def status(self, terms: MarketTerms, order_hash: str, seaport: str) -> str | None:
        """What OpenSea says about an order: "ACTIVE", "CANCELLED" and so on; None if unknown.

        Raises:
            OpenSeaAway: it cannot be asked now.
        """
        path = f"orders/chain/{terms.chain}/protocol/{seaport}/{order_hash}"
        response = await self._get(path)
        return read_answer(response, _OrderAnswer).order.status if response.is_success else None

    async def offers(self, slug: str, seller: str) -> AsyncIterator[str]:
        """Give the hashes of all orders by which OpenSea offers a seller's tokens.

        Raises:
            OpenSeaAway: they cannot be read now.
        """
        params = {"maker": seller, "limit": str(_PAGE)}
        while True:
            response = await self._get(f"listings/collection/{slug}/all", params)
            if not response.is_success:
                raise OpenSeaAway(f"OpenSea does not show the listings: {reason_of(response)}.")
            page = read_answer(response, _ListingsAnswer)
            for each in page.listings:
                yield each.order_hash.lower()
            if not page.next or params.get("next") == page.next:
                return
            params["next"] = page.next

    async def _get(self, path: str, params: Mapping[str, str] | None = None) -> httpx.Response:
        """Read until OpenSea itself answers: with a success, or that it has no such thing."""
        return await self._repeat("GET", path, params=params)

    async def _repeat(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask for what changes nothing until OpenSea itself answers, as `_get`."""
        deadline, pause = time.monotonic() + self._outage, self._pace
        while True:
            try:
                return await self._ask_for(method, path, **options)
            except OpenSeaAway as error:
                if isinstance(error, OpenSeaBusy) or time.monotonic() + pause > deadline:
                    raise
                _log.info("asking OpenSea again", seconds=round(pause, 1), reason=str(error))
            await asyncio.sleep(pause)
            pause *= 1.5

    async def _ask_for(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = await self._ask(method, path, **options)
        if response.status_code in _UNKNOWN or (response.is_success and response.content.strip()):
            return response
        raise OpenSeaAway(f"OpenSea answered {method} {path} with {reason_of(response)}.")

    async def _ask(
        self, method: str, path: str, *, is_list: bool = False, **options: Any
    ) -> httpx.Response:
        """Ask once, but wait whenever OpenSea says that it did not listen (429).

        Args:
            is_list: whether a success is a JSON list; everything else is an object.

        Raises:
            OpenSeaAway: there is no answer, or none of OpenSea's.
            SettingsError: it does not accept the key.
        """
        deadline = time.monotonic() + self._patience
        while True:
            try:
                response = await self._client.request(
                    method, f"{self._base}/{path}", headers=self._headers, **options
                )
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                message = f"OpenSea gave no answer to {method} {path}: {type(error).__name__}."
                raise OpenSeaAway(message) from error
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            pause = _pause(response.headers)
            if time.monotonic() + pause > deadline:
                raise OpenSeaBusy(
                    f"OpenSea's limit is reached, it asks to wait for {pause:.0f} seconds; the "
                    "next run continues."
                )
            _log.info("waiting for OpenSea's limit", seconds=round(pause, 1))
            await asyncio.sleep(pause)
        try:
            if not (is_list and response.is_success and response.content.lstrip()[:1] == b"["):
                read_object(response, "OpenSea")
        except UnexpectedAnswer as error:
            raise OpenSeaAway(str(error)) from error
        if response.status_code in _LOCKED and _errors(response):
            raise SettingsError(f"OpenSea does not accept the key: {reason_of(response)}.")
        return response


def read_answer(response: httpx.Response, kind: type[AnswerT]) -> AnswerT:
    """Read an answer of OpenSea's API; raises OpenSeaAway if it is another one."""
    try:
        return kind.model_validate_json(response.content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(each) for each in first["loc"]) or "it"
        raise OpenSeaAway(
            f"OpenSea's answer is not what its API describes: {where}: {first['msg']}. Something "
            "in between may have answered, or ADMIN_OPENSEA_API_BASE is another service's."
        ) from error


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


def _pause(headers: httpx.Headers) -> float:
    """How long to wait: Retry-After, as seconds or a date, or the moment that the limit resets."""
    given = headers.get("retry-after", "")
    if given.replace(".", "", 1).isdecimal():
        return max(float(given), 0.05)
    try:
        return max(parsedate_to_datetime(given).timestamp() - time.time(), 0.05)
    except (ValueError, OverflowError):
        pass
    reset = headers.get("x-ratelimit-reset", "")
    if reset.isdecimal():
        # A moment in seconds since 1970, or a number of seconds.
        number = int(reset)
        return max(number - time.time() if number > 10**9 else number, 0.05)
    return 60.0


def _errors(response: httpx.Response) -> list[Any]:
    """What a refusal says, as the API describes refusals."""
    errors = read_object(response, "OpenSea").get("errors")
    return errors if isinstance(errors, list) else []


def reason_of(response: httpx.Response) -> str:
    """Say why something is refused, in OpenSea's words where it has any."""
    said = "; ".join(str(each) for each in _errors(response))[:300]
    return said or f"HTTP {response.status_code}"
