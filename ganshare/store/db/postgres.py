"""Connects to PostgreSQL as providers sell it: with TLS, behind a pooler, after a failover.

Pools and notifiers connect here alike, by what the URL's query says; libpq's names are asyncpg's.
"""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import sqlalchemy as sa

from ganshare.errors import ParameterError, must_be_one_of
from ganshare.monitoring.log import get_logger

__all__ = ["CONNECT_SECONDS", "PoolerFoundError", "PostgresConnector"]

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 30.0  # in a transaction, after which the server ends a client that was frozen
_TLS_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SWITCHES = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}
_QUERY = (
    "host", "port", "ssl", "sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs",
    "pgbouncer",
)  # fmt: skip

_log = get_logger(__name__)


class PoolerFoundError(Exception):
    """It turned out that a pooler answers; connect again."""


@dataclass
class PostgresConnector:
    """Opens connections to one server, or to the one of several that takes writes.

    Args:
        url: its query may have `sslmode` (or `ssl`) and libpq's other names for TLS, several
            hosts, and `pgbouncer=true` for a pooler in transaction mode.
        patience: seconds that a statement may take; None: as long as it needs.

    Attributes:
        is_pooled: whether a statement must bring its own transaction, and nothing outlasts one; set
            by the URL, or when a pooler refuses our parameters.

    Raises:
        ParameterError: the query has a name or a value that is not known.
    """

    url: sa.URL
    patience: float | None
    is_pooled: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Check the query, and write the URL as asyncpg reads it."""
        query = {name: _text(value) for name, value in self.url.query.items()}
        for name in query:
            _check("parameter of the database URL", name, _QUERY)
        pooled = query.pop("pgbouncer", "false").lower()
        _check("pgbouncer in the database URL", pooled, _SWITCHES)
        self.is_pooled = _SWITCHES[pooled]
        tls = query.pop("ssl", None)
        if tls is not None:
            switch = _SWITCHES.get(tls.lower())
            mode = tls if switch is None else "require" if switch else "disable"
            if query.setdefault("sslmode", mode) != mode:
                message = "The database URL says ssl and sslmode, and not the same; one is enough."
                raise ParameterError(message, given=tls)
        if "sslmode" in query:
            _check("sslmode in the database URL", query["sslmode"], _TLS_MODES)
        if "," in query.get("host", ""):
            query.setdefault("target_session_attrs", "read-write")
        self._query = query
        self._dsn = self.url.set(drivername="postgresql", query=query).render_as_string(
            hide_password=False
        )

    def environment(self) -> dict[str, str]:
        """The URL as libpq's variables: a password must not show among a program's arguments."""
        url, query = self.url, dict(self._query)
        addresses = [each.partition(":") for each in query.pop("host", "").split(",") if each]
        values = {
            "PGHOST": ",".join(host for host, _, _ in addresses) or url.host,
            "PGPORT": ",".join(port for _, _, port in addresses).strip(",")
            or query.pop("port", "")
            or url.port,
            "PGUSER": url.username,
            "PGPASSWORD": url.password,
            "PGDATABASE": url.database,
            **{f"PG{name.replace('_', '').upper()}": value for name, value in query.items()},
        }
        return {name: str(value) for name, value in values.items() if value is not None}

    async def connect(self, *_: object, **__: object) -> asyncpg.Connection:
        """Open a connection; what SQLAlchemy gives along stands in the URL, too.

        Raises PoolerFoundError once, when it is the server that tells of the pooler.
        """
        if not self.is_pooled:
            try:
                return await self._open(self._settings())
            except asyncpg.ProtocolViolationError as error:  # "unsupported startup parameter"
                _log.info("a pooler is in front of PostgreSQL", reason=str(error))
                self.is_pooled = True
                raise PoolerFoundError from error
        return await self._open({"application_name": "ganshare"}, statement_cache_size=0)

    async def _open(self, settings: dict[str, str], **options: Any) -> asyncpg.Connection:
        try:
            return await asyncpg.connect(
                self._dsn,
                timeout=CONNECT_SECONDS,
                command_timeout=self.patience,
                server_settings=settings,
                **options,
            )
        except ssl.SSLError as error:
            raise ConnectionError(f"TLS: {error}") from error
        except asyncpg.InterfaceError as error:  # no server that takes writes, a missing file
            raise ConnectionError(str(error)) from error

    def _settings(self) -> dict[str, str]:
        settings = {
            "application_name": "ganshare",
            "jit": "off",
            "idle_in_transaction_session_timeout": f"{IDLE_SECONDS:.0f}s",
            "tcp_keepalives_idle": "30",
            "tcp_keepalives_interval": "10",
            "tcp_keepalives_count": "3",
        }
        if self.patience is not None:  # a little later than the client gives up
            settings["statement_timeout"] = f"{1000 * (self.patience + 1):.0f}ms"
        return settings


def _check(what: str, given: str, allowed: Iterable[str]) -> None:
    if given not in allowed:
        raise must_be_one_of(ParameterError, what, given, allowed)


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ",".join(value)
