"""The mode torch.compile compiles: PyTorch says nothing when it does not."""

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
pytestmark = [pytest.mark.frameworks]

from torch._dynamo.utils import counters  # noqa: E402

from adapters.pytorch.compile import compiled  # noqa: E402


def test_a_model_of_layers_in_a_row_is_compiled():
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU())
    predict = compiled(model, "torch.compile")
    before = counters["frames"]["ok"]

    predict(torch.ones(1, 3))

    assert counters["frames"]["ok"] == before + 1
