"""The OpenAPI document of the API."""

import re
from typing import Any

from bot.web.api.operations import COMMAND_NAMES, OPERATIONS, Operation
from bot.web.api.problems import PROBLEM
from bot.web.api.schemas import SCHEMAS, TEXT, arguments_schema, reference
from bot.web.api.shown import ROOT

__all__ = ["openapi"]

_PARAMETER = re.compile(r"\{(\w+)\}")
_ABOUT = (
    "Paint, vote and look at paintings as on the page and in the chats, by the same rules. "
    "A member makes a token on the page, under the own name, and sends it as a bearer. "
    "Texts and errors come in the language of Accept-Language: en or zh."
)


def openapi(origin: str) -> dict[str, Any]:
    """Describe all operations, as served at an address."""
    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "GANshare", "version": "1", "description": _ABOUT},
        "servers": [{"url": origin + ROOT}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    parameters = [
        _parameter(name, "path", {**TEXT, "enum": COMMAND_NAMES} if name == "command" else TEXT)
        for name in _PARAMETER.findall(operation.path)
    ]
    parameters += [_parameter(name, "query", each) for name, each in operation.query.items()]
    if operation.once:
        parameters.append(_parameter("Idempotency-Key", "header", {**TEXT, "maxLength": 200}))
    content = {operation.media: {"schema": operation.answer}} if operation.answer else None
    done: dict[str, Any] = {"description": operation.summary}
    if content is not None:
        done["content"] = content
    failed = {PROBLEM: {"schema": reference("Problem")}}
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        # An empty requirement: a token is of use, and not needed.
        "security": [{"token": []}] if operation.scope else [{"token": []}, {}],
        "responses": {
            str(operation.status): done,
            "default": {"description": "What is the matter.", "content": failed},
        },
    }
    if operation.scope:
        found["description"] = f"Needs a token with the scope {operation.scope}."
    if parameters:
        found["parameters"] = parameters
    if operation.body is not None:
        bodies = {"application/json": {"schema": operation.body}}
        if operation.takes_picture:
            form = {"schema": arguments_schema("paint", with_picture=True)}
            bodies["multipart/form-data"] = form
        found["requestBody"] = {"required": True, "content": bodies}
    return found


def _parameter(name: str, where: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": where, "required": where == "path", "schema": schema}
