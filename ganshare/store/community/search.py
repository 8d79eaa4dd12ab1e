"""The search text of a painting: words of its prompt and attributes, folded.

One text for each painting, such as " red castle at night style=cubist ": a word that is looked for
is found where some word begins with it. Scripts without spaces are divided into their characters.
"""

import re
import unicodedata
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.jobs import Artwork
from ganshare.store.db.dialect import insert
from ganshare.store.db.rows_queue import as_object
from ganshare.store.db.tables_community import gallery
from ganshare.store.db.tables_queue import artworks

__all__ = ["fill_gallery", "search_text", "shown_statement", "wanted_texts"]

MOST_WORDS = 8  # of a search
LONGEST_WORD = 40

# Thai, kana, Han and Hangul: each character is a word.
_ALONE = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\W_]+")
_FILLED_AT_ONCE = 1_000


def search_text(prompt: str, attributes: Mapping[str, str]) -> str:
    """Give the text that a search for this painting is compared with."""
    words = [*_words(prompt), *(word for value in attributes.values() for word in _words(value))]
    traits = [_trait(name, value) for name, value in attributes.items()]
    return f" {' '.join([*words, *traits])} "


def wanted_texts(text: str, attributes: Mapping[str, str]) -> list[str]:
    """Give what a `search_text` must contain, each of them, to be found."""
    # Not split further: characters that stand side by side must do so in the prompt.
    wanted = [" ".join(_words(part))[:LONGEST_WORD] for part in text.split()]
    traits = [f" {_trait(name, value)} " for name, value in attributes.items()]
    return [f" {word}" for word in wanted if word][:MOST_WORDS] + traits


def shown_statement(dialect: str, artwork: Artwork) -> sa.Executable:
    """Let the gallery show an artwork."""
    row = _row(artwork.id, artwork.person, artwork.prompt, artwork.attributes)
    values = {**row, "visibility": artwork.visibility}
    return insert(dialect, gallery).values(values).on_conflict_do_nothing()


def _row(artwork: str, person: str, prompt: str, attributes: Mapping[str, str]) -> dict[str, str]:
    return {"artwork": artwork, "person": person, "words": search_text(prompt, attributes)}


async def fill_gallery(connection: AsyncConnection) -> None:
    """Let the gallery show what was painted before there was one."""
    last, dialect = "", connection.dialect.name
    # Named one by one: this runs on tables that lack what later migrations add.
    columns = (artworks.c.id, artworks.c.person, artworks.c.prompt, artworks.c.attributes)
    while True:
        page = sa.select(*columns).where(artworks.c.id > last).order_by(artworks.c.id)
        rows = (await connection.execute(page.limit(_FILLED_AT_ONCE))).mappings().all()
        for row in rows:
            traits = as_object(row["attributes"])
            found = _row(row["id"], row["person"], row["prompt"], traits)
            new = insert(dialect, gallery).values(found)
            await connection.execute(new.on_conflict_do_nothing())
        if not rows:
            return
        last = rows[-1]["id"]


def _words(text: str) -> list[str]:
    return _WORD.findall(_ALONE.sub(r" \g<0> ", _fold(text)))


def _fold(text: str) -> str:
    """Drop case, accents and widths."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)


def _trait(name: str, value: str) -> str:
    return f"{'-'.join(_words(name))}={'-'.join(_words(value))}"
