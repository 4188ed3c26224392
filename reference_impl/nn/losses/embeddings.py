"""Losses of vectors that stand for things: alike ones shall be near, others far."""

from __future__ import annotations

from ...core.dtype import wide_type
from ...core.errors import ShapeError
from ...core.number import check_not_negative, real_number
from ...core.ops import astype, clip, minimum, norm, relu, sum, where
from ...core.shape import axis_number
from ...core.tensor import Tensor
from .operands import equal_floats, plus_or_minus_one
from .reduction import reduced


def cosine_similarity(
    x: Tensor, y: Tensor, *, axis: int = -1, eps: float = 1e-8
) -> Tensor:
    """The cosine of the angle between vectors: 1 if they point the same way.

    Shapes
    ------
    x, y    equal, (..., D) with D at `axis`
    result  (...)

    Parameters
    ----------
    eps : float
        Shorter vectors count as if they had this length, so zero is at right angles to
        everything.

    Raises
    ------
    ShapeError
        If the shapes differ, or there is no such axis.

    Notes
    -----
    PyTorch's default axis is 1.
    """
    x, y = equal_floats("cosine_similarity", x=x, y=y)
    check_not_negative("cosine_similarity", eps=eps)
    axis = axis_number(axis, x.ndim, who="cosine_similarity")
    dtype = x.dtype
    wide = wide_type(dtype)  # eps would be 0 in float16
    x, y = astype(x, wide), astype(y, wide)
    lengths = [clip(norm(z, axis=axis, keepdims=True), min=eps) for z in (x, y)]
    return astype(sum((x / lengths[0]) * (y / lengths[1]), axis=axis), dtype)


def cosine_embedding(
    x: Tensor,
    y: Tensor,
    signs: Tensor,
    *,
    margin: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    """1 - cosine for pairs that are alike, max(0, cosine - margin) for others.

    Shapes
    ------
    x, y   equal, (..., D)
    signs  (...), 1 for pairs that are alike and -1 for others

    Raises
    ------
    ShapeError, DtypeError
        If the operands do not fit.
    RangeError
        If a sign is known and another number, or there is no such reduction.

    Notes
    -----
    As PyTorch's, but for its addition of 1e-12 to the squares of lengths.
    """
    who = "cosine_embedding"
    x, y = equal_floats(who, x=x, y=y)
    signs = plus_or_minus_one(who, signs)
    if signs.shape != x.shape[:-1]:
        raise ShapeError(
            f"{who}: a sign for every pair of vectors is needed, {x.shape[:-1]}; signs "
            f"{signs.shape} came"
        )
    margin = real_number(f"{who}: margin", margin)
    cosine = cosine_similarity(x, y)
    losses = where(signs > 0, 1 - cosine, relu(cosine - margin))
    return reduced(who, losses, reduction)


def triplet_margin(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    margin: float = 1.0,
    ord: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """How much less than `margin` the negative is further away than the positive.

    Shapes
    ------
    anchor, positive, negative  equal, (..., D)

    Parameters
    ----------
    ord : float
        That of the norm that measures distances.
    eps : float
        What is added to every difference. The derivative of a distance of zero would be
        none.
    swap : bool
        Whether the negative may be measured from the positive if that is nearer.

    Raises
    ------
    ShapeError, RangeError
        If the shapes differ, or there is no such reduction.

    Notes
    -----
    max(0, |anchor - positive| - |anchor - negative| + margin), with slope 0 where the
    margin is met. All defaults are PyTorch's.

    Source: Balntas et al. 2016, "Learning local feature descriptors with triplets and
    shallow convolutional neural networks", section 2.2 (`swap` is section 2.3).
    """
    who = "triplet_margin"
    anchor, positive, negative = equal_floats(
        who, anchor=anchor, positive=positive, negative=negative
    )
    margin = real_number(f"{who}: margin", margin)
    eps = real_number(f"{who}: eps", eps)

    def distance(x: Tensor, y: Tensor) -> Tensor:
        return norm(x - y + eps, axis=-1, ord=ord)

    far = distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduced(who, relu(distance(anchor, positive) - far + margin), reduction)
