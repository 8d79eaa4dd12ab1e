"""Checks requests against the official description of the Bot API, in its JSON form.

The description is looked for where GANSHARE_SPECS says, then in `shared/specs` beside the checkout;
it belongs to Telegram and is not part of this repository.
"""

import json
import os
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["TelegramSpecification", "find_specification"]

_FILE = "telegram-bot-api.json"
_BESIDE = Path(__file__).parents[3] / "shared" / "specs"
_ARRAY = "Array of "
_SIMPLE: Mapping[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
    "String": (str,),
}


class TelegramSpecification:
    """The methods and types of the Bot API.

    Args:
        methods: by name; each has fields with name, types and required.
        types: by name; each has fields, or subtypes of which a value must be one.
    """

    def __init__(self, methods: Mapping[str, Any], types: Mapping[str, Any]) -> None:
        self._methods = methods
        self._types = types

    def faults(self, method: str, form: Mapping[str, str], files: Collection[str]) -> list[str]:
        """Say what is wrong with a request; nothing if it is as described.

        Args:
            method: its name, as in the URL.
            form: the fields as they were sent, each a string.
            files: names of the parts that were uploaded.
        """
        if method not in self._methods:
            return [f"there is no method {method}"]
        fields = {field["name"]: field for field in self._methods[method].get("fields", ())}
        found = [f"{method} lacks {name}" for name in self._missing(fields, {*form, *files})]
        for name, text in form.items():
            if name not in fields:
                found.append(f"{method} has no {name}")
            elif why := self._of_any(_parsed(text, fields[name]["types"]), fields[name]["types"]):
                found.append(f"{method}.{name}: {why}")
        attached = [name for name in files if name not in fields]
        whole = " ".join(form.values())
        found += [f"{method}: {name} is attached for nothing" for name in attached
                  if f"attach://{name}" not in whole]  # fmt: skip
        return found

    def _missing(self, fields: Mapping[str, Any], given: Collection[str]) -> list[str]:
        return [name for name, each in fields.items() if each["required"] and name not in given]

    def _of_any(self, value: Any, types: Collection[str]) -> str | None:
        reasons = [self._of(value, each) for each in types]
        return None if None in reasons else "; ".join(filter(None, reasons))

    def _of(self, value: Any, kind: str) -> str | None:
        """Why a value is not of a type; None if it is."""
        if kind.startswith(_ARRAY):
            if not isinstance(value, list):
                return f"{value!r} is no array"
            return next(filter(None, (self._of(each, kind[len(_ARRAY) :]) for each in value)), None)
        if kind in _SIMPLE:
            # Compared with `type`, since True is an instance of int, too.
            return None if type(value) in _SIMPLE[kind] else f"{value!r} is no {kind}"
        if kind == "InputFile":
            return None if isinstance(value, str) else f"{value!r} is no file"
        description = self._types[kind]
        if "subtypes" in description:
            return self._of_any(value, description["subtypes"])
        return self._of_object(value, kind, description.get("fields", ()))

    def _of_object(self, value: Any, kind: str, description: Any) -> str | None:
        if not isinstance(value, dict):
            return f"{value!r} is no {kind}"
        fields = {field["name"]: field for field in description}
        for name in self._missing(fields, value):
            return f"{kind} lacks {name}"
        for name, each in value.items():
            if name not in fields:
                return f"{kind} has no {name}"
            if why := self._of_any(each, fields[name]["types"]):
                return f"{kind}.{name}: {why}"
        return None


@cache
def find_specification() -> TelegramSpecification | None:
    """Read the official description; None where it is not at hand."""
    path = Path(os.environ.get("GANSHARE_SPECS") or _BESIDE) / _FILE
    if not path.exists():
        return None
    read = json.loads(path.read_text("utf-8"))
    return TelegramSpecification(read["methods"], read["types"])


def _parsed(text: str, types: Collection[str]) -> Any:
    """Read a field of a form, in which only strings stand bare."""
    if set(types) <= {"String", "InputFile"}:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
