"""The curated set as a file: what minting reads, and what the community can check."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields

from ganshare.voting import CuratedItem

__all__ = ["FORMAT", "as_csv", "as_json"]

FORMAT = "ganshare-curated/1"
_COLUMNS = [item.name for item in fields(CuratedItem)]
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_json(items: Sequence[CuratedItem]) -> str:
    """One object: its format, and the paintings in the order of approval."""
    whole = {"format": FORMAT, "items": [asdict(item) for item in items]}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def as_csv(items: Sequence[CuratedItem]) -> str:
    """A line for each painting; the attributes are one JSON object in their column.

    A text that a spreadsheet would run as a formula gets an apostrophe before it; the JSON has it
    as it is, and is what minting reads.
    """
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for item in items:
        row = asdict(item)
        row["attributes"] = json.dumps(item.attributes, ensure_ascii=False, sort_keys=True)
        writer.writerow({name: _safe(value) for name, value in row.items()})
    return sheet.getvalue()


def _safe(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
