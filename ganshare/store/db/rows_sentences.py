"""Sentences in the database: the English text, with code and values beside it as JSON.

The JSON names its text, too: where a process of an older version wrote another one since, which
knows no such column, it tells nothing.
"""

import json
from collections.abc import Mapping
from string import Formatter
from typing import Any

import sqlalchemy as sa

from ganshare.sentences import SENTENCES, Sentence
from ganshare.store.db.database import Row
from ganshare.store.db.dialect import json_object
from ganshare.store.db.tables_community import storable

__all__ = ["sentence_columns", "sentence_in_sql", "with_sentences"]


def sentence_columns(name: str, text: str | None) -> dict[str, str | None]:
    """Give the columns that keep a sentence: NAME, and NAME_details if it has a code."""
    kept = None if text is None else storable(text)
    known = isinstance(text, Sentence) and kept == text
    return {name: kept, f"{name}_details": json.dumps(_pack(text)) if known else None}


def sentence_in_sql(
    name: str, code: str, values: Mapping[str, sa.ColumnElement[Any]]
) -> dict[str, sa.ColumnElement[str]]:
    """Give the same for a sentence whose values are columns."""
    text: sa.ColumnElement[str] = sa.literal("", sa.Text)
    for words, value, _, _ in Formatter().parse(SENTENCES[code]):
        text += sa.literal(words, sa.Text)
        if value is not None:
            text += sa.cast(values[value], sa.Text)
    named = sa.literal(code, sa.Text)
    packed = json_object(sentence=text, code=named, values=json_object(**values))
    return {name: text, f"{name}_details": sa.cast(packed, sa.Text)}


def with_sentences(row: Row, *names: str) -> dict[str, Any]:
    """Give a row with its sentences, each in place of its two columns."""
    values: dict[str, Any] = dict(row)
    for name in names:
        values[name] = _read(values[name], values.pop(f"{name}_details"))
    return values


def _read(text: str | None, details: str | None) -> str | None:
    try:
        found = _unpack(json.loads(details or "null"))
    except (ValueError, RecursionError):
        return text
    return found if found == text else text


def _pack(text: object) -> Any:
    if not isinstance(text, Sentence):
        return text
    values = {name: _pack(value) for name, value in text.values.items()}
    return {"sentence": str(text), "code": text.code, "values": values}


def _unpack(value: Any) -> Any:
    match value:
        case {"sentence": str(text), "code": str(code), "values": dict(values)}:
            return Sentence(text, code, {name: _unpack(each) for name, each in values.items()})
        case str() | int() | float():
            return value
        case _:
            raise ValueError(value)
