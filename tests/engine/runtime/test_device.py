"""A device that is not there is one sentence, before anything is loaded."""

import pytest
import torch

from engine.__main__ import engine
from engine.runtime.device import check_device, devices
from ganshare.cli import run_cli
from ganshare.errors import SettingsError


def test_the_processor_is_always_there() -> None:
    assert devices()[0] == "cpu"
    check_device("cpu")


@pytest.mark.parametrize("name", ["cuda:99", "gpu", "", "meta"])
def test_another_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(SettingsError, match=r"cannot use the device .* here; allowed: cpu"):
        check_device(name)


def test_every_gpu_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert devices()[:4] == ("cpu", "cuda", "cuda:0", "cuda:1")


@pytest.mark.parametrize("command", [["paint", "a castle", "--device", "gpu"], ["run"]])
def test_the_commands_say_so(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENGINE_DEVICE", "gpu")
    assert run_cli(engine, command) == 2
    assert "cannot use the device 'gpu' here; allowed: cpu" in capsys.readouterr().err
