"""`EngineReport`: what an engine says of itself, and what all of them paint with."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ganshare.domain.descriptions import DESCRIBER
from ganshare.domain.jobs import JobRequest
from ganshare.domain.limits import DEFAULT_CUTOUTS

__all__ = ["UNLIMITED", "EngineReport", "painted_by"]

UNLIMITED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What an engine says about itself every few seconds.

    Args:
        id: the worker's name in its claims.
        host: that it runs on.
        models: VQGANs that it paints with, and `DESCRIBER` if it describes pictures.
        max_area: pixels of the largest canvas that fits.
        batch: jobs that it paints at once.
        rate: work units per second that it was measured to do; None before the first painting.
        running: ids of the jobs in its hands.
        version: of GANshare.
        reads: scripts that its perceptor reads; None if it doesn't say.
        min_area: pixels below which it leaves canvases to others, while such are alive.
        room: memory, in pixels of canvas: for the canvas, and for cutouts beyond the default.
        cutout_area: what each of those takes, in the same measure.
        reported: when this report reached the database; set by the store.
    """

    id: str
    host: str
    models: tuple[str, ...]
    max_area: int
    batch: int = 1
    rate: float | None = None
    running: tuple[str, ...] = ()
    version: str = ""
    reads: tuple[str, ...] | None = None
    min_area: int = 0
    room: int = UNLIMITED
    cutout_area: int = 0
    reported: float = field(default=0.0, compare=False)

    def fits(self, request: JobRequest) -> bool:
        """Whether it paints with the model, and canvas and cutouts fit its memory."""
        more = max(0, request.num_cutouts - DEFAULT_CUTOUTS)
        return (
            request.model in self.models
            and request.area <= self.max_area
            and request.area + more * self.cutout_area <= self.room
        )


def painted_by(engines: Iterable[EngineReport]) -> list[str]:
    """The VQGANs that these engines paint with, in the order of their names."""
    return sorted({name for each in engines for name in each.models} - {DESCRIBER})
