"""Settings of layers that PyTorch's own samples leave out, against PyTorch.

Each case is a module of PyTorch's and the shape of its input. It is built, translated
and compared as the samples are, in training and in evaluation.
"""

from __future__ import annotations

import numpy as np
import pytest
from equivalence.modules import TRANSLATIONS

import reference_impl as ri
from reference_impl import nn

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
agreement = pytest.importorskip("equivalence.agreement")

pytestmark = [pytest.mark.frameworks]

Conv1d, Conv2d = torch.nn.Conv1d, torch.nn.Conv2d
Transpose1d, Transpose2d = torch.nn.ConvTranspose1d, torch.nn.ConvTranspose2d
MaxPool1d, MaxPool2d = torch.nn.MaxPool1d, torch.nn.MaxPool2d
AvgPool1d, AvgPool2d = torch.nn.AvgPool1d, torch.nn.AvgPool2d

CASES = [
    (Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2), (2, 4, 11)),
    (Conv1d(4, 4, 5, padding="same", dilation=2, groups=4), (2, 4, 9)),
    (Conv1d(4, 4, 4, padding="same", bias=False), (2, 4, 9)),
    (Conv1d(4, 2, 3, padding="valid"), (1, 4, 3)),
    (Conv2d(3, 6, (3, 5), stride=(2, 1), padding=(1, 2), groups=3), (2, 3, 7, 8)),
    (Conv2d(2, 3, (3, 2), dilation=(2, 3), bias=False), (2, 2, 8, 9)),
    (Conv2d(2, 3, 1, stride=3), (1, 2, 7, 7)),
    (Conv2d(2, 4, 3, padding=1), (0, 2, 5, 5)),
    (Transpose1d(4, 6, 3, stride=3, padding=1, output_padding=2), (2, 4, 5)),
    (Transpose1d(4, 6, 3, dilation=2, groups=2, bias=False), (2, 4, 5)),
    (
        Transpose2d(4, 6, (3, 4), stride=(2, 3), padding=(1, 0), output_padding=(1, 2)),
        (2, 4, 5, 4),
    ),
    (Transpose2d(4, 8, 2, stride=2, groups=4), (2, 4, 3, 3)),
    (MaxPool1d(3, stride=2, padding=1, dilation=2), (2, 3, 12)),
    (MaxPool1d(3, stride=3, ceil_mode=True), (2, 3, 10)),
    (MaxPool2d((2, 3), stride=1), (2, 3, 5, 6)),
    (MaxPool2d(3, stride=2, padding=1, ceil_mode=True), (2, 3, 6, 8)),
    (MaxPool2d(2, stride=3, ceil_mode=True), (1, 2, 6, 7)),
    (MaxPool2d(2, stride=2, dilation=2, ceil_mode=True), (1, 2, 6, 7)),
    (MaxPool2d(3, ceil_mode=True), (1, 2, 2, 4)),
    (AvgPool1d(4, stride=3, padding=2, count_include_pad=False), (2, 3, 10)),
    (AvgPool1d(3, stride=3, padding=1, ceil_mode=True), (2, 3, 9)),
    (AvgPool2d((2, 3), stride=(1, 2), padding=(1, 0)), (2, 3, 5, 7)),
    (AvgPool2d(3, stride=2, padding=1, ceil_mode=True), (2, 3, 6, 7)),
    (
        AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
        (2, 3, 6, 7),
    ),
    (AvgPool2d(2, stride=3, ceil_mode=True), (1, 2, 6, 7)),
    (torch.nn.AdaptiveMaxPool2d((2, 4)), (2, 3, 6, 8)),
    (torch.nn.AdaptiveMaxPool2d((4, 7)), (2, 3, 6, 5)),
    (torch.nn.AdaptiveAvgPool2d((2, 4)), (2, 3, 6, 8)),
    (torch.nn.AdaptiveAvgPool2d((4, 7)), (2, 3, 6, 5)),
    (torch.nn.AdaptiveAvgPool1d(1), (2, 3, 7)),
    (torch.nn.BatchNorm1d(3), (5, 3)),
    (torch.nn.BatchNorm1d(3, momentum=1.0), (2, 3, 1)),
    (torch.nn.BatchNorm2d(3, eps=1e-3, momentum=0.0), (2, 3, 4, 5)),
    (torch.nn.LayerNorm((3, 4)), (2, 3, 4)),
    (torch.nn.LayerNorm(4), (4,)),
    (torch.nn.RMSNorm(4), (2, 3, 4)),
    (torch.nn.GroupNorm(2, 4), (3, 4, 1)),
    (torch.nn.GroupNorm(1, 4, affine=False), (3, 4, 2, 2)),
]


def named(case):
    return f"{str(case[0]).replace(', ', ' ')} {case[1]}"


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_layer_is_that_of_pytorch(case, training):
    module, shape = case
    torch.manual_seed(0)
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    translation = TRANSLATIONS[f"nn.{type(module).__name__}"]

    agreement.assert_agreement(module.double().train(training), translation, x)


def test_ties_of_adaptive_bins_go_to_the_first_as_in_pytorch():
    module = torch.nn.AdaptiveMaxPool2d((2, 3)).double()
    x = torch.randint(0, 2, (4, 2, 5, 7)).double().requires_grad_()

    agreement.assert_agreement(module, TRANSLATIONS["nn.AdaptiveMaxPool2d"], x)


def test_an_embedding_with_padding_has_the_gradient_of_pytorch():
    module = torch.nn.Embedding(5, 3, padding_idx=2).double()
    indices = torch.tensor([[2, 0, 2], [4, 4, 1]])

    agreement.assert_agreement(module, TRANSLATIONS["nn.Embedding"], indices)


def test_running_statistics_are_those_of_pytorch_after_ten_batches():
    module = torch.nn.BatchNorm2d(3).double()
    layer = nn.BatchNorm.init(3, dtype=ri.float64)
    for seed in range(10):
        x = np.random.default_rng(seed).normal(seed, 2, (4, 3, 2, 2))
        module(torch.tensor(x))
        _, layer = layer.training(ri.tensor(x))

    agreement.assert_close(layer.mean, module.running_mean, "mean")
    agreement.assert_close(layer.variance, module.running_var, "variance")


def test_dropout_with_a_mask_is_that_of_pytorch_with_its_mask():
    torch.manual_seed(0)
    x = torch.randn(6, 7, dtype=torch.float64, requires_grad=True)
    expected = torch.nn.Dropout(0.3)(x)
    (expected_grad,) = torch.autograd.grad(expected.sum(), x)
    dropout = nn.Dropout(0.3, kept=ri.tensor(expected.detach().numpy() != 0))

    ours = ri.tensor(x.detach().numpy())
    out, pull = ri.vjp(lambda x: dropout.training(x)[0], ours)

    agreement.assert_close(out, expected, "result")
    agreement.assert_close(pull(ri.ones_like(out))[0], expected_grad, "gradient")


@pytest.mark.parametrize(
    ("ours", "theirs", "arguments"),
    [
        (nn.Conv1d, Conv1d, (4, 400, 3)),
        (nn.Conv2d, Conv2d, (4, 400, (3, 5))),
        (nn.ConvTranspose1d, Transpose1d, (4, 400, 3)),
        (nn.ConvTranspose2d, Transpose2d, (4, 400, (3, 5))),
    ],
)
def test_parameters_begin_in_the_shapes_and_bounds_of_pytorch(ours, theirs, arguments):
    layer = ours.init(ri.random.key(0), *arguments, groups=2)
    torch.manual_seed(0)
    module = theirs(*arguments, groups=2)

    for x, y in ((layer.weight, module.weight), (layer.bias, module.bias)):
        assert x.shape == tuple(y.shape)
        # Of 400 numbers at least, the largest is within 2 % of the bound in both.
        largest = ri.max(abs(x)).item(), y.detach().abs().max().item()
        assert largest[0] == pytest.approx(largest[1], rel=0.03)
