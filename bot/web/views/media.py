"""Serves paintings, frames of running jobs, and static files."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from bot.web.image_responses import SUM_LETTERS, Picture, file_name
from bot.web.site import Refused, Site
from bot.web.views.gallery import check_alone, shown_artwork
from ganshare.blobs import preview_key
from ganshare.errors import BlobError

__all__ = ["favicon", "frame", "health", "picture", "read_blob", "sized_picture", "static"]

_MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
_YEAR = 365 * 86_400


async def picture(site: Site, request: Request) -> Response:
    """A painting, its small picture or its film; `?save` hands it over as a file."""
    site.check_pictures(request)
    values = request.path_params
    artwork = await shown_artwork(site, values["artwork"], request)
    suffix = values["suffix"]
    key = {"png": artwork.blob, "jpg": artwork.preview, "webp": artwork.film}.get(suffix)
    if values["sum"] != artwork.sha256[:SUM_LETTERS] or key is None:
        raise Refused(404, "web-not-found")
    return await _answer(
        site,
        request,
        key,
        _MEDIA_TYPES[suffix],
        f"{artwork.sha256}-{suffix}",
        attachment=file_name(artwork) if "save" in request.query_params else None,
    )


async def sized_picture(site: Site, request: Request) -> Response:
    """A smaller picture of a painting, or the card that other sites show."""
    site.check_pictures(request)
    values = request.path_params
    artwork = await shown_artwork(site, values["artwork"], request)
    if values["sum"] != artwork.sha256[:SUM_LETTERS] or values["size"] not in ("large", "card"):
        raise Refused(404, "web-not-found")
    png = await read_blob(site, artwork.blob)
    try:
        data = await site.picture_sizes.get(values["size"], png, artwork.sha256)
    except (OSError, ValueError) as error:  # no picture
        raise Refused(404, "web-not-found") from error
    tag = f"{artwork.sha256}-{values['size']}"
    return Picture(data, "image/jpeg", tag).response(request)


async def frame(site: Site, request: Request) -> Response:
    """A preview of a painting under way; gone once that is finished."""
    site.check_pictures(request)
    values = request.path_params
    job, attempt, step = values["job"], values["attempt"], values["step"]
    if not (job.isascii() and job.isalnum()):
        raise Refused(404, "web-not-found")
    found = await site.store.queue.get(job)
    if found is not None:
        await check_alone(site, found, request)
    if found is not None and found.artwork is not None:
        await shown_artwork(site, found.artwork, request)
    key = preview_key(job, attempt, step)
    return await _answer(site, request, key, "image/jpeg", f"{job}-{attempt}-{step}")


async def _answer(
    site: Site,
    request: Request,
    key: str,
    media_type: str,
    tag: str,
    *,
    attachment: str | None = None,
) -> Response:
    found = Picture(await read_blob(site, key), media_type, tag, attachment=attachment)
    if not found.is_sound:
        raise Refused(404, "web-not-found")
    return found.response(request)


async def read_blob(site: Site, key: str) -> bytes:
    """A picture's bytes; the answer is 404 if they are gone."""
    try:
        return await site.blobs.get(key)
    except BlobError as error:
        if await site.blobs.exists(key):  # raises what is the matter with the blobs
            raise
        raise Refused(404, "web-not-found") from error


async def static(site: Site, request: Request) -> Response:
    """One of the page's own files, under the sum of all of them."""
    asset = site.assets.get(request.path_params["name"])
    if asset is None or request.path_params["version"] != site.assets.version:
        raise Refused(404, "web-not-found")
    headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable"}
    return Response(asset.data, media_type=asset.media_type, headers=headers)


async def favicon(site: Site, request: Request) -> Response:
    """The icon, for browsers that ask for it by default."""
    return RedirectResponse(site.assets.path("mark.svg"), 301)


async def health(site: Site, request: Request) -> Response:
    """Liveness of this process, for its supervisor."""
    return PlainTextResponse("ok\n")
