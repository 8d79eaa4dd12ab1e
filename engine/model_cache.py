"""Keeps loaded models in memory, so that jobs start without loading."""

import threading
from collections import OrderedDict

from engine.model_folder import ModelFolder, default_model, find_model, list_models
from engine.perceptor import load_perceptor
from engine.perceptor.describer import Describer
from engine.perceptor.protocol import Perceptor
from engine.runtime.compute import Compute, choose_compute
from engine.synthesis.painter import Painter
from engine.upscale.upscaler import Upscaler, load_upscaler
from engine.vqgan import load_vqgan
from ganshare.domain.descriptions import DESCRIBER
from ganshare.errors import ModelError, WorldError
from ganshare.monitoring.log import get_logger

__all__ = ["ModelCache"]

KEPT = 2  # VQGANs; the one used longest ago makes room

_log = get_logger(__name__)


class ModelCache:
    """One perceptor, one upscaler and the last few VQGANs, on one device; thread-safe.

    Args:
        compute: device, number format and threads; the CPU if None.
        vqgan: the only one to paint with; None offers all that are installed.
        perceptor: by name; the embedded one if None, and so with `upscaler`.

    Raises:
        ModelError: a name is unknown.
    """

    def __init__(
        self,
        compute: Compute | None = None,
        vqgan: str | None = None,
        perceptor: str | None = None,
        upscaler: str | None = None,
    ) -> None:
        self.compute = compute or choose_compute("cpu")
        self.streams = 1  # of a GPU, for threads that compute side by side
        self.perceptor = _folder(perceptor, "perceptor")
        self.upscaler = _folder(upscaler, "upscaler")
        first = default_model("vqgan") if vqgan is None else find_model(vqgan, "vqgan")
        others = [] if vqgan is not None else list_models("vqgan")
        self._offered = dict.fromkeys([first.name, *(model.name for model in others)])
        self._painters: OrderedDict[str, Painter] = OrderedDict()
        self._perceptor: Perceptor | None = None
        self._upscaler: Upscaler | None = None
        self._describer: Describer | None = None
        self._lock = threading.Lock()

    @property
    def device(self) -> str:
        """The device that the models are on."""
        return self.compute.device

    @property
    def names(self) -> tuple[str, ...]:
        """The VQGANs that are offered, the default first."""
        return tuple(self._offered)

    @property
    def claims(self) -> tuple[str, ...]:
        """What jobs may name: the VQGANs, and what describes pictures."""
        return *self.names, DESCRIBER

    @property
    def channels(self) -> int:
        """Those of the widest full-size layer of all VQGANs that are offered."""
        configs = (find_model(name, "vqgan").architecture["autoencoder"] for name in self.names)
        return max(int(config["ch"] * config["ch_mult"][0]) for config in configs)

    @property
    def loaded(self) -> tuple[str, ...]:
        """What of that is in memory; the describer needs no more than every painter."""
        with self._lock:
            return *self._painters, DESCRIBER

    def warm(self) -> None:
        """Load what the first job needs; raises ModelError."""
        self.painter(self.names[0]).warm()
        self.load_upscaler()

    def check_warm(self) -> None:
        """Raise WorldError unless a job can start at once."""
        if self._upscaler is None or not self._painters:
            raise WorldError("The models are not loaded yet.")

    def painter(self, name: str) -> Painter:
        """The painter with this VQGAN.

        Raises:
            ModelError: its files, or the perceptor's, are not what their cards say.
        """
        with self._lock:
            if name not in self._painters:
                perceptor = self._open_perceptor()
                vqgan = load_vqgan(find_model(name, "vqgan")).to(self.device)
                self._painters[name] = Painter(
                    vqgan,
                    perceptor,
                    self.device,
                    dtype=self.compute.torch_dtype,
                    streams=self.streams,
                    with_graphs=self.streams == 1,
                )
                if len(self._painters) > KEPT:
                    self._painters.popitem(last=False)
                _log.info("model loaded", model=name, device=self.device)
            self._painters.move_to_end(name)
            return self._painters[name]

    def load_perceptor(self) -> Perceptor:
        """The perceptor; raises ModelError as `painter` does."""
        with self._lock:
            return self._open_perceptor()

    def _open_perceptor(self) -> Perceptor:
        if self._perceptor is None:
            self._perceptor = load_perceptor(self.perceptor).to(self.device)
        return self._perceptor

    def describer(self) -> Describer:
        """What describes pictures; raises ModelError as `painter` does."""
        with self._lock:
            if self._describer is None:
                perceptor, dtype = self._open_perceptor(), self.compute.torch_dtype
                self._describer = Describer(perceptor, self.device, dtype)
            return self._describer

    def load_upscaler(self) -> Upscaler:
        """The upscaler; raises ModelError as `painter` does."""
        with self._lock:
            if self._upscaler is None:
                folder = self.upscaler
                self._upscaler = load_upscaler(
                    folder.architecture,
                    folder.tensors(),
                    name=folder.name,
                    device=self.device,
                    dtype=self.compute.torch_dtype,
                )
            return self._upscaler

    def withdraw(self, name: str, why: ModelError) -> WorldError:
        """Stop offering a model whose files are damaged; gives the error to hand the job back with.

        Another engine's copy may be whole, so it is not the asker's fault.
        """
        with self._lock:
            self._offered.pop(name, None)
        _log.error("a model cannot be loaded", model=name, reason=str(why))
        return WorldError(f"The engine could not load its models: {why}", given=name)


def _folder(name: str | None, kind: str) -> ModelFolder:
    return default_model(kind) if name is None else find_model(name, kind)  # type: ignore[arg-type]
