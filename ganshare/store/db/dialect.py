"""The few expressions that SQLite and PostgreSQL spell differently."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ganshare.store.db.topics import Topic

__all__ = [
    "ago",
    "asked_in",
    "asked_within",
    "channel",
    "contains",
    "insert",
    "json_object",
    "made_id",
    "notify",
    "now",
    "relaxed",
    "upsert",
]

_SQLITE_SECONDS = "((julianday('now') - 2440587.5) * 86400.0)"
_POSTGRES_SECONDS = "extract(epoch FROM clock_timestamp())"


class now(FunctionElement[float]):  # noqa: N801  # reads as the SQL function that it is
    """The database's clock, in seconds since 1970: no host's clock matters."""

    type = sa.Float()
    inherit_cache = True


class made_id(FunctionElement[str]):  # noqa: N801  # the same
    """A new id: 12 hexadecimal digits of the database's milliseconds, 10 random ones."""

    type = sa.Text()
    inherit_cache = True


class relaxed(FunctionElement[str]):  # noqa: N801  # the same
    """Let a crash of the database forget this statement, which need not wait for the disk then."""

    type = sa.Text()
    inherit_cache = True


class contains(FunctionElement[bool]):  # noqa: N801  # the same
    """Whether the first text contains the second, compared byte by byte and without wildcards."""

    type = sa.Boolean()
    inherit_cache = True


class json_object(FunctionElement[Any]):  # noqa: N801  # the same
    """A JSON object of these values, which may be such objects, too."""

    inherit_cache = True

    def __init__(self, **values: sa.ColumnElement[Any]) -> None:
        pairs: list[sa.ColumnElement[Any]] = []
        for name, value in values.items():
            pairs += sa.literal_column(f"'{name}'"), value
        super().__init__(*pairs)


class asked_in(FunctionElement[str]):  # noqa: N801  # the same
    """Where a job was asked for, from its `reply_to`; NULL where nobody kept it."""

    type = sa.Text()
    inherit_cache = True


class asked_within(FunctionElement[str]):  # noqa: N801  # the same
    """Places around that one, as a JSON array in a text; NULL where there are none."""

    type = sa.Text()
    inherit_cache = True


class _notify(FunctionElement[str]):  # noqa: N801  # the same
    """A wake-up for one topic, sent if the statement commits."""

    type = sa.Text()
    inherit_cache = True


# How SQLite and PostgreSQL spell them; {} stands for the arguments.
_SPELLINGS = {
    now: (_SQLITE_SECONDS, f"CAST({_POSTGRES_SECONDS} AS DOUBLE PRECISION)"),
    made_id: (
        f"printf('%012x', CAST({_SQLITE_SECONDS} * 1000 AS INTEGER)) || lower(hex(randomblob(5)))",
        f"lpad(to_hex(CAST({_POSTGRES_SECONDS} * 1000 AS BIGINT)), 12, '0') || "
        "substr(replace(CAST(gen_random_uuid() AS TEXT), '-', ''), 1, 10)",
    ),
    relaxed: ("NULL", "set_config('synchronous_commit', 'off', true)"),
    contains: ("instr({}) > 0", "strpos({}) > 0"),
    json_object: ("json_object({})", "json_build_object({})"),
    asked_in: (
        "json_extract({}, '$.desk.place')",
        "CAST({} AS json) #>> '{{desk,place}}'",
    ),
    asked_within: (
        "json_extract({}, '$.desk.within')",
        "CAST({} AS json) #>> '{{desk,within}}'",
    ),
    _notify: ("NULL", "CAST(pg_notify({}, '') AS TEXT)"),  # SQLite's notifier watches the file
}


def _spell(function: type[FunctionElement[Any]], dialect: str, text: str) -> None:
    @compiles(function, dialect)
    def _(element: Any, compiler: Any, **options: Any) -> str:
        return text.format(compiler.process(element.clauses, **options))


for _function, (_sqlite, _postgresql) in _SPELLINGS.items():
    _spell(_function, "sqlite", _sqlite)
    _spell(_function, "postgresql", _postgresql)


def ago(seconds: float) -> sa.ScalarSelect[float]:
    """A moment of the past, read once per statement, so that an index can be searched for it."""
    return sa.select(now() - seconds).scalar_subquery()


def notify(*topics: Topic) -> list[sa.Label[str]]:
    """Columns for a RETURNING clause that notify the listeners of these topics."""
    return [
        _notify(sa.literal_column(f"'{channel(each)}'")).label(f"notify_{each}") for each in topics
    ]


def channel(topic: Topic) -> str:
    """Name PostgreSQL's channel for a topic."""
    return f"ganshare_{topic}"


def upsert(
    dialect: str,
    table: sa.Table,
    key: Mapping[str, Any],
    news: Mapping[str, Any],
    /,
    **first: Any,
) -> "postgresql.Insert | sqlite.Insert":
    """Start an INSERT that changes the row of this key instead, where there is one.

    Args:
        news: values of a new row and of one that is changed.
        first: values of a new row alone.
    """
    new = insert(dialect, table).values({**key, **first, **news})
    return new.on_conflict_do_update(index_elements=list(key), set_=dict(news))


def insert(dialect: str, table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
    """Start an INSERT that knows ON CONFLICT; both engines write it alike."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
