"""The databases of a run: an SQLite file, or two PostgreSQL servers behind one address.

The second server follows the first, which acknowledges nothing that the second has not got. A proxy
takes connections for whichever is the first; PgBouncer, in transaction mode, may stand before it.
"""

import asyncio
import contextlib
import multiprocessing
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ganshare.testing import TIMEOUT, PostgresServer, postgres_server

__all__ = ["Cluster", "cluster"]

DATABASE = "chaos"
PGBOUNCER = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
DEMOTED_SECONDS = 2.0  # for which the old server still answers, and takes no writes
_SOCKET = ".s.PGSQL.5432"


@dataclass
class Cluster:
    """Two servers.

    Args:
        first: which takes writes.
        second: which follows it; None after a failover.
        target: a link to the socket to which the proxy connects.
        url: that everybody uses.
    """

    first: PostgresServer
    second: PostgresServer | None
    target: Path
    url: str

    def fail_over(self) -> None:
        """Demote the first server, promote the second, and let the first one die a little later."""
        old, new = self.first, self.second
        if new is None:
            raise RuntimeError("the second server was promoted already")
        old.sql("ALTER SYSTEM SET default_transaction_read_only = on")
        old.sql("SELECT pg_reload_conf()")
        new.sql("SELECT pg_promote()")
        self.first, self.second = new, None
        _point(self.target, new)
        time.sleep(DEMOTED_SECONDS)
        old.kill()


@contextlib.contextmanager
def cluster(*, pooled: bool) -> Iterator[Cluster]:
    """Run both servers, the proxy and perhaps a PgBouncer.

    Raises:
        LookupError: PostgreSQL or PgBouncer is not installed.
    """
    with contextlib.ExitStack() as stack:
        if pooled and not Path(PGBOUNCER).exists():
            raise LookupError("pgbouncer is not installed")
        first = stack.enter_context(postgres_server())
        first.create_database(DATABASE)
        second = stack.enter_context(_follower(first))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp")))
        folder.chmod(0o755)
        target = folder / "target"
        _point(target, first)
        stack.enter_context(_proxy(folder / _SOCKET, target))
        if pooled:
            stack.enter_context(_bouncer(first, folder, folder / "pool"))
            folder = folder / "pool"
        url = f"postgresql+asyncpg://postgres@/{DATABASE}?host={quote(str(folder))}"
        yield Cluster(first, second, target, url)


@contextlib.contextmanager
def _follower(first: PostgresServer) -> Iterator[PostgresServer]:
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        server = PostgresServer(first.binaries, Path(folder))
        if user := server._user():
            shutil.chown(folder, user)
        copy = f"-h {first.folder} -U postgres -D data -R -X stream --checkpoint=fast --no-sync"
        server._run("pg_basebackup", *copy.split())
        try:
            server.start()
            first.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            first.sql("SELECT pg_reload_conf()")
            yield server
        finally:
            server.stop()


def _point(target: Path, server: PostgresServer) -> None:
    new = target.with_suffix(".new")
    new.symlink_to(server.socket)
    new.replace(target)


@contextlib.contextmanager
def _proxy(listen: Path, target: Path) -> Iterator[None]:
    process = multiprocessing.get_context("forkserver").Process(
        target=_relay_all, args=(listen, target), daemon=True
    )
    process.start()
    try:
        _wait_for(listen)
        yield
    finally:
        process.kill()
        process.join()


def _relay_all(listen: Path, target: Path) -> None:
    """Pass everything on between who connects and the server that the target points to."""

    async def serve() -> None:
        server = await asyncio.start_unix_server(relay, listen)
        os.chmod(listen, 0o777)  # noqa: PTH101, S103  # asynchronous; the folder is the tests' own
        await server.serve_forever()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, answers = await asyncio.open_unix_connection(target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, answers), pump(there, writer))

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while block := await reader.read(1 << 16):
                writer.write(block)
                await writer.drain()
        writer.close()

    asyncio.run(serve())


@contextlib.contextmanager
def _bouncer(server: PostgresServer, before: Path, folder: Path) -> Iterator[None]:
    folder.mkdir()
    settings = folder / "ini"
    settings.write_text(
        f"[databases]\n* = host={before} user=postgres\n[pgbouncer]\nlisten_addr =\n"
        f"listen_port = 5432\nunix_socket_dir = {folder}\nauth_type = any\n"
        "pool_mode = transaction\ndefault_pool_size = 20\nmax_client_conn = 400\n"
        "server_login_retry = 1\n",
        "utf-8",
    )
    if user := server._user():
        shutil.chown(folder, user)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PGBOUNCER, str(settings)], stdout=log, stderr=log, **server._as_user()
        )
    try:
        _wait_for(folder / _SOCKET)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(socket: Path) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not socket.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nobody listens at {socket}")
        time.sleep(0.05)
