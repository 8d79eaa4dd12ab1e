"""`make mutants`: small wrong changes of the code, each of which a test must notice.

They were found by hand, where tests once let them live. The code of the working folder is copied,
one change at a time is made to the copy, and the tests that should fail are run there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
PARTS = ("ganshare", "tests", "bot", "engine", "admin", "wordlists", "pyproject.toml")
STORE = "tests/ganshare/store/test_mutants.py"


@dataclass(frozen=True)
class Mutant:
    """A change: in `file` the first `old` after `after` becomes `new`, and `tests` must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: str
    after: str = ""


MUTANTS = [
    Mutant("a claim waits for locked rows", "ganshare/store/queue/claim.py",
           "skip_locked=True", "skip_locked=False", f"{STORE} -k locked"),
    Mutant("a reaper waits for locked rows", "ganshare/store/queue/lease.py",
           "skip_locked=True", "skip_locked=False", f"{STORE} -k locked"),
    Mutant("two migrate at once", "ganshare/store/maintenance/migrate.py",
           "sa.select(sa.func.pg_advisory_xact_lock(_LOCK))", "sa.select(sa.literal(1))",
           f"{STORE} -k migrates"),
    Mutant("a beat with a state may be forgotten", "ganshare/store/queue/lease.py",
           "if not quiet:", "if True:", f"{STORE} -k forgotten"),
    Mutant("a ballot beats a list of the same moment", "ganshare/store/votes/apply.py",
           "ballot.at <= await", "ballot.at < await", f"{STORE} -k moment"),
    Mutant("yes beats no", "ganshare/store/votes/apply.py",
           "ballots.c.up, ~new.excluded.up", "~ballots.c.up, new.excluded.up",
           f"{STORE} -k moment"),
    Mutant("a list doesn't decide at its own moment", "ganshare/store/votes/apply.py",
           "row.at <= as_of", "row.at < as_of", f"{STORE} -k moment"),
    Mutant("two approve at once", "ganshare/store/rounds/curation.py",
           "await one_at_a_time(connection, artwork)", "pass", f"{STORE} -k approval"),
    Mutant("a silent connection is trusted", "ganshare/store/db/notify.py",
           "connection.terminate()", "pass", f"{STORE} -k silence", after="async def _probe"),
    Mutant("a backup is not checked", "ganshare/store/maintenance/backup.py",
           'if damage != "ok":', "if False:", f"{STORE} -k backup"),
    Mutant("a backup is not brought to the disk", "ganshare/store/maintenance/backup.py",
           "os.fsync(written.fileno())", "pass", f"{STORE} -k backup"),
    Mutant("what is over is buried", "ganshare/store/queue/lease.py",
           "jobs.c.id == job_id, ACTIVE", "jobs.c.id == job_id", f"{STORE} -k buried",
           after="def bury_statement"),
    Mutant("engines are never forgotten", "ganshare/store/queue/queue.py",
           "engines.c.reported < now() - _DAY", "engines.c.reported < 0", f"{STORE} -k engines"),
    Mutant("suspects are given to anybody", "ganshare/store/queue/claim.py",
           "jobs.c.id.not_in(suspects)", "sa.true()",
           "tests/ganshare/store/queue/test_lease.py -k suspect"),
    Mutant("a step never hangs", "engine/worker/step_pool.py",
           "> self._deadlines.of(step.kind)", "> float('inf')",
           "tests/engine/worker/test_step_pool.py -k hangs"),
    Mutant("a stuck engine keeps its jobs", "engine/worker/lease.py",
           "if not self._is_alive():", "if False:", "tests/engine/worker/test_lease.py -k stuck"),
    Mutant("a taken key is tried again", "engine/worker/retry.py",
           "except BlobExists:\n            raise\n", "except EOFError:\n            raise\n",
           "tests/engine/worker/test_uploads.py -k pointless"),
    Mutant("a restored job has its old attempts", "ganshare/store/maintenance/restore.py",
           "SKIPPED = 100", "SKIPPED = 0",
           "tests/ganshare/store/maintenance/test_restore.py -k older_database"),
    Mutant("a slip is no error", "ganshare/settings/listing.py",
           "nearest(given, [meant], SLIP)", "False",
           "tests/ganshare/settings/test_classes.py -k slip"),
    Mutant("a drain is only a pause", "ganshare/store/queue/pauses.py",
           'set_={"drains": sa.true()}', 'set_={"drains": sa.false()}',
           "tests/ganshare/store/queue/test_choice.py -k drain"),
    Mutant("a beat writes every index", "ganshare/store/queue/unread.py",
           "DROP INDEX jobs_unread;\n", "", "tests/ganshare/store/queue/test_unread.py -k index"),
    Mutant("cutouts take no memory", "ganshare/store/queue/claim.py",
           "<= sa.bindparam(\"room\")", "<= sa.bindparam(\"room\") + 2**30",
           "tests/ganshare/store/queue/test_choice.py -k cutouts"),
    Mutant("a demoted server is kept", "ganshare/store/db/errors.py",
           '== "25006"', '== "never"', "tests/ganshare/store/db/test_postgres.py -k failover"),
]  # fmt: skip


def survives(mutant: Mutant) -> bool:
    """Whether the tests pass in spite of the change."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        for part in PARTS:
            source, copy = ROOT / part, Path(folder) / part
            if source.is_dir():
                shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy)
        file = Path(folder) / mutant.file
        text = file.read_text("utf-8")
        begin = text.find(mutant.old, max(0, text.find(mutant.after)))
        if begin < 0:
            raise click.ClickException(f"{mutant.name}: {mutant.file} has no {mutant.old!r} now.")
        rest = text[begin + len(mutant.old) :]
        file.write_text(text[:begin] + mutant.new + rest, "utf-8")
        command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-x", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, *mutant.tests.split()],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            check=False,
        )
    if done.returncode not in (0, 1):
        raise click.ClickException(f"{mutant.name}: {done.stdout.decode()[-2000:]}")
    return done.returncode == 0


@click.command()
@click.argument("words", nargs=-1)
def main(words: tuple[str, ...]) -> None:
    """Make each change, or those whose name has one of WORDS; exit code 1 if one survives."""
    alive = []
    for mutant in MUTANTS:
        if words and not any(word in mutant.name for word in words):
            continue
        if survives(mutant):
            alive.append(mutant.name)
        click.echo(f"{'SURVIVES' if alive[-1:] == [mutant.name] else 'killed'}  {mutant.name}")
    sys.exit(bool(alive))


if __name__ == "__main__":
    main()
