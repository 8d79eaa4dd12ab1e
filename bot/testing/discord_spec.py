"""Checks requests and answers against Discord's official OpenAPI description.

The description is looked for where GANSHARE_SPECS says, then in `shared/specs` beside the checkout;
it belongs to Discord and is not part of this repository.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["DiscordSpecification", "find_specification"]

_FILE = "discord-openapi.json"
_BESIDE = Path(__file__).parents[3] / "shared" / "specs"
_SHORT = 300  # characters of a fault


class DiscordSpecification:
    """The paths and schemas of Discord's HTTP API.

    Args:
        document: the OpenAPI 3.1 description.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        schemas = dict(document["components"]["schemas"])
        # Discord reads whole numbers as snowflakes, too; discord.py numbers attachments so.
        schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer"}]}
        self._components = {**document["components"], "schemas": schemas}
        self._paths = document["paths"]
        self._patterns = [(_pattern(path), path) for path in sorted(self._paths, key=_vagueness)]
        self._validators: dict[tuple[str, str, str], Any] = {}

    def faults_of_request(self, method: str, path: str, body: Any) -> list[str]:
        """Say what is wrong with a request; nothing if it is as described.

        Args:
            method: in upper case.
            path: behind the API's base, without a query.
            body: the JSON, of a form its `payload_json`; None if there is none.
        """
        operation = self._operation(method, path)
        if operation is None:
            return [f"there is no {method} {path}"]
        described = operation.get("requestBody")
        if body is None:
            needed = bool(described and described.get("required"))
            return [f"{method} {path} lacks its body"] if needed else []
        if described is None:
            return [f"{method} {path} takes no body"]
        schema = described["content"]["application/json"]["schema"]
        return self._faults(("request", method, path), schema, body)

    def faults_of_answer(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Say what is wrong with a successful answer of the stand-in's."""
        operation = self._operation(method, path) or {"responses": {}}
        described = operation["responses"].get(str(status))
        if described is None:
            return [f"{method} {path} never answers {status}"]
        content = described.get("content", {}).get("application/json")
        if content is None or body is None:
            return []
        return self._faults(("answer", method, path), content["schema"], body)

    def _operation(self, method: str, path: str) -> Any:
        found = next((name for pattern, name in self._patterns if pattern.fullmatch(path)), None)
        return None if found is None else self._paths[found].get(method.lower())

    def _faults(self, key: tuple[str, str, str], schema: Any, body: Any) -> list[str]:
        from jsonschema import Draft202012Validator  # of the tests

        pattern = next(p.pattern for p, _ in self._patterns if p.fullmatch(key[2]))
        place = (key[0], key[1], pattern)
        if place not in self._validators:
            self._validators[place] = Draft202012Validator(
                {**schema, "components": self._components}
            )
        found = []
        for error in self._validators[place].iter_errors(body):
            cause = _cause(error)
            what = f"{key[0]} of {key[1]} {key[2]} {cause.json_path}"
            found.append(f"{what}: {cause.message[-_SHORT:]}")
        return found


@cache
def find_specification() -> DiscordSpecification | None:
    """Read the official description; None where it is not at hand."""
    path = Path(os.environ.get("GANSHARE_SPECS") or _BESIDE) / _FILE
    return DiscordSpecification(json.loads(path.read_text("utf-8"))) if path.exists() else None


def _cause(error: Any) -> Any:
    """Follow a union into the branch that is meant: the one with the fewest faults."""
    while error.context:
        faults = Counter(each.schema_path[0] for each in error.context)
        branch = min(faults, key=faults.__getitem__)
        error = next(each for each in error.context if each.schema_path[0] == branch)
    return error


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))


def _vagueness(path: str) -> int:
    """Paths with fewer variables go first: /users/@me before /users/{user_id}."""
    return path.count("{")
