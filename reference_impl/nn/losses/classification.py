"""Losses of probabilities of classes: how unlikely the right one is.

Logits are numbers whose softmax, or sigmoid, are probabilities. To give them and not
the probabilities keeps the digits of what is nearly impossible.
"""

from __future__ import annotations

from ...core.dtype import FLOATS
from ...core.errors import DtypeError, RangeError
from ...core.number import real_number
from ...core.operands import as_tensors
from ...core.ops import exp, log, log_softmax, softmax_cross_entropy, sum, where
from ...core.tensor import Tensor
from ..activations import softplus
from .labels import (
    averaged,
    check_range,
    checked_labels,
    checked_weight,
    chosen,
    classes_last,
    weighted,
)
from .operands import check_broadcast, check_equal_shapes, equal_floats, floats
from .reduction import reduced


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    *,
    weight: Tensor | None = None,
    ignored: int | None = None,
    smoothing: float = 0.0,
    axis: int = 1,
    reduction: str = "mean",
) -> Tensor:
    """The negative logarithm of the softmax probability of the right class.

    Shapes
    ------
    logits  (N, C, ...), with C at `axis`; or (C,)
    labels  (N, ...), integers in [0, C); or as the logits, the classes' probabilities
    weight  (C,)
    result  (); with `reduction="none"` (N, ...)

    Parameters
    ----------
    weight : Tensor, optional
        How much each class counts.
    ignored : int, optional
        A label, in [0, C) or not, that does not count; not for probabilities. PyTorch
        ignores -100 without being asked.
    smoothing : float
        In [0, 1]: which part of the right class's probability is given to all classes
        evenly.
    axis : int
        That of the classes: 1 for images (N, C, H, W), -1 for sequences (N, T, V).
    reduction : str
        "mean", "sum" or "none". A mean is divided by the sum of the labels' weights,
        and is not a number if all are ignored; that of probabilities is divided by
        their number.

    Raises
    ------
    ShapeError, DtypeError
        If the operands do not fit, or a label is ignored among probabilities.
    RangeError
        If a label or an option is out of range.

    Notes
    -----
    In all this as PyTorch. Keras divides by the number of labels, whatever they weigh.

    Source: Szegedy et al. 2015, "Rethinking the Inception architecture for computer
    vision", section 7, for the smoothing.
    """
    who = "cross_entropy"
    if smoothing != 0 and not 0 <= real_number(f"{who}: smoothing", smoothing) <= 1:
        raise RangeError(f"{who}: smoothing must lie in [0, 1], {smoothing} came")
    (logits,) = floats(who, logits=logits)
    (labels,) = as_tensors("cross_entropy: labels", (labels,))
    rows = classes_last(who, logits, axis)
    weight = checked_weight(who, rows, weight)
    if labels.dtype.kind in FLOATS and labels.ndim == logits.ndim:
        logits, labels = equal_floats(who, logits=logits, labels=labels)
        if ignored is not None:
            raise DtypeError(
                f"{who}: integer labels are needed where {ignored} is ignored, "
                f"probabilities in {labels.dtype} came"
            )
        shares = classes_last(who, labels, axis)
        if smoothing:
            shares = (1 - smoothing) * shares + smoothing / rows.shape[-1]
        return reduced(who, _expected(rows, shares, weight), reduction)
    labels, is_counted = checked_labels(who, rows, labels, ignored)
    losses, weights = weighted(softmax_cross_entropy(rows, labels), labels, weight)
    if smoothing:
        evenly = _expected(rows, 1 / rows.shape[-1], weight)
        losses = (1 - smoothing) * losses + smoothing * evenly
    return averaged(who, losses, weights, is_counted, reduction)


def _expected(rows: Tensor, shares: Tensor | float, weight: Tensor | None) -> Tensor:
    """The cross-entropy of the logits with a distribution over the classes."""
    losses = log_softmax(rows) * -shares
    return sum(losses if weight is None else losses * weight, axis=-1)


def negative_log_likelihood(
    log_probabilities: Tensor,
    labels: Tensor,
    *,
    weight: Tensor | None = None,
    ignored: int | None = None,
    axis: int = 1,
    reduction: str = "mean",
) -> Tensor:
    """The negative logarithm of the right class's probability, given all logarithms.

    `cross_entropy` is this of the `log_softmax`, in fewer steps; see there for shapes
    and options.

    Raises
    ------
    ShapeError, DtypeError
        If the operands do not fit.
    RangeError
        If a label is out of range, or there is no such reduction.
    """
    who = "negative_log_likelihood"
    (log_probabilities,) = floats(who, log_probabilities=log_probabilities)
    rows = classes_last(who, log_probabilities, axis)
    weight = checked_weight(who, rows, weight)
    labels, is_counted = checked_labels(who, rows, labels, ignored)
    check_range(who, rows, labels)
    losses, weights = weighted(-chosen(rows, labels), labels, weight)
    return averaged(who, losses, weights, is_counted, reduction)


def binary_cross_entropy(
    logits: Tensor,
    target: Tensor,
    *,
    weight: Tensor | None = None,
    positive_weight: Tensor | float = 1.0,
    reduction: str = "mean",
) -> Tensor:
    """The cross-entropy of independent yes-or-no questions, from logits.

    Shapes
    ------
    logits, target           equal
    weight, positive_weight  broadcast to them

    Parameters
    ----------
    target : Tensor
        Probabilities in [0, 1] that the answer is yes.
    weight : Tensor, optional
        How much each question counts. A mean is not divided by the weights.
    positive_weight : Tensor or float
        How much more a yes counts than a no.

    Raises
    ------
    ShapeError, DtypeError, RangeError
        If the operands do not fit, or there is no such reduction.

    Notes
    -----
    -(target log(p) + (1 - target) log(1 - p)) with p = sigmoid(logits). Minus these
    logarithms, which never are infinite, is `softplus`. Frameworks that are given p
    must clamp: for p = 0 and target 1, PyTorch says 100, Keras 16.1 and MXNet 27.6.
    """
    who = "binary_cross_entropy"
    logits, target, positive_weight, weight = floats(
        who,
        logits=logits,
        target=target,
        positive_weight=positive_weight,
        weight=1.0 if weight is None else weight,
    )
    check_equal_shapes(who, logits=logits, target=target)
    check_broadcast(who, logits.shape, positive_weight=positive_weight, weight=weight)
    yes, no = target * softplus(-logits), (1 - target) * softplus(logits)
    return reduced(who, weight * (positive_weight * yes + no), reduction)


def kl_divergence(
    log_probabilities: Tensor,
    target: Tensor,
    *,
    is_log_target: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """How much more surprising a distribution is than one thinks: KL(target || other).

    What one thinks comes first, as in PyTorch; `nn.distributions.kl_divergence(p, q)`
    is KL(p || q), in the order in which it is written.

    Shapes
    ------
    log_probabilities, target  equal, (N, ...)

    Parameters
    ----------
    log_probabilities : Tensor
        Logarithms of what one thinks, as `ri.log_softmax` gives them.
    is_log_target : bool
        Whether the target consists of logarithms as well.
    reduction : str
        "mean", "sum", "none", or "batchmean": the sum divided by N.

    Raises
    ------
    ShapeError, RangeError
        If the shapes differ, or there is no such reduction.

    Notes
    -----
    target (log(target) - log_probabilities), and 0 where the target is 0. As in PyTorch
    a "mean" divides by the number of elements, classes included, so it is no
    divergence; "batchmean" is the average of one for each row.

    Source: Kullback and Leibler 1951, "On information and sufficiency", equation 2.4.
    """
    who = "kl_divergence"
    log_probabilities, target = equal_floats(
        who, log_probabilities=log_probabilities, target=target
    )
    if is_log_target:
        losses = exp(target) * (target - log_probabilities)
    else:
        is_zero = target == 0
        surprise = log(where(is_zero, 1, target)) - log_probabilities
        losses = where(is_zero, 0, target * surprise)
    return reduced(who, losses, reduction, batchmean=_row_mean)


def _row_mean(losses: Tensor) -> Tensor:
    return sum(losses) / (losses.shape[0] if losses.shape else 1)
