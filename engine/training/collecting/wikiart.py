"""Collects from WikiArt the works of artists born after 1800 who died before 1950.

Its JSON is as public scrapers describe it: `AlphabetJson` lists artists, `PaintingsByArtist` an
artist's works, `ImageJson` tells a work's style and genre; images are on `uploadsN.wikiart.org`.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from engine.training.collecting.polite_client import NotFound, PoliteClient
from engine.training.collecting.works import CollectedWorks, reduce_picture
from ganshare.errors import ImageError, WorldError, quoted

__all__ = ["Artist", "collect_wikiart"]

SITE = "https://www.wikiart.org"
BORN_AFTER, DIED_BEFORE = 1800, 1950
LICENCE = "public domain (artist died before 1950)"
_COPYRIGHT_FIELDS = ("copyright", "copyrightStatus", "license", "licence")
Progress = Callable[[int, str], None]


@dataclass(frozen=True)
class Artist:
    """Args: name; path: at the site, such as "claude-monet"; born, died: years."""

    name: str
    path: str
    born: int
    died: int

    @property
    def is_wanted(self) -> bool:
        """Whether the works are of the time, and free."""
        return self.born > BORN_AFTER and self.died < DIED_BEFORE


def collect_wikiart(
    works: CollectedWorks,
    client: PoliteClient,
    *,
    site: str = SITE,
    short_side: int = 512,
    limit: int | None = None,
    per_artist: int | None = None,
    progress: Progress = lambda _, __: None,
) -> None:
    """Collect until there are `limit` works; what is settled is not asked for again.

    Raises:
        ForbiddenError: robots.txt forbids it.
        WorldError: the site is in trouble for long, or answers what cannot be read.
    """
    api = f"{site}/en/App"
    listed = _ask(works, client, f"{api}/Artist/AlphabetJson?v=new&inPublicDomain=true", list)
    for artist in _artists(listed):
        address = f"{api}/Painting/PaintingsByArtist?artistUrl={quote(artist.path)}&json=2"
        try:
            paintings = _ask(works, client, address, list)
        except NotFound:
            works.keep_answer(address, [])
            continue
        for told in [one for one in paintings if isinstance(one, dict)][:per_artist]:
            if limit is not None and works.counts()["kept"] >= limit:
                return
            identity = f"wikiart:{told.get('contentId')}"
            if not works.has(identity):
                _collect(works, client, api, artist, told, identity, short_side)
                progress(works.counts()["kept"], artist.name)


def _collect(
    works: CollectedWorks, client: PoliteClient, api: str, artist: Artist, told: dict[str, Any],
    identity: str, short_side: int,
) -> None:  # fmt: skip
    """Ask for one work's details and its image, and settle it."""
    title, image = str(told.get("title") or ""), str(told.get("image") or "")
    noted = {
        "artist": artist.name, "born": artist.born, "died": artist.died, "title": title,
        "year": told.get("completitionYear") or "", "licence": LICENCE, "source": image,
    }  # fmt: skip
    address = f"{api}/Painting/ImageJson/{told.get('contentId')}"
    try:
        details = _ask(works, client, address, dict)
        noted |= {name: str(details.get(name) or "") for name in ("style", "genre")}
        if not _is_free(told, details):
            return works.leave_out(identity, "not in the public domain", noted)
        # "x.jpg!Large.jpg" is a smaller copy of x.jpg
        content = client.get(image.partition("!")[0])
        jpeg, fingerprint = reduce_picture(content, quoted(title), short_side)
    except NotFound:
        return works.leave_out(identity, "not found", noted)
    except ImageError:
        return works.leave_out(identity, "damaged", noted)
    works.add(identity, jpeg, fingerprint, noted)
    return None


def _is_free(*told: dict[str, Any]) -> bool:
    """Whether nothing that the site says speaks against it."""
    said = [str(each.get(name) or "") for each in told for name in _COPYRIGHT_FIELDS]
    return all("public domain" in text.lower() for text in said if text)


def _ask(works: CollectedWorks, client: PoliteClient, address: str, kind: type) -> Any:
    """An answer in JSON, asked for once."""
    try:
        return works.answer(address)
    except KeyError:
        pass
    try:
        found = json.loads(client.get(address))
    except (ValueError, RecursionError) as error:
        raise WorldError(f"{quoted(address)} answers no JSON.", given=address) from error
    if not isinstance(found, kind):
        raise WorldError(f"{quoted(address)} answers other JSON than it did.", given=address)
    works.keep_answer(address, found)
    return found


def _artists(listed: list[Any]) -> Iterator[Artist]:
    for told in listed:
        if not isinstance(told, dict) or not told.get("url"):
            continue
        born, died = (_year(told, which) for which in ("birthDay", "deathDay"))
        if born is None or died is None:
            continue  # who may live is left out
        artist = Artist(str(told.get("artistName") or ""), str(told["url"]), born, died)
        if artist.is_wanted:
            yield artist


def _year(told: dict[str, Any], which: str) -> int | None:
    """Of "/Date(-4102444800000)/", milliseconds from 1970, or of a text that ends in a year."""
    stamp = str(told.get(which) or "")
    if stamp.startswith("/Date(") and stamp.endswith(")/"):
        try:
            since = timedelta(milliseconds=int(stamp[len("/Date(") : -len(")/")]))
            return (datetime(1970, 1, 1, tzinfo=UTC) + since).year
        except (ValueError, OverflowError):
            return None
    last = str(told.get(f"{which}AsString") or "").replace(",", " ").split()[-1:]
    return int(last[0]) if last and last[0].isdecimal() and len(last[0]) == 4 else None
