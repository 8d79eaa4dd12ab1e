"""Serves paintings and frames: known types only; a cache asks each time whether they still are."""

import re
import unicodedata

from starlette.requests import Request
from starlette.responses import Response

from ganshare.domain.jobs import Artwork

__all__ = [
    "Picture",
    "file_name",
    "film_path",
    "frame_path",
    "picture_path",
    "sized_path",
    "small_path",
]

SUM_LETTERS = 16  # of a painting's sha256, in its address
_SIGNATURES = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/webp": b"RIFF",
}
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
_FRAME = re.compile(r"previews/([0-9a-f]{1,64})/([0-9]{1,9})-([0-9]{1,9})\.jpg")


def picture_path(artwork: Artwork) -> str:
    """The address of the PNG; another picture would have another one."""
    return f"/pictures/{artwork.id}/{artwork.sha256[:SUM_LETTERS]}.png"


def small_path(artwork: Artwork) -> str:
    """The address of the small JPEG."""
    return f"/pictures/{artwork.id}/{artwork.sha256[:SUM_LETTERS]}.jpg"


def film_path(artwork: Artwork) -> str:
    """The address of the film of how it came about; "" if there is none."""
    return f"/pictures/{artwork.id}/{artwork.sha256[:SUM_LETTERS]}.webp" if artwork.film else ""


def sized_path(artwork: Artwork, name: str) -> str:
    """The address of the JPEG of a size of `bot.web.picture_sizes`."""
    return f"/pictures/{artwork.id}/{artwork.sha256[:SUM_LETTERS]}/{name}.jpg"


def frame_path(key: str | None) -> str | None:
    """The address of a preview, by its blob's key; None if the key is of no preview."""
    match = _FRAME.fullmatch(key or "")
    return f"/frames/{match[1]}/{int(match[2])}-{int(match[3])}.jpg" if match else None


def file_name(artwork: Artwork) -> str:
    """What a saved painting is called: ASCII words of its prompt's reading, and its seed."""
    prompt = str(artwork.manifest.get("reading") or artwork.prompt)
    text = unicodedata.normalize("NFKD", prompt).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", text)[:12] or ["painting"]
    return f"{'-'.join(words)[:80].strip('-')}-{artwork.seed}.png"


class Picture:
    """Bytes with their type and a name that never stands for other bytes.

    Args:
        tag: such as the sum of the bytes.
        attachment: the file name under which it is saved; shown in the page if left out.
    """

    def __init__(
        self,
        data: bytes,
        media_type: str,
        tag: str,
        *,
        attachment: str | None = None,
    ) -> None:
        self._data, self._media_type = data, media_type
        self._headers = {
            "ETag": f'"{tag}"',
            # What is hidden or deleted is gone at once; what is for one alone no proxy keeps.
            "Cache-Control": "private, no-cache",
            "Accept-Ranges": "bytes",
            # Opened by itself, a picture is a picture and nothing else.
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        if attachment:
            self._headers["Content-Disposition"] = f'attachment; filename="{attachment}"'

    @property
    def is_sound(self) -> bool:
        """Whether the bytes begin as their type does."""
        return self._data.startswith(_SIGNATURES[self._media_type])

    def response(self, request: Request) -> Response:
        """The picture, the part of it that is asked for, or that the browser has it already."""
        tag = self._headers["ETag"]
        known = [each.strip().removeprefix("W/") for each in _header(request, "if-none-match")]
        if tag in known or "*" in known:
            return Response(status_code=304, headers=self._headers)
        # A part of another picture than the one that was begun would make neither.
        part = self._part(request) if request.headers.get("if-range", tag) == tag else None
        if part is not None:
            return self._partial(part)
        return Response(self._data, media_type=self._media_type, headers=self._headers)

    def _part(self, request: Request) -> range | None:
        """Which bytes are asked for, as RFC 9110 says; None for all, or for what is no range.

        A range that begins behind the end is empty there. Several at once may be answered with
        the whole, and are.
        """
        match = _RANGE.fullmatch(request.headers.get("range", ""))
        if match is None or not any(match.groups()) or request.method != "GET":
            return None
        first, last = match.groups()
        size = len(self._data)
        if not first:  # the last so many
            return range(max(0, size - int(last)), size)
        if last and int(last) < int(first):
            return None
        return range(int(first), min(int(last) + 1, size) if last else size)

    def _partial(self, part: range) -> Response:
        size = len(self._data)
        if not part:
            headers = {"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"}
            return Response(status_code=416, headers=headers)
        where = {"Content-Range": f"bytes {part.start}-{part.stop - 1}/{size}"}
        data = self._data[part.start : part.stop]
        return Response(data, 206, self._headers | where, self._media_type)


def _header(request: Request, name: str) -> list[str]:
    return request.headers.get(name, "").split(",")
