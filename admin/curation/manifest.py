"""The curated set as a file, which minting reads and the community can check."""

import csv
import io
import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ganshare.domain.votes import CuratedItem
from ganshare.errors import ParameterError, quoted

__all__ = ["FORMAT", "as_csv", "as_json", "format_csv", "read_manifest"]

FORMAT = "ganshare-curated/1"
_COLUMNS = [item.name for item in fields(CuratedItem)]
_SHA256 = re.compile(r"[0-9a-f]{64}")
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ITEM = TypeAdapter(CuratedItem)


def as_json(items: Sequence[CuratedItem]) -> str:
    """One object: its format, and the paintings in the order of approval."""
    whole = {"format": FORMAT, "items": [asdict(item) for item in items]}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def as_csv(items: Sequence[CuratedItem]) -> str:
    """A line for each painting; the attributes are one JSON object in their column.

    A text that a spreadsheet would run as a formula gets an apostrophe before it, which
    `read_manifest` takes away.
    """

    def row(item: CuratedItem) -> dict[str, Any]:
        attributes = json.dumps(item.attributes, ensure_ascii=False, sort_keys=True)
        return asdict(item) | {"attributes": attributes}

    return format_csv(_COLUMNS, map(row, items))


def format_csv(
    columns: Sequence[str],
    rows: Iterable[Mapping[str, object]],
    numbers: Container[str] = (),
) -> str:
    """Write a line for each row; no spreadsheet runs anything in it as a formula.

    Args:
        numbers: columns that are left as they are.
    """
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {name: cell if name in numbers else _safe_cell(cell) for name, cell in row.items()}
        )
    return sheet.getvalue()


def read_manifest(path: Path) -> list[CuratedItem]:
    """Read what `as_json` or, in a file named *.csv, `as_csv` wrote.

    Raises:
        ParameterError: the file cannot be read, or an item of it is none.
    """
    try:
        text = path.read_text("utf-8-sig")  # spreadsheets put a mark before it
        rows = _csv_rows(text) if path.suffix.lower() == ".csv" else _json_rows(text)
    except (OSError, ValueError, csv.Error) as error:
        raise ParameterError(f"The manifest {path} cannot be read: {error}.") from error
    return [_item(row, f"Item {number} of {path}") for number, row in enumerate(rows, 1)]


def _safe_cell(value: object) -> object:
    """Keep a spreadsheet from running a text as a formula."""
    return f"'{value}" if isinstance(value, str) and _is_formula(value) else value


def _is_formula(text: str) -> bool:
    """Whether it is one, or was one before apostrophes came before it."""
    return text.lstrip("'").startswith(_FORMULA)


def _json_rows(text: str) -> list[Mapping[str, Any]]:
    whole = json.loads(text)
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise ValueError(f"its format is not {FORMAT}")
    rows = whole.get("items")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("its items are not a list of objects")
    return rows


def _csv_rows(text: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for cells in csv.DictReader(io.StringIO(text), strict=True):
        row: dict[str, Any] = {
            name: cell[1:]
            if isinstance(cell, str) and cell[:1] == "'" and _is_formula(cell)
            else cell
            for name, cell in cells.items()
        }
        row["attributes"] = json.loads(row.get("attributes") or "{}")
        row["steps"] = row.get("steps") or None
        rows.append(row)
    return rows


def _item(row: Mapping[str, Any], which: str) -> CuratedItem:
    row = {"place": "", **row}  # which older manifests lack
    wrong = sorted(map(str, row.keys() ^ set(_COLUMNS)))
    if wrong:
        columns = ", ".join(_COLUMNS)
        raise ParameterError(
            f"{which} lacks {quoted(wrong[0])} or should not have it; its columns are {columns}.",
            given=wrong[0],
            allowed=_COLUMNS,
        )
    try:
        item = _ITEM.validate_python(row)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        reason = first["msg"].replace("Input should be", "it should be")
        message = f"{which} has {quoted(row[name])} for {name}; {reason}."
        raise ParameterError(message, given=row[name]) from error
    if not _SHA256.fullmatch(item.sha256):
        raise ParameterError(
            f"{which} has {quoted(item.sha256)} for sha256; it should be 64 hexadecimal digits.",
            given=item.sha256,
        )
    return item
