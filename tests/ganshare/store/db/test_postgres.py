"""PostgreSQL as providers sell it: TLS in both spellings, a pooler, a failover, frozen clients."""

import asyncio
import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from ganshare.domain.jobs import JobState
from ganshare.errors import ParameterError, StoreError
from ganshare.store import Topic, open_store
from ganshare.store.db.database import Database
from ganshare.store.db.postgres import PostgresConnector
from ganshare.testing import (
    MODEL,
    TIMEOUT,
    PostgresServer,
    make_artwork,
    make_request,
    postgres_server,
)

pytestmark = pytest.mark.heavy

BOUNCER = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


# --- what URLs say -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sslmod=require", "'sslmod' is unknown; allowed are .*did you mean 'sslmode'"),
        ("sslmode=yes", "'yes' is unknown; allowed are disable, allow"),
        ("ssl=require&sslmode=disable", "not the same"),
        ("pgbouncer=maybe", "'maybe' is unknown"),
    ],
)
def test_a_url_that_cannot_be_read_is_refused_in_one_sentence(query: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        Database(f"postgresql+asyncpg://me:secret@host/database?{query}")


@pytest.mark.parametrize(
    "query", ["ssl=require", "sslmode=require", "ssl=true", "ssl=require&sslmode=require"]
)
def test_both_spellings_mean_the_same(query: str) -> None:
    url = sa.make_url(f"postgresql+asyncpg://me@host/database?{query}")
    assert PostgresConnector(url, 1.0)._dsn == "postgresql://me@host/database?sslmode=require"


def test_backups_reach_the_database_as_everybody_does() -> None:
    url = "postgresql+asyncpg://me:it%2Fis@one/db?ssl=require&sslrootcert=ca.pem&pgbouncer=true"
    assert PostgresConnector(sa.engine.make_url(url), None).environment() == {
        "PGHOST": "one", "PGUSER": "me", "PGPASSWORD": "it/is", "PGDATABASE": "db",
        "PGSSLMODE": "require", "PGSSLROOTCERT": "ca.pem",
    }  # fmt: skip
    url = "postgresql+asyncpg://me@/db?host=one:5432&host=two:5433"
    assert PostgresConnector(sa.engine.make_url(url), None).environment() == {
        "PGHOST": "one,two", "PGPORT": "5432,5433", "PGUSER": "me", "PGDATABASE": "db",
        "PGTARGETSESSIONATTRS": "read-write",
    }  # fmt: skip


def test_of_several_hosts_the_one_that_takes_writes_is_used() -> None:
    url = sa.make_url("postgresql+asyncpg://me@/database?host=a:5432&host=b:5432")
    assert "target_session_attrs=read-write" in PostgresConnector(url, 1.0)._dsn


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PostgresServer, int]]:
    """A server that speaks TLS on a port, its certificate known to nobody."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
         "-keyout", "key.pem", "-out", "cert.pem", "-days", "2"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    port = free_port()
    try:
        with postgres_server() as server:
            for name in ("key.pem", "cert.pem"):
                copy = server.folder / name
                shutil.copy(folder / name, copy)
                copy.chmod(0o600)
                if user := server._user():
                    shutil.chown(copy, user, user)
            server.settings = {
                **server.settings, "listen_addresses": "127.0.0.1", "port": str(port), "ssl": "on",
                "ssl_cert_file": str(server.folder / "cert.pem"),
                "ssl_key_file": str(server.folder / "key.pem"),
            }  # fmt: skip
            server.stop()
            _start_on(server, port)
            yield server, port
    except LookupError as error:
        pytest.skip(str(error))


def _start_on(server: PostgresServer, port: int) -> None:
    os.environ["PGPORT"] = str(port)
    try:
        server.start()
    finally:
        del os.environ["PGPORT"]


@pytest.mark.parametrize("spelling", ["ssl", "sslmode"])
async def test_statements_and_notifications_go_through_tls(
    tls_server: tuple[PostgresServer, int], spelling: str
) -> None:
    _, port = tls_server
    url = f"postgresql+asyncpg://postgres@127.0.0.1:{port}/postgres?{spelling}=require"
    async with open_store(url, migrate=True) as store:
        used = sa.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        (row,) = await store.database.rows(used)
        assert row["ssl"] is True
        assert await store.wait(TIMEOUT, Topic.WORK)  # it listens
        waiting = asyncio.create_task(store.wait(TIMEOUT, Topic.WORK))
        await asyncio.sleep(0.2)
        began = time.monotonic()
        await store.queue.submit("ann", "bot", make_request(), key=spelling)
        assert await waiting
        assert time.monotonic() - began < 10.0


async def test_a_certificate_that_nobody_knows_is_refused_in_one_sentence(
    tls_server: tuple[PostgresServer, int],
) -> None:
    _, port = tls_server
    url = f"postgresql+asyncpg://postgres@localhost:{port}/postgres?sslmode=verify-full"
    with pytest.raises((StoreError, ParameterError), match=r"TLS|certificate|root"):
        await open_store(url).__aenter__()


# --- a failover --------------------------------------------------------------------------------


async def test_after_a_failover_no_connection_stays_with_the_demoted_server(
    tmp_path: Path,
) -> None:
    try:
        with postgres_server() as old, postgres_server() as new:
            for server in (old, new):
                async with open_store(server.create_database("it"), migrate=True):
                    pass
            address = old.folder.parent / f"ganshare-failover-{os.getpid()}"
            address.symlink_to(old.folder)
            try:
                url = f"postgresql+asyncpg://postgres@/it?host={quote(str(address))}"
                async with open_store(url) as store:
                    await asyncio.gather(*(store.check_writable() for _ in range(8)))
                    old.sql("ALTER SYSTEM SET default_transaction_read_only = on")
                    old.sql("SELECT pg_reload_conf()")
                    for _ in range(200):
                        if old.sql("SHOW default_transaction_read_only") == "on":
                            break
                        await asyncio.sleep(0.05)
                    with pytest.raises(StoreError, match="read-only"):
                        await store.check_writable()
                    assert await store.now() > 0  # a reading check would have been content
                    address.unlink()
                    address.symlink_to(new.folder)
                    submitted = [
                        store.queue.submit(f"p{number}", "bot", make_request(), key=str(number))
                        for number in range(20)
                    ]
                    assert all(each.is_new for each in await asyncio.gather(*submitted))
                    await store.check_writable()
                assert new.sql("SELECT count(*) FROM jobs", "it") == "20"
            finally:
                address.unlink(missing_ok=True)
    except LookupError as error:
        pytest.skip(str(error))


# --- limits of the server's and ours -----------------------------------------------------------


async def test_a_client_that_is_frozen_in_a_transaction_is_ended_by_the_server(
    postgres: PostgresServer,
) -> None:
    database = Database(postgres.create_database(f"frozen_{uuid.uuid4().hex}"))
    try:
        names = ("idle_in_transaction_session_timeout", "tcp_keepalives_idle", "statement_timeout")
        found = {name: (await database.rows(sa.text(f"SHOW {name}")))[0][name] for name in names}
    finally:
        await database.close()
    assert found["idle_in_transaction_session_timeout"] == "30s"
    assert found["statement_timeout"] == "11s"


async def test_an_engine_holds_two_connections(postgres: PostgresServer) -> None:
    url = postgres.create_database("budget")
    async with open_store(url, migrate=True):
        pass
    async with open_store(url, connections=1) as store:
        await store.wait(0.1, Topic.WORK)
        await asyncio.gather(*(store.now() for _ in range(20)))
        held = postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'budget'")
    assert held == "2"


async def test_a_migration_may_take_longer_than_any_statement(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ganshare.store.maintenance import migrate

    monkeypatch.setattr(migrate, "_PATIENCE_SECONDS", 0.2)
    slow = migrate.Migration(migrate.NEWEST + 1, "9999_expand_slow", "SELECT pg_sleep(1.5);\n")
    monkeypatch.setattr(migrate, "MIGRATIONS", (*migrate.MIGRATIONS, slow))
    monkeypatch.setattr(migrate, "NEWEST", migrate.NEWEST + 1)
    async with open_store(postgres.create_database("slow"), migrate=True):
        pass


# --- a pooler ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bouncer(postgres: PostgresServer) -> Iterator[str]:
    """A PgBouncer in transaction mode before the tests' server: its part of a URL."""
    if not Path(BOUNCER).exists():
        pytest.skip("pgbouncer is not installed")
    folder = postgres.folder / "bouncer"
    folder.mkdir()
    (folder / "ini").write_text(
        f"[databases]\n* = host={postgres.folder} user=postgres\n[pgbouncer]\n"
        f"listen_addr =\nunix_socket_dir = {folder}\nauth_type = any\npool_mode = transaction\n"
        "default_pool_size = 4\nmax_client_conn = 200\n",
        "utf-8",
    )
    if user := postgres._user():
        shutil.chown(folder, user)
    process = subprocess.Popen(
        [BOUNCER, "-q", str(folder / "ini")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **postgres._as_user(),
    )  # fmt: skip
    deadline = time.monotonic() + TIMEOUT
    while not list(folder.glob(".s.PGSQL.*")) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (found,) = folder.glob(".s.PGSQL.*[0-9]")
    yield f"host={quote(str(folder))}&port={found.name.rsplit('.', 1)[1]}"
    process.terminate()
    process.wait()


@pytest.mark.parametrize("told", ["", "&pgbouncer=true"])
async def test_a_pooler_in_transaction_mode_serves_all(
    postgres: PostgresServer, bouncer: str, told: str
) -> None:
    name = f"pooled{len(told)}"
    postgres.create_database(name)
    url = f"postgresql+asyncpg://postgres@/{name}?{bouncer}{told}"
    async with open_store(url, migrate=True) as one, open_store(url) as other:
        stores = (one, other)
        at_once = asyncio.Semaphore(10)  # so that none waits too long for its turn

        async def ask(number: int) -> None:
            store = stores[number % 2]
            async with at_once:
                await store.queue.submit(f"p{number}", "bot", make_request(), key=str(number))
                (job,) = await store.queue.claim(f"e{number}", models=[MODEL], max_area=512 * 512)
                assert (await store.queue.beat(job, step=1, preview="previews/1.jpg")).mine
                assert await store.queue.finish(job, make_artwork()) is not None

        await asyncio.gather(*(ask(number) for number in range(100)))
        counts = await one.queue.counts()
        assert counts[JobState.DONE] == 100
        assert await other.wait(5.0, Topic.WORK)  # by looking, since nobody hears a NOTIFY
