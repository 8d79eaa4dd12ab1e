"""What has been collected: a database that survives any kill, shards of it, and a manifest.

Everything that is learnt (an answer, a picture, that one is damaged) is one transaction, so that
nothing is asked for twice, and nothing is half there.
"""

import csv
import io
import json
import sqlite3
import tarfile
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image

from engine.imaging.codecs import open_rgb

__all__ = ["COLUMNS", "CollectedWorks", "reduce_picture"]

COLUMNS = (
    "file", "artist", "born", "died", "title", "year", "style", "genre", "licence", "sha256",
    "source",
)  # fmt: skip
QUALITY = 92  # of JPEGs
HASH_SIDE = 16
NEAR = 24  # of the 256 bits of a difference hash: the same picture in another size or JPEG
_TABLES = """
CREATE TABLE IF NOT EXISTS answers (address TEXT PRIMARY KEY, body TEXT);
CREATE TABLE IF NOT EXISTS works (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE, outcome TEXT NOT NULL, told TEXT NOT NULL,
    hash BLOB, jpeg BLOB, shard INTEGER
);
"""


def reduce_picture(content: bytes, what: str, short_side: int) -> tuple[bytes, int]:
    """A picture's file -> a JPEG whose shorter side is at most `short_side`, and its hash.

    The hash has a bit for each of 16 x 16 cells: whether the next one to the right is lighter.

    Raises:
        ImageError: it is none, damaged or too large.
    """
    rgb = open_rgb(io.BytesIO(content), what)
    if min(rgb.size) > short_side:
        scale = short_side / min(rgb.size)
        sides = [max(short_side, round(side * scale)) for side in rgb.size]
        rgb = rgb.resize((sides[0], sides[1]), Image.Resampling.LANCZOS, reducing_gap=3.0)
    file = io.BytesIO()
    rgb.save(file, "jpeg", quality=QUALITY)
    grey = rgb.convert("L").resize((HASH_SIDE + 1, HASH_SIDE), Image.Resampling.BOX)
    rows = [grey.crop((0, y, HASH_SIDE + 1, y + 1)).tobytes() for y in range(HASH_SIDE)]
    bits = [row[x] < row[x + 1] for row in rows for x in range(HASH_SIDE)]
    return file.getvalue(), sum(1 << place for place, bit in enumerate(bits) if bit)


class CollectedWorks:
    """A folder: `journal.db` while it is collected, then `000000.tar`, ... and `manifest.csv`.

    Each tar has NAME.jpg and NAME.json for each work, as WebDataset reads them.
    """

    def __init__(self, folder: Path, per_shard: int = 1000) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.per_shard = folder, per_shard
        self._database = sqlite3.connect(folder / "journal.db", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.executescript(_TABLES)
        kept = self._database.execute("SELECT hash FROM works WHERE outcome = 'kept'")
        self._hashes = [int.from_bytes(found, "big") for (found,) in kept]
        query = "SELECT outcome, count(*) FROM works GROUP BY outcome"
        self._counts = Counter(dict(self._database.execute(query).fetchall()))
        self.pack(least=per_shard)  # what a kill came before

    def close(self) -> None:
        """Let go of the journal."""
        self._database.close()

    def answer(self, address: str) -> Any:
        """What an address answered before, as JSON; KeyError if it was never asked."""
        query = "SELECT body FROM answers WHERE address = ?"
        found = self._database.execute(query, (address,)).fetchone()
        if found is None:
            raise KeyError(address)
        return json.loads(found[0])

    def keep_answer(self, address: str, body: object) -> None:
        """Remember what an address answered."""
        self._database.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?)", (address, json.dumps(body))
        )

    def has(self, identity: str) -> bool:
        """Whether a work is settled, kept or not."""
        query = "SELECT 1 FROM works WHERE id = ?"
        return self._database.execute(query, (identity,)).fetchone() is not None

    def add(self, identity: str, jpeg: bytes, fingerprint: int, told: Mapping[str, Any]) -> bool:
        """Keep a work, unless one that looks the same is there; says which."""
        if any((fingerprint ^ other).bit_count() <= NEAR for other in self._hashes):
            self.leave_out(identity, "duplicate", told)
            return False
        told = {**told, "sha256": sha256(jpeg).hexdigest()}
        self._insert(identity, "kept", told, fingerprint.to_bytes(32, "big"), jpeg)
        self._hashes.append(fingerprint)
        self.pack(least=self.per_shard)
        return True

    def leave_out(self, identity: str, why: str, told: Mapping[str, Any]) -> None:
        """Settle a work that is not kept: "duplicate", "damaged", "not found", ..."""
        self._insert(identity, why, told, None, None)

    def _insert(
        self, identity: str, outcome: str, told: Mapping[str, Any],
        fingerprint: bytes | None, jpeg: bytes | None,
    ) -> None:  # fmt: skip
        self._database.execute(
            "INSERT INTO works (id, outcome, told, hash, jpeg) VALUES (?, ?, ?, ?, ?)",
            (identity, outcome, json.dumps(told, ensure_ascii=False), fingerprint, jpeg),
        )
        self._counts[outcome] += 1

    def counts(self) -> Counter[str]:
        """How many works had which outcome."""
        return self._counts.copy()

    def pack(self, *, least: int = 1) -> None:
        """Move works into shards as long as there are `least` of them that are in none."""
        while True:
            query = (
                "SELECT number, told, jpeg FROM works WHERE jpeg NOTNULL ORDER BY number LIMIT ?"
            )
            rows = self._database.execute(query, (self.per_shard,)).fetchall()
            if len(rows) < least or not rows:
                return
            (shard,) = self._database.execute(
                "SELECT coalesce(max(shard) + 1, 0) FROM works"
            ).fetchone()
            path = self.folder / f"{shard:06}.tar"
            with tarfile.open(path.with_suffix(".part"), "w") as archive:
                for number, told, jpeg in rows:
                    _write(archive, f"{number:09}.jpg", jpeg)
                    _write(archive, f"{number:09}.json", told.encode())
            path.with_suffix(".part").replace(path)
            marks = ", ".join("?" * len(rows))
            statement = f"UPDATE works SET shard = ?, jpeg = NULL WHERE number IN ({marks})"  # noqa: S608 - question marks
            self._database.execute(statement, (shard, *(number for number, _, _ in rows)))

    def finish(self) -> Path:
        """Pack the rest and write `manifest.csv`; collecting may go on afterwards."""
        self.pack()
        path = self.folder / "manifest.csv"
        with path.with_suffix(".part").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", restval="")
            writer.writeheader()
            query = "SELECT number, told FROM works WHERE outcome = 'kept' ORDER BY number"
            for number, told in self._database.execute(query):
                writer.writerow({**json.loads(told), "file": f"{number:09}.jpg"})
        path.with_suffix(".part").replace(path)
        return path


def _write(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
