"""A test double of OpenSea's API for drops, and of the storage that pictures are uploaded to."""

import random
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from admin.testing.opensea import PAGE
from ganshare.chain.abi import Function

__all__ = ["CREATE", "DropServer"]

CREATE = Function("createItem(string,string,uint256)")  # OpenSea's own is not known
_NATIVE = "0x" + "00" * 20


@dataclass
class DropServer:
    """One drop.

    Args:
        contract: that creates its items.
        troubles: how a request that builds or uploads is answered, by a die; None as it should be,
            a status with a web page, or "429".
        changes: what a built call says otherwise than it should.
        put: whether pictures are uploaded by PUT.
    """

    contract: str
    slug: str = "our-drop"
    chain: str = "localchain"
    drop_type: str = "self_mint_erc1155"
    price: str = "50000000000000000"
    troubles: tuple[int | str | None, ...] = (None,)
    changes: dict[str, str] = field(default_factory=dict)
    put: bool = False
    seed: int = 1
    base: str = ""  # its own address, for uploads
    pictures: dict[str, bytes] = field(default_factory=dict)  # by token, once they are stored
    bodies: list[tuple[str, Any, Any]] = field(default_factory=list)  # what was asked and answered

    def __post_init__(self) -> None:
        """Throw the die from a seed."""
        self._die = random.Random(self.seed)  # noqa: S311  # a test must be repeatable
        self._uploads = 0

    @property
    def app(self) -> Starlette:
        """The API and the storage."""
        path = "/api/v2/drops/{slug}"
        return Starlette(
            routes=[
                Route(path, self._drop),
                Route(path + "/items/media", self._media, methods=["POST"]),
                Route(path + "/items", self._item, methods=["POST"]),
                Route("/storage/{token}", self._store, methods=["POST", "PUT"]),
            ]
        )

    def _refusal(self, request: Request) -> Response | None:
        if request.path_params["slug"] != self.slug:
            return JSONResponse({"errors": ["Drop not found"]}, 404)
        keys = request.headers.get("x-api-key"), request.headers.get("authorization")
        if request.method != "GET" and keys != ("opensea-key", "Bearer wallet-token"):
            return Response(status_code=401)
        trouble = None if request.method == "GET" else self._die.choice(self.troubles)
        if trouble == "429":
            return JSONResponse({"errors": ["slow down"]}, 429, {"retry-after": "0.05"})
        return HTMLResponse(PAGE, int(trouble)) if trouble else None

    async def _drop(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        stage = {"uuid": "1", "stage_type": "public_sale", "price": self.price}
        stage |= {"price_currency_address": _NATIVE, "max_per_wallet": "5"}
        stage |= {"start_time": "2026-12-01T00:00:00Z", "end_time": "2027-01-01T00:00:00Z"}
        answer = {
            "collection_slug": self.slug,
            "chain": self.chain,
            "contract_address": self.contract.lower(),
            "drop_type": self.drop_type,
            "is_minting": False,
            "opensea_url": f"https://opensea.io/collection/{self.slug}/drop",
            "stages": [stage],
        }
        self.bodies.append(("drop", None, answer))
        return JSONResponse(answer)

    async def _media(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        asked = await request.json()
        answer = []
        for name in asked["filenames"]:
            self._uploads += 1
            token = f"upload-{self._uploads}"
            fields = {"key": f"uploads/{name}", "Content-Type": "image/png", "policy": "secret"}
            method = "PUT" if self.put else "POST"
            upload: dict[str, Any] = {"url": f"{self.base}/storage/{token}", "token": token}
            answer.append(upload | {"method": method, "fields": {} if self.put else fields})
        self.bodies.append(("media", asked, answer))
        return JSONResponse(answer)

    async def _store(self, request: Request) -> Response:
        if {"x-api-key", "authorization"} & set(request.headers):
            return Response("this is no place for keys", 400)
        trouble = self._die.choice(self.troubles)
        if isinstance(trouble, int):
            return Response(status_code=trouble)
        token = request.path_params["token"]
        if request.method == "PUT":
            self.pictures[token] = await request.body()
            return Response(status_code=200)
        async with request.form() as form:
            names = [name for name, _ in form.multi_items()]
            if names[-1] != "file" or set(names[:-1]) != {"key", "Content-Type", "policy"}:
                return Response("the file comes last, after all fields", 400)
            file = form["file"]
            self.pictures[token] = await file.read() if isinstance(file, UploadFile) else b""
        return Response(status_code=204)

    async def _item(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        asked = await request.json()
        problem = self._problem(asked)
        if problem:
            return JSONResponse({"errors": [problem]}, 400)
        data = CREATE.call_data(asked["name"], asked["media_token"], int(asked["supply"]))
        answer = {"to": self.contract, "data": "0x" + data.hex(), "value": "0x0"}
        answer |= {"chain": self.chain, **self.changes}
        self.bodies.append(("item", asked, answer))
        return JSONResponse(answer)

    def _problem(self, asked: dict[str, Any]) -> str:
        if asked["media_token"] not in self.pictures:
            return "media_token: not uploaded"
        if not 0 < len(asked["name"]) <= 100 or len(asked["description"]) > 2_000:
            return "name or description: too long"
        if len(asked["traits"]) > 40 or not all(each["value"] for each in asked["traits"]):
            return "traits: too many, or empty"
        return ""
