"""Collects from a folder or tar of one's own: reduced, without doubles and damaged ones."""

from collections.abc import Callable
from pathlib import Path

from engine.imaging.dataset import ImageSet
from engine.training.collecting.works import CollectedWorks, reduce_picture
from ganshare.errors import ImageError, quoted

__all__ = ["collect_folder"]


def collect_folder(
    works: CollectedWorks,
    source: Path,
    *,
    short_side: int = 512,
    licence: str = "unknown",
    limit: int | None = None,
    progress: Callable[[int, str], None] = lambda _, __: None,
) -> None:
    """Collect every picture that is not settled yet; raises ImageError if there is none."""
    images = ImageSet.read(source)
    for index, name in enumerate(images.names):
        if limit is not None and works.counts()["kept"] >= limit:
            return
        if works.has(name):
            continue
        told = {"title": Path(name).stem, "licence": licence, "source": name}
        try:
            jpeg, fingerprint = reduce_picture(images.content(index), quoted(name), short_side)
        except ImageError:
            works.leave_out(name, "damaged", told)
            continue
        works.add(name, jpeg, fingerprint, told)
        progress(works.counts()["kept"], name)
