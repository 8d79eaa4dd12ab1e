"""A manifest that was written is read as it was, as JSON and as CSV; what is none is refused."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin.curation.manifest import as_csv, as_json, read_manifest
from ganshare.domain.votes import CuratedItem
from ganshare.errors import ParameterError

ITEM = CuratedItem(
    id="artwork1",
    sha256="ab" * 32,
    blob="pictures/1/1.png",
    prompt="a Cubist castle, “at night”",
    attributes={"Style": "Cubist", "Hex": "#102030"},
    seed=2**60 + 1,
    model="paintings-f8",
    steps=None,
    width=1024,
    height=768,
    may_sell=True,
    requester="discord:1",
    votes=7,
    views=40,
    bound=0.1 + 0.2,
    rank=1,
    round="round1",
    approved_by="terminal:me",
    approved=1_700_000_000.25,
    reason="",
    place="discord:9",
)
WRITERS: dict[str, Callable[[list[CuratedItem]], str]] = {".csv": as_csv, ".json": as_json}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("manifests")


@pytest.mark.parametrize("kind", [".csv", ".json"])
@settings(max_examples=40)
@given(
    prompt=st.text(st.characters(exclude_categories=["Cs", "Cc"]))
    | st.from_regex(r"'*[=+\-@].*", fullmatch=True, alphabet=st.characters(codec="ascii")),
    may_sell=st.booleans(),
    steps=st.none() | st.integers(1, 10_000),
)
def test_what_was_written_is_read_again(
    folder: Path, kind: str, prompt: str, may_sell: bool, steps: int | None
) -> None:
    prompt = prompt.replace("\r", "").replace("\n", "")  # no prompt has them
    items = [ITEM, replace(ITEM, prompt=prompt, may_sell=may_sell, steps=steps)]
    file = folder / f"set{kind}"
    file.write_text(WRITERS[kind](items), "utf-8")
    assert read_manifest(file) == items


def test_a_spreadsheets_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    file = tmp_path / "set.csv"
    file.write_text(as_csv([ITEM]), "utf-8-sig")
    assert read_manifest(file) == [ITEM]


def changed(**values: Any) -> str:
    return json.dumps({"format": "ganshare-curated/1", "items": [asdict(ITEM) | values]})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "cannot be read"),
        ("[]", "its format is not ganshare-curated/1"),
        ('{"format": "ganshare-curated/1", "items": [1]}', "not a list of objects"),
        (changed(extra="1"), "Item 1 of .* lacks 'extra' or should not have it"),
        (changed(seed="many"), "Item 1 of .* has 'many' for seed; it should be a"),
        (changed(sha256="ab"), "64 hexadecimal digits"),
    ],
)
def test_what_is_no_manifest_is_refused_in_a_sentence(
    tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "set.json"
    file.write_text(content, "utf-8")
    with pytest.raises(ParameterError, match=message):
        read_manifest(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"none\.csv cannot be read"):
        read_manifest(tmp_path / "none.csv")


@pytest.mark.parametrize("kind", [".csv", ".json"])
def test_a_manifest_from_before_places_is_read(tmp_path: Path, kind: str) -> None:
    row = asdict(ITEM)
    del row["place"]
    file = tmp_path / f"set{kind}"
    if kind == ".json":
        text = json.dumps({"format": "ganshare-curated/1", "items": [row]})
    else:
        head, line = as_csv([ITEM]).splitlines()
        text = head.removesuffix(",place") + "\n" + line.removesuffix(",discord:9") + "\n"
    file.write_text(text, "utf-8")
    assert read_manifest(file) == [replace(ITEM, place="")]
