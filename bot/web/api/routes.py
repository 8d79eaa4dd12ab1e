"""The routes of the API, and whom browsers let read its answers."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.web.api.caller import receive
from bot.web.api.document import openapi
from bot.web.api.operations import OPERATIONS, Operation
from bot.web.api.problems import problem
from bot.web.api.shown import ROOT
from bot.web.site import Site

__all__ = ["api_routes"]

Endpoint = Callable[[Request], Awaitable[Response]]


def api_routes(site: Site) -> list[Route]:
    """A route for each operation, one for the document, one for browsers that ask before."""
    document = _careful(site, _document(site))
    routes = [Route(f"{ROOT}/openapi.json", document, methods=["GET"])]
    by_path: dict[str, list[Operation]] = {}
    for each in OPERATIONS:
        by_path.setdefault(each.path, []).append(each)
    for path, operations in by_path.items():
        methods = {each.method: _careful(site, _endpoint(site, each)) for each in operations}
        routes.append(
            Route(ROOT + path, _by_method(site, methods), methods=[*methods, "HEAD", "OPTIONS"])
        )
    return routes


def _endpoint(site: Site, operation: Operation) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            caller = await receive(site, request, operation.scope)
            return await operation.handler(site, caller)
        finally:
            await request.close()

    return answer


def _document(site: Site) -> Endpoint:
    async def answer(request: Request) -> Response:
        site.check_host(request)
        site.check_reads(request)
        return JSONResponse(openapi(site.origin(request)))

    return answer


def _by_method(site: Site, methods: dict[str, Endpoint]) -> Endpoint:
    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            allowed = ", ".join(methods)
            headers = {"Allow": allowed}
            if site.settings.web_url:
                headers |= _SHARED | {
                    "Access-Control-Allow-Methods": allowed,
                    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
                    "Access-Control-Max-Age": "86400",
                }
            return Response(status_code=204, headers=headers)
        method = "GET" if request.method == "HEAD" else request.method
        endpoint = methods.get(method)
        if endpoint is None:
            return Response(status_code=405, headers={"Allow": ", ".join(methods)})
        return await endpoint(request)

    return answer


# Pages of other sites may read what a program may: no cookie counts here. Without a public
# address this may be someone's own machine, of which other sites learn nothing.
_SHARED = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def _careful(site: Site, endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            response = await endpoint(request)
        except Exception as error:  # here, where the answer still gets the headers of all others
            response = problem(site, request, error)
        if site.settings.web_url:
            response.headers.update(_SHARED | {"Access-Control-Expose-Headers": "Location"})
        return response

    return answer
