"""Stand-ins on loopback for other processes: an IPFS node, an explorer."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from admin.minting.ipfs import cid_of

__all__ = ["Collector", "Scan", "relay", "serve"]


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
                Route("/api/v0/cat", self._cat, methods=["POST"]),
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

    async def _cat(self, request: Request) -> Response:
        found = self.files.get(request.query_params["arg"])
        answer = {"Message": "block was not found locally", "Type": "error"}
        return JSONResponse(answer, 500) if found is None else Response(found)

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
