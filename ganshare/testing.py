"""Fixtures for tests of every process: sample values, a PostgreSQL and an S3 server.

Nothing here is imported by the processes themselves.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from unittest import SkipTest
from urllib.parse import quote

import sqlalchemy as sa

from ganshare.domain.engines import EngineReport
from ganshare.domain.jobs import JobRequest
from ganshare.store import NewArtwork, Store
from ganshare.store.db.dialect import insert, now
from ganshare.store.db.tables_ledger import orders, tokens
from ganshare.store.db.tables_queue import jobs

__all__ = [
    "MODEL",
    "TIMEOUT",
    "PostgresServer",
    "fill_queue",
    "make_artwork",
    "make_report",
    "make_request",
    "make_sale",
    "postgres_binaries",
    "postgres_server",
    "running_process",
    "s3_server",
    "small_disk",
]

MODEL = "paintings-f8"
TIMEOUT = 120.0  # seconds that a test waits for what must come, on a machine however busy


def make_request(**overrides: Any) -> JobRequest:
    """Give a request that costs one work unit."""
    values: dict[str, Any] = {"prompt": "a castle", "seed": 1, "model": MODEL}
    return JobRequest(**(values | overrides))


def make_report(**overrides: Any) -> EngineReport:
    """Give the report of an engine that paints what `make_request` asks for."""
    values: dict[str, Any] = {"id": "engine-1", "host": "here", "models": (MODEL,)}
    values["max_area"] = 512 * 512
    return EngineReport(**(values | overrides))


def make_artwork(**overrides: Any) -> NewArtwork:
    """Give what an engine publishes."""
    values: dict[str, Any] = {
        "blob": "pictures/1/1.png",
        "preview": "pictures/1/1.jpg",
        "width": 1024,
        "height": 1024,
        "sha256": "0" * 64,
        "attributes": {"Subject": "castle"},
        "manifest": {"prompt": "a castle"},
        "may_sell": True,
    }
    return NewArtwork(**(values | overrides))


_OWN = ("id", "key", "person", "tag", "tag_end", "seat")  # what no two copies of a job share
_NUMBERS = {
    "postgresql": "SELECT generate_series(1, {count}) AS n",
    "sqlite": "WITH RECURSIVE counting(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counting"
    " WHERE n < {count}) SELECT n FROM counting",
}
_IDS = {"postgresql": "lpad(CAST(n AS TEXT), 22, '0')", "sqlite": "printf('%022d', n)"}


async def fill_queue(store: Store, count: int, people: int) -> None:
    """Queue jobs in one statement: copies of one of "person 0", spread over some people."""
    await store.queue.submit("person 0", "bot", make_request(), key="copy 0")
    database = store.database
    numbers = _NUMBERS[database.dialect].format(count=count - 1)
    columns = ", ".join(column.name for column in jobs.columns if column.name not in _OWN)
    turn = f"n / {people}"
    await database.write(
        sa.text(
            f"INSERT INTO jobs (id, key, person, tag, tag_end, seat, {columns})"  # noqa: S608
            f" SELECT {_IDS[database.dialect]}, 'copy ' || n, 'person ' || (n % {people}),"
            f" {turn}, {turn} + 1, {turn}, {columns} FROM jobs, ({numbers}) AS numbers"
            " WHERE key = 'copy 0'"
        )
    )


async def make_sale(
    store: Store, artwork: str, offered: str = "", state: str = "minted", **overrides: Any
) -> None:
    """Put a painting's token, and perhaps an order for it, into the ledger.

    Args:
        offered: the order's state, such as "posted"; none without.
        state: the token's.
    """
    digest = hashlib.sha256(artwork.encode()).hexdigest()
    where = {"chain_id": 137, "collection": "0x" + "11" * 20, "token": str(int(digest, 16))}
    page = f"https://scan.example/{digest[:8]}"
    row = {**where, "artwork": artwork, "state": state, "item": "{}", "page": page}
    database = store.database
    new = insert(database.dialect, tokens).values(**row, updated=now())
    changed = {"state": state, "updated": now()}
    keys = ["chain_id", "collection", "token"]
    await database.write(new.on_conflict_do_update(index_elements=keys, set_=changed))
    if offered:
        order: dict[str, Any] = {"serial": 0, "terms": "{}", "signature": "", "reason": ""}
        order |= {"price": str(5 * 10**16), "currency": "WETH", "decimals": 18, "ends": 2**40}
        order |= {"page": f"https://market.example/{digest[:8]}", "state": offered} | overrides
        key = f"{digest}-{order['serial']}"
        new = insert(database.dialect, orders).values(
            hash=key, **where, **order, created=now(), updated=now()
        )
        await database.write(new.on_conflict_do_update(index_elements=["hash"], set_=order))


def postgres_binaries() -> Path | None:
    """Find the folder with PostgreSQL's server programs, or None if it is not installed."""
    folders = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        asked = subprocess.run(
            ["pg_config", "--bindir"],  # noqa: S607  # wherever it is installed
            capture_output=True,
            check=True,
            text=True,
        )
        folders.append(Path(asked.stdout.strip()))
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    needed = ("postgres", "initdb", "pg_isready", "psql")
    return next((each for each in folders if all((each / name).exists() for name in needed)), None)


@dataclass
class PostgresServer:
    """A PostgreSQL in a folder of its own, reached by a socket in there only.

    Args:
        binaries: of PostgreSQL.
        folder: short, since a socket's path may have 107 characters at most.
        settings: of the server.
    """

    binaries: Path
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = None

    def create(self) -> None:
        """Make the cluster."""
        if user := self._user():
            shutil.chown(self.folder, user)
        options = "-D data -A trust -U postgres -E UTF8 --locale=C --no-sync"
        self._run("initdb", *options.split())

    def start(self) -> None:
        """Start the server and wait until it answers, also after a crash."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",  # a killed process loses nothing by it, a power cut would
            "full_page_writes": "off",
            "shared_buffers": "32MB",
            "max_connections": "200",
            **self.settings,
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        deadline = time.monotonic() + TIMEOUT
        while True:
            if self._process is None or self._process.poll() is not None:
                # After a SIGKILL the old children may hold the shared memory for a moment.
                with (self.folder / "log").open("ab") as log:
                    self._process = subprocess.Popen(
                        [str(self.binaries / "postgres"), "-D", "data", *arguments],
                        cwd=self.folder,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                        **self._as_user(),
                    )
            if self._answers():
                return
            if time.monotonic() > deadline:
                log_text = (self.folder / "log").read_text("utf-8", "replace")[-2000:]
                raise TimeoutError(f"PostgreSQL does not start:\n{log_text}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it with all its processes, as the kernel does when memory runs out."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def pause(self) -> None:
        """Stop it in its tracks: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """Stop it without waiting for its clients."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def cpu_seconds(self) -> float:
        """What its processes, as many as live, have taken of the processor."""
        import psutil  # of the tests

        total = 0.0
        if self._process is not None:
            for process in psutil.Process(self._process.pid).children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    total += sum(process.cpu_times()[:2])
        return total

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make a database and give its URL."""
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, with all its connections."""
        self.sql(f'DROP DATABASE "{name}" WITH (FORCE)')

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as psql does, and give what it prints."""
        options = ["-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-U", "postgres"]
        return self._run("psql", *options, "-c", statement, database)

    def url(self, database: str) -> str:
        """Give the URL of a database, for `open_store`."""
        return f"postgresql+asyncpg://postgres@/{database}?host={quote(str(self.folder))}"

    @property
    def socket(self) -> Path:
        """The server's socket."""
        return self.folder / ".s.PGSQL.5432"

    def _answers(self) -> bool:
        command = [str(self.binaries / "pg_isready"), "-q", "-h", str(self.folder)]
        return subprocess.run(command, check=False).returncode == 0

    def _signal(self, number: int) -> None:
        """Signal the server and each of its children, which are sessions of their own."""
        import psutil  # of the tests

        if self._process is None or self._process.poll() is not None:
            return
        server = psutil.Process(self._process.pid)
        for process in [server, *server.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(self.binaries / program), *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **self._as_user(),
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()}")
        return str(done.stdout).strip()

    def _as_user(self) -> dict[str, Any]:
        user = self._user()
        return {"user": user, "group": user, "extra_groups": []} if user else {}

    @staticmethod
    def _user() -> str | None:
        """The user who runs PostgreSQL: another one for root, who may not; else oneself."""
        return "postgres" if os.geteuid() == 0 else None


@contextmanager
def postgres_server(**settings: str) -> Iterator[PostgresServer]:
    """Run a PostgreSQL for a while; raises LookupError if it is not installed."""
    binaries = postgres_binaries()
    if binaries is None:
        raise LookupError("PostgreSQL's server programs are not installed")
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        server = PostgresServer(binaries, Path(folder), settings)
        server.create()
        try:
            server.start()
            yield server
        finally:
            server.resume()
            server.stop()


@asynccontextmanager
async def running_process(
    *command: str, **options: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a program that ends with the block at the latest, whatever fails in there."""
    process = await asyncio.create_subprocess_exec(*command, **options)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@contextmanager
def s3_server(bucket: str) -> Iterator[dict[str, str]]:
    """Run an S3 with one bucket on loopback, and give the AWS_* variables that lead there."""
    # Here, since this module also serves tests without an S3.
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it reports every request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        connection = HTTPConnection(host, port, timeout=TIMEOUT)
        connection.request("PUT", f"/{bucket}")
        connection.getresponse().read()
        connection.close()
        yield {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }
    finally:
        server.stop()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a disk of some size, such as "1m", on a folder; a test that may not is skipped."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if not mount or subprocess.run(command, capture_output=True, check=False).returncode:
        raise SkipTest("only root may mount a disk")
    try:
        yield folder
    finally:
        subprocess.run([str(umount), "-l", str(folder)], check=True)
