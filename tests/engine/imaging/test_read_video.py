"""Films are read as they were written, whatever wrote them."""

from pathlib import Path

import pytest
import torch

from engine.imaging.read_video import count_frames, read_init, read_video
from engine.imaging.video import write_video
from ganshare.errors import ImageError

RED, BLUE = torch.tensor([0.9, 0.1, 0.1]), torch.tensor([0.1, 0.1, 0.9])


# imageio-ffmpeg leaves its pipes to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("suffix", [".gif", ".webp", ".mp4"])
def test_frames_come_in_their_order_and_shape(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    frames = [colour[:, None, None].expand(3, 48, 64) for colour in (RED, BLUE, RED)]
    write_video(frames, path)
    found = list(read_video(path))
    assert len(found) == count_frames(path)
    assert all(frame.shape == (3, 48, 64) for frame in found)
    for frame, colour in zip(found, (RED, BLUE, RED), strict=False):
        assert (frame.mean((1, 2)) - colour).abs().max() < 0.1
    assert torch.equal(read_init(path, 2), found[1])
    with pytest.raises(ImageError, match="has no frame 99"):
        read_init(path, 99)
