"""The marketplace's server: accounts by signed message, items, listings by signed order.

It checks signatures with eth_account, by the types that it hands out itself, and stores what it
gets as often as it gets it: creating or listing twice gives two items or listings.
"""

import asyncio
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from admin.testing.marketplace.orders import OrderTerms, typed_order

__all__ = ["MarketItem", "MarketListing", "Marketplace"]

_HERE = Path(__file__).parent
_COOKIE = "session"


@dataclass(frozen=True)
class MarketItem:
    """An item that was created."""

    owner: str
    token: int
    name: str
    description: str
    external_link: str
    properties: tuple[tuple[str, str], ...]
    picture: bytes


@dataclass(frozen=True)
class MarketListing:
    """An order that arrived, with a signature that is its owner's."""

    token: int
    typed: dict[str, Any]
    signature: str

    @property
    def price(self) -> int:
        """What a buyer pays."""
        return sum(int(each["startAmount"]) for each in self.typed["message"]["consideration"])


@dataclass
class Marketplace:
    """Its state, and how it behaves; everything may be changed while it is served.

    Args:
        renamed: other names of classes, ids and test ids on each page.
        modal: "cookies", which everyone knows, or "survey", which nobody does.
        save_seconds: before something is stored, whether someone waits for it or not.
        show_seconds: before what is stored is found.
        captcha_at: from so many items on, a person must show themselves before saving.
        broken_saves: so many times, saving fails, and nothing is stored.
        hostile: what the pages ask wallets for besides, or instead: see `orders` and `page.js`.
        troubles: what was wrong with what it got.
    """

    terms: OrderTerms
    host: str = ""
    renamed: bool = False
    modal: str = ""
    save_seconds: float = 0.0
    show_seconds: float = 0.0
    captcha_at: int | None = None
    broken_saves: int = 0
    hostile: str = ""
    items: list[MarketItem] = field(default_factory=list)
    listings: list[MarketListing] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    _shown_from: dict[int, float] = field(default_factory=dict)
    _nonces: set[str] = field(default_factory=set)
    _accounts: dict[str, str] = field(default_factory=dict)
    _offered: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def app(self) -> Starlette:
        """Pages and what they ask for."""
        pages = ("/", "/account", "/asset/create", "/assets/{path:path}")
        return Starlette(
            routes=[
                Route("/page.js", self._script),
                Route("/captcha", self._captcha),
                Route("/enter/{session}", self._enter),
                Route("/api/state", self._state),
                Route("/api/nonce", self._nonce),
                Route("/api/sign-in", self._sign_in, methods=["POST"]),
                Route("/api/items", self._find),
                Route("/api/items", self._create, methods=["POST"]),
                Route("/api/items/{token:int}", self._item),
                Route("/api/order", self._order, methods=["POST"]),
                Route("/api/listings", self._list, methods=["POST"]),
                *[Route(path, self._page) for path in pages],
            ]
        )

    def solve(self) -> None:
        """Answer the CAPTCHA, as a person would."""
        self.captcha_at = None

    def admit(self, account: str) -> str:
        """Give the path of a page that signs someone in without a wallet."""
        session = secrets.token_urlsafe(24)
        self._accounts[session] = account
        return f"/enter/{session}"

    # --- pages --------------------------------------------------------------------------------

    async def _page(self, request: Request) -> Response:
        config = {
            "account": self._account(request),
            "renamed": secrets.token_hex(3) if self.renamed else "",
            "modal": self.modal,
            "hostile": self.hostile,
            "currency": self.terms.symbol,
            "contract": self.terms.collection,
            "chain": hex(self.terms.chain_id),
        }
        page = (_HERE / "page.html").read_text("utf-8")
        return HTMLResponse(page.replace("CONFIG", json.dumps(config)))

    async def _script(self, request: Request) -> Response:
        return FileResponse(_HERE / "page.js")

    async def _captcha(self, request: Request) -> Response:
        return HTMLResponse("<label><input type=checkbox> I am not a robot</label>")

    async def _state(self, request: Request) -> Response:
        return JSONResponse({"captcha": self._wants_captcha()})

    def _wants_captcha(self) -> bool:
        return self.captcha_at is not None and len(self.items) >= self.captcha_at

    # --- accounts -----------------------------------------------------------------------------

    async def _nonce(self, request: Request) -> Response:
        nonce = secrets.token_hex(8)
        self._nonces.add(nonce)
        issued = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        host = request.headers["host"]
        text = (
            f"{host} wants you to sign in with your account:\nADDRESS\n\nClick to sign in and "
            f"accept the Terms of Service (http://{host}/tos).\n\nURI: http://{host}/\nVersion: 1\n"
            f"Chain ID: {self.terms.chain_id}\nNonce: {nonce}\nIssued At: {issued}"
        )
        if self.hostile == "message":
            text = "Whoever has this message signed gets all paintings of ADDRESS."
        return JSONResponse({"text": text})

    async def _sign_in(self, request: Request) -> Response:
        given = await request.json()
        nonce = re.search(r"Nonce: (\w+)", given["text"])
        signer = _recovered(encode_defunct(text=given["text"]), given["signature"])
        if nonce is None or nonce[1] not in self._nonces or signer != given["account"]:
            self.troubles.append("sign-in")
            return JSONResponse({"error": "The signature is wrong."}, 401)
        self._nonces.discard(nonce[1])
        return _welcome(JSONResponse({}), self.admit(signer).rpartition("/")[2])

    def _account(self, request: Request) -> str | None:
        return self._accounts.get(request.cookies.get(_COOKIE, ""))

    # --- items --------------------------------------------------------------------------------

    async def _create(self, request: Request) -> Response:
        account = self._account(request)
        async with request.form() as form:
            fields = {name: str(value) for name, value in form.items() if name != "media"}
            media: Any = form["media"]
            picture = await media.read()
        if account is None:
            return JSONResponse({"error": "Sign in first."}, 401)
        if self._wants_captcha():
            return JSONResponse({"captcha": True}, 403)
        if not picture or not fields["name"]:
            self.troubles.append(f"an item without picture or name: {fields}")
            return JSONResponse({"error": "A picture and a name are needed."}, 400)
        if self.broken_saves:
            self.broken_saves -= 1
            return JSONResponse({"error": "Something went wrong."}, 500)
        item = MarketItem(
            owner=account,
            token=(int(account, 16) << 96) + (secrets.randbits(40) << 40) + 1,
            name=fields["name"],
            description=fields["description"],
            external_link=fields["external_link"],
            properties=tuple((kind, value) for kind, value in json.loads(fields["properties"])),
            picture=picture,
        )
        # A task of its own, since the request ends when the browser does.
        await asyncio.shield(asyncio.create_task(self._store(item)))
        return JSONResponse({"path": self._path(item)})

    async def _store(self, item: MarketItem) -> None:
        await asyncio.sleep(self.save_seconds)
        self.items.append(item)
        self._shown_from[item.token] = time.monotonic() + self.show_seconds

    def _path(self, item: MarketItem) -> str:
        return f"/assets/polygon/{self.terms.collection.lower()}/{item.token}"

    async def _enter(self, request: Request) -> Response:
        return _welcome(RedirectResponse("/account", 303), request.path_params["session"])

    async def _find(self, request: Request) -> Response:
        account, text = self._account(request), request.query_params.get("search", "")
        found = [
            {"name": each.name, "path": self._path(each)}
            for each in self.items
            if each.owner == account
            and text in each.name
            and self._shown_from[each.token] <= time.monotonic()
        ]
        return JSONResponse(found)

    async def _item(self, request: Request) -> Response:
        item = self._of(request.path_params["token"])
        if item is None:
            return JSONResponse({"error": "There is no such item."}, 404)
        listed = [each for each in self.listings if each.token == item.token]
        shown = bool(listed) and self._shown_from.get(-item.token, 0.0) <= time.monotonic()
        values = {"name": item.name, "description": item.description, "listed": shown}
        return JSONResponse(values | {"mine": item.owner == self._account(request)})

    def _of(self, token: int) -> MarketItem | None:
        return next((each for each in self.items if each.token == token), None)

    # --- listings -----------------------------------------------------------------------------

    async def _order(self, request: Request) -> Response:
        given = await request.json()
        item, account = self._of(int(given["token"])), self._account(request)
        if item is None or account is None or item.owner != account:
            return JSONResponse({"error": "This is not yours."}, 403)
        typed = typed_order(self.terms, account, item.token, given["price"], self.hostile)
        self._offered[typed["message"]["salt"]] = typed
        return JSONResponse(typed)

    async def _list(self, request: Request) -> Response:
        given = await request.json()
        typed = self._offered.get(given["salt"])
        if typed is None:
            return JSONResponse({"error": "There is no such order."}, 400)
        signer = _recovered(encode_typed_data(full_message=typed), given["signature"])
        token = int(typed["message"]["offer"][0]["identifierOrCriteria"])
        item = self._of(token)
        if item is None or signer != item.owner:
            self.troubles.append(f"a listing signed by {signer}")
            return JSONResponse({"error": "The signature is wrong."}, 400)
        listing = MarketListing(token, typed, given["signature"])
        await asyncio.shield(asyncio.create_task(self._store_listing(listing)))
        return JSONResponse({})

    async def _store_listing(self, listing: MarketListing) -> None:
        await asyncio.sleep(self.save_seconds)
        self.listings.append(listing)
        self._shown_from.setdefault(-listing.token, time.monotonic() + self.show_seconds)


def _welcome(response: Response, session: str) -> Response:
    response.set_cookie(_COOKIE, session, httponly=True, max_age=86_400, samesite="strict")
    return response


def _recovered(message: Any, signature: str) -> str:
    try:
        return str(Account.recover_message(message, signature=signature))
    except Exception:  # the library raises many kinds for signatures that are none
        return ""
