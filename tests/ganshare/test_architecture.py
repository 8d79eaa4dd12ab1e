"""docs/architecture.md is a map of this code: its files, tables and imports are there."""

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
MOST = 18  # files in a folder of code
PACKAGES = ("bot", "engine", "admin", "ganshare", "wordlists")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_file_is_there() -> None:
    named = re.findall(r"`([\w/]+\.py)`", PAGE)
    assert len(named) > 50
    assert [each for each in named if not (ROOT / each).is_file()] == []


def test_every_room_is_there() -> None:
    for package, rooms in re.findall(r"^\| `([\w/]+/)` \| (.*) \|$", section("Rooms"), re.M):
        assert all((ROOT / package / room).is_dir() for room in re.findall(r"`(\w+)/`", rooms))


def test_no_room_is_crowded() -> None:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    # what stands in for others in tests is left out
    rooms = Counter(path.parent for path in files if "testing" not in (path.parent.name, path.stem))
    assert {room: count for room, count in rooms.items() if count > MOST} == {}


def test_each_table_of_the_store_stands_on_the_map_once() -> None:
    made: set[str] = set()
    for path in (ROOT / "ganshare/store/maintenance/migrations").glob("*.sql"):
        made |= set(re.findall(r"^CREATE TABLE (?:IF NOT EXISTS )?(\w+)", path.read_text(), re.M))
    rows = re.findall(r"^\| (`.*?) \|", section("Tables"), re.M)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(made)


def test_no_walk_passes_a_file_twice() -> None:
    walks = re.split(r"^\*\*", section("Five walks"), flags=re.M)[1:]
    assert len(walks) == 5
    for walk in walks:
        files = re.findall(r"^\d+\. `([\w/]+\.py)`", walk, re.M)
        assert len(files) >= 5
        assert len(files) == len(set(files))


def test_the_packages_import_one_another_as_drawn() -> None:
    table = section("Processes").partition("| package | imports from this project |")[2]
    drawn = {
        (source, target)
        for source, targets in re.findall(r"^\| `(\w+)` \| (`.+`) \|$", table, re.M)
        for target in re.findall(r"\w+", targets)
    }
    assert drawn == {
        (package, imported)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for imported in _imported(path)
        if imported in PACKAGES and imported != package
    }


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found
