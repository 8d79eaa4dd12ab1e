"""Runs one job that asks what a picture shows, in a single step of the painting threads."""

from collections.abc import Hashable

from engine.imaging.codecs import decode_image
from engine.model_cache import ModelCache
from engine.worker.active_job import (
    ActiveJob,
    Dropped,
    Failed,
    FinishedDescription,
    Signal,
    Suspended,
)
from engine.worker.job_runner import Materials
from ganshare.domain.descriptions import DESCRIBER
from ganshare.errors import JobError, ModelError, WorldError
from ganshare.safety import SafetyCheck, UnsafeImageError
from ganshare.sentences import sentence

__all__ = ["PictureReader"]


class PictureReader:
    """Describes one picture, for a thread of `engine.worker.step_pool`."""

    kind: Hashable = DESCRIBER

    def __init__(
        self,
        active_job: ActiveJob,
        materials: Materials,
        models: ModelCache,
        safety: SafetyCheck | None = None,
    ) -> None:
        self._active_job, self._picture = active_job, materials.init_image
        self._models, self._safety = models, safety

    def step(self) -> bool:
        """Do it all; False, since nothing is left."""
        if self._active_job.signal is Signal.CONTINUE:
            self._active_job.conclude(self._read())
        elif self._active_job.signal is Signal.DROP:
            self._active_job.conclude(Dropped())
        else:
            self._active_job.conclude(Suspended(None))
        return False

    def fail(self, error: Exception) -> None:
        """Conclude with an error."""
        self._active_job.conclude(Failed(error))

    def _read(self) -> FinishedDescription:
        if self._picture is None:
            raise JobError(sentence("describe-gone"))
        image = decode_image(self._picture, sentence("described-picture"))
        if self._safety is not None and (verdict := self._safety(self._picture)).reason is not None:
            raise UnsafeImageError(verdict)
        try:
            describer = self._models.describer()
        except ModelError as error:  # another engine's copy may be whole
            raise WorldError(f"The engine could not load its models: {error}") from error
        return FinishedDescription(describer.describe(image))
