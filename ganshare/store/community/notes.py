"""Writes lines of the moderation log; builds the error for an unknown painting."""

from typing import Any

import sqlalchemy as sa

from ganshare.errors import JobError, quoted
from ganshare.sentences import sentence
from ganshare.store.db.dialect import made_id, now
from ganshare.store.db.rows_sentences import sentence_columns
from ganshare.store.db.tables_community import notes, storable

__all__ = ["note_statement", "unknown_artwork"]


def note_statement(
    kind: str, person: str, reason: str, *, text: str = "", place: str = ""
) -> sa.Executable:
    """Add to the moderation log."""
    row: dict[str, Any] = {"id": made_id(), "kind": kind, "person": person, "place": place}
    row |= {"text": storable(text), **sentence_columns("reason", reason), "created": now()}
    return notes.insert().values(row)


def unknown_artwork(artwork: str) -> JobError:
    """Build the error for an artwork that is not there; the caller raises it."""
    return JobError(sentence("no-artwork", given=quoted(artwork)), given=artwork)
