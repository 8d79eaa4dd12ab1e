"""A client with one method for each operation of an OpenAPI document, made at run time."""

from fnmatch import fnmatch
from typing import Any

import httpx

__all__ = ["OpenApiClient"]


class OpenApiClient:
    """Knows the document, a base address and a token; checks every answer against its schema."""

    def __init__(self, http: httpx.AsyncClient, document: dict[str, Any], token: str = "") -> None:
        self._http, self._document = http, document
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        (server,) = document["servers"]
        self._root = server["url"]
        self.operations = {
            operation["operationId"]: (method, path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }

    async def call(self, name: str, body: Any = None, **parameters: Any) -> Any:
        """Do an operation; gives its JSON; the answer must be a documented one that succeeds."""
        response = await self.send(name, body, **parameters)
        if not response.is_success:
            raise AssertionError(response.text)
        return response.json() if response.content else None

    async def send(
        self, name: str, body: Any = None, files: Any = None, **parameters: Any
    ) -> httpx.Response:
        """Do an operation; gives the answer, which the document describes."""
        method, path, operation = self.operations[name]
        query, headers = {}, dict(self._headers)
        for each in operation.get("parameters", ()):
            given = parameters.pop(each["name"].replace("-", "_"), None)
            if given is None:
                if each["required"]:
                    raise AssertionError(f"{name} needs {each['name']}")
            elif each["in"] == "path":
                path = path.replace(f"{{{each['name']}}}", str(given))
            elif each["in"] == "query":
                query[each["name"]] = given
            else:
                headers[each["name"]] = given
        if parameters:
            raise AssertionError(f"{name} has no {parameters}")
        content = {"data": body, "files": files} if files else {"json": body} if body else {}
        response = await self._http.request(
            method, self._root + path, params=query, headers=headers, **content
        )
        self._check(operation, response)
        return response

    def _check(self, operation: dict[str, Any], response: httpx.Response) -> None:
        described = operation["responses"].get(str(response.status_code))
        described = described or operation["responses"]["default"]
        for media, content in described.get("content", {}).items():
            kind = response.headers["content-type"].partition(";")[0]
            if not fnmatch(kind, media):
                raise AssertionError(f"{kind} is no {media}")
            if media.endswith("json"):
                schema = content["schema"] | {"components": self._document["components"]}
                from jsonschema import Draft202012Validator  # it is slow to import

                Draft202012Validator(schema).validate(response.json())
