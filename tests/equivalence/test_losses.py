"""Losses beside PyTorch's with the options that its samples of modules leave out."""

from functools import partial

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
agreement = pytest.importorskip("equivalence.agreement")

pytestmark = [pytest.mark.frameworks]


def normal(*shape, requires_grad=True):
    return torch.randn(shape, dtype=torch.float64, requires_grad=requires_grad)


def uniform(*shape):
    return torch.rand(shape, dtype=torch.float64)


@pytest.mark.parametrize("positive_weight", [(), (4,)], ids=str)
@pytest.mark.parametrize("scale", [1, 100])
def test_binary_cross_entropy_with_weights_of_yes(positive_weight, scale):
    torch.manual_seed(0)
    module = torch.nn.BCEWithLogitsLoss(
        uniform(4), pos_weight=uniform(*positive_weight)
    )

    def translated(m, take):
        weights = {"weight": take(m.weight), "positive_weight": take(m.pos_weight)}
        return partial(nn.binary_cross_entropy, **weights)

    logits = (scale * normal(3, 4)).detach().requires_grad_()
    agreement.assert_agreement(
        module, translated, logits, uniform(3, 4).requires_grad_()
    )


@pytest.mark.parametrize("delta", [0.1, 3.0])
def test_huber_with_other_bounds(delta):
    torch.manual_seed(0)
    pairs = (
        (torch.nn.HuberLoss(delta=delta), partial(nn.huber, delta=delta)),
        (torch.nn.SmoothL1Loss(beta=delta), partial(nn.smooth_l1, beta=delta)),
    )

    for module, loss in pairs:
        agreement.assert_agreement(
            module, lambda m, take, f=loss: f, normal(20), normal(20)
        )


def test_variances_below_the_least():
    torch.manual_seed(0)
    variance = torch.tensor([0.01, 0.3, 2.0], dtype=torch.float64, requires_grad=True)

    agreement.assert_agreement(
        torch.nn.GaussianNLLLoss(eps=0.2, full=True),
        lambda m, take: partial(
            nn.gaussian_negative_log_likelihood, eps=m.eps, full=True
        ),
        *(normal(4, 3), normal(4, 3), variance.expand(4, 3)),
    )


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("ord", [1.0, 2.0, 3.0])
def test_triplets(ord, swap):
    torch.manual_seed(0)
    module = torch.nn.TripletMarginLoss(p=ord, swap=swap, reduction="none")
    loss = partial(nn.triplet_margin, ord=ord, swap=swap, reduction="none")

    agreement.assert_agreement(
        module, lambda m, take: loss, *(normal(6, 5) for _ in range(3))
    )


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_cosines_along_any_axis(axis):
    torch.manual_seed(0)

    agreement.assert_agreement(
        torch.nn.CosineSimilarity(dim=axis),
        lambda m, take: partial(nn.cosine_similarity, axis=axis),
        *(normal(4, 5, 3), normal(4, 5, 3)),
    )


def test_smoothed_probabilities_of_images_with_weights():
    torch.manual_seed(0)
    module = torch.nn.CrossEntropyLoss(weight=uniform(3), label_smoothing=0.3)
    shares = torch.softmax(normal(2, 3, 4, 4), 1).detach().requires_grad_()

    agreement.assert_agreement(
        module,
        lambda m, take: partial(nn.cross_entropy, weight=take(m.weight), smoothing=0.3),
        *(normal(2, 3, 4, 4), shares),
    )


# Inputs and targets that end early, that have none, that must repeat, that do not fit.
LENGTHS, SIZES = [9, 5, 9, 9, 3], [3, 2, 0, 4, 4]
TARGETS = [[1, 1, 1, 4], [2, 4, 0, 0], [4, 4, 4, 4], [1, 4, 2, 2], [1, 2, 1, 2]]


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("blank", [0, 3])
def test_ctc_of_sequences_of_many_lengths(blank, reduction):
    torch.manual_seed(0)
    options = {"blank": blank, "reduction": reduction, "zero_infinity": True}
    targets = torch.tensor(TARGETS)
    lengths, sizes = torch.tensor(LENGTHS), torch.tensor(SIZES)

    class OfLogits(torch.nn.Module):
        def forward(self, x):
            x = torch.log_softmax(x, -1).transpose(0, 1)
            return torch.nn.functional.ctc_loss(x, targets, lengths, sizes, **options)

    given = [ri.tensor(each.numpy()) for each in (targets, lengths, sizes)]
    agreement.assert_agreement(
        OfLogits(),
        lambda m, take: lambda x: nn.ctc(ri.log_softmax(x), *given, **options),
        normal(5, 9, 5),
    )


def test_the_gradient_by_logarithms_is_not_that_of_pytorch():
    torch.manual_seed(0)
    x = torch.log_softmax(normal(1, 4, 3), -1).detach().requires_grad_()
    lengths, sizes, targets = torch.tensor([4]), torch.tensor([1]), torch.tensor([[1]])
    loss = torch.nn.functional.ctc_loss(x.transpose(0, 1), targets, lengths, sizes)
    (theirs,) = torch.autograd.grad(loss, x)

    given = [ri.tensor(each.numpy()) for each in (targets, lengths, sizes)]
    ours = ri.grad(nn.ctc)(ri.tensor(x.detach().numpy()), *given)

    # What it adds is what `log_softmax` takes away again.
    np.testing.assert_allclose(
        theirs.numpy() - ours.numpy(), torch.exp(x).detach(), rtol=agreement.TOLERANCE
    )
