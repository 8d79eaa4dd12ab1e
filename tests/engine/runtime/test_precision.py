"""bfloat16 only where the hardware, as oneDNN may use it, multiplies it."""

from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from engine.model_cache import ModelCache
from engine.runtime import precision
from engine.runtime.precision import fastest_dtype
from engine.synthesis.canvas import Canvas
from engine.synthesis.losses import Style
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest
from ganshare.prompts import WeightedPrompt
from ganshare.prompts.attributes import find_attributes

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def cpu_with_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    monkeypatch.delenv("DNNL_MAX_CPU_ISA", raising=False)
    monkeypatch.setattr(
        torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True, "amx_bf16": False}
    )


@pytest.mark.parametrize(
    ("limit", "dtype"),
    [
        (None, torch.bfloat16),
        ("", torch.bfloat16),
        ("ALL", torch.bfloat16),
        ("AVX512_CORE_BF16", torch.bfloat16),
        ("avx512_core_amx", torch.bfloat16),
        ("SSE41", torch.float32),
        ("AVX2", torch.float32),
        ("avx2_vnni_2", torch.float32),
        ("AVX512_CORE", torch.float32),
        ("AVX512_CORE_VNNI", torch.float32),
    ],
)
@pytest.mark.parametrize("variable", ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"])
def test_what_onednn_may_use_decides(
    variable: str, limit: str | None, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    if limit is not None:
        monkeypatch.setenv(variable, limit)
    assert fastest_dtype(CPU) == dtype


@pytest.mark.parametrize(
    ("capabilities", "dtype"),
    [
        ({"avx512_f": True, "avx512_bf16": False}, torch.float32),
        ({"avx512_bf16": False, "amx_bf16": True}, torch.bfloat16),
        ({"avx512_bf16": True}, torch.bfloat16),
    ],
)
def test_the_instructions_of_the_cpu_decide(
    capabilities: dict[str, bool], dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert fastest_dtype(CPU) == dtype
    assert fastest_dtype(torch.device("meta")) == torch.float32


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(
    ("device", "dtype"),
    [("cpu", torch.bfloat16), ("cuda", torch.float16), ("mps", torch.float16)],
)
def test_a_timing_decides_where_it_cannot_be_told(
    device: str, dtype: torch.dtype, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ARM, a GPU older than Ampere, an Apple."""

    def timed(place: torch.device, candidate: torch.dtype) -> torch.dtype:
        assert (place.type, candidate) == (device, dtype)
        return dtype if fast else torch.float32

    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"arm_neon": True})
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: False)
    monkeypatch.setattr(precision, "faster_dtype", timed)
    assert fastest_dtype(torch.device(device)) == (dtype if fast else torch.float32)


def test_a_gpu_with_bfloat16_units_uses_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def supported(including_emulation: bool = True) -> bool:
        asked.append(including_emulation)
        return True

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert fastest_dtype(torch.device("cuda")) == torch.bfloat16
    assert asked == [False]


class Formats(TorchDispatchMode):
    """Collects the number formats that convolutions and products of matrices compute in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[torch.dtype] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if any(name in str(func) for name in ("convolution", "mm", "linear")):
            self.found |= {each.dtype for each in args if isinstance(each, torch.Tensor)}
        return func(*args, **(kwargs or {}))


def test_a_step_computes_in_float32_where_bfloat16_is_emulated(
    warm: ModelCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    loaded = warm.painter(warm.names[0])
    text = "a Cubist Painting of a Castle"
    request = PaintingRequest(
        (WeightedPrompt(text, 1.0),), find_attributes(text), 1, 64, 64, steps=1, num_cutouts=2
    )
    canvas = Canvas(Painter(loaded.vqgan, loaded.perceptor), request)
    with Formats() as formats:
        canvas.advance()
    assert "style" in canvas.losses
    assert formats.found == {torch.float32}


class Seen:
    """A perceptor that notes what it is asked to compute in; a real one may be slow in that."""

    input_size, styles = 32, ("cubist", "abstract")

    def __init__(self) -> None:
        self.formats: list[torch.dtype | None] = []

    def _note(self) -> None:
        enabled = torch.is_autocast_enabled("cpu")
        self.formats.append(torch.get_autocast_dtype("cpu") if enabled else None)

    def encode_image(self, images: torch.Tensor) -> torch.Tensor:
        self._note()
        return images.mean((2, 3))

    def read_styles(self, images: torch.Tensor) -> torch.Tensor:
        self._note()
        return images.mean((2, 3))[:, :2]


@pytest.mark.parametrize(
    ("limit", "dtype"), [("ALL", torch.bfloat16), ("AVX2", None), ("AVX512_CORE", None)]
)
def test_perceptor_and_style_reader_compute_in_what_was_decided(
    limit: str, dtype: torch.dtype | None, warm: ModelCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", limit)
    seen: Any = Seen()
    painter = Painter(warm.painter(warm.names[0]).vqgan, seen)
    image = torch.zeros(1, 3, 32, 32)
    painter.embed(image)
    Style(seen, "cubist", ("abstract",), 1.0, painter.dtype).loss(image)
    assert seen.formats == [dtype, dtype]
