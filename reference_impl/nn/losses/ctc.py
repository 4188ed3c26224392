"""Connectionist temporal classification: labels in order, at times that nobody told.

A network says at every step how likely each class is, one of which is "blank": no label
begins here. An alignment is a class for every step; with repetitions merged and blanks
removed it spells the labels. The loss adds the probabilities of all alignments that
spell the target, by a walk through time.

Source: Graves et al. 2006, "Connectionist temporal classification: labelling
unsegmented sequence data with recurrent neural networks", section 4.1.
"""

from __future__ import annotations

import math
from typing import Any

from ...core.dtype import int64, wide_type
from ...core.errors import RangeError, ShapeError
from ...core.number import integer
from ...core.ops import (
    arange,
    astype,
    clip,
    concat,
    expand_dims,
    full,
    full_like,
    isinf,
    logaddexp,
    mean,
    moveaxis,
    pad,
    reshape,
    squeeze,
    stack,
    take_along_axis,
    where,
    zeros,
)
from ...core.scan import scan
from ...core.tensor import Tensor
from .operands import check_known, floats, integers
from .reduction import reduced


def ctc(
    log_probabilities: Tensor,
    targets: Tensor,
    input_lengths: Tensor,
    target_lengths: Tensor,
    *,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """How unlikely it is that sequences spell their targets, however aligned.

    Shapes
    ------
    log_probabilities  (N, T, C)
    targets            (N, S), integers in [0, C) without blanks, then any padding
    input_lengths      (N,), integers in [0, T]
    target_lengths     (N,), integers in [0, S]

    Parameters
    ----------
    log_probabilities : Tensor
        As `ri.log_softmax` gives them.
    blank : int
        The class that stands for no label.
    reduction : str
        "mean", "sum" or "none"; for a mean, each loss is divided by the length of its
        target first.
    zero_infinity : bool
        Whether a target that is too long for its input costs nothing, in place of
        infinity. Its gradient is zero either way.

    Raises
    ------
    ShapeError, DtypeError
        If the operands do not fit.
    RangeError
        If a label or an option is out of range, or the length of a target; that of an
        input, if it is known.

    Notes
    -----
    PyTorch's takes (T, N, C), and its gradient is the one by the logits that
    `log_softmax` has been given; here it is the one by the logarithms themselves. By
    the logits, both are equal.
    """
    (log_probabilities,) = floats("ctc", log_probabilities=log_probabilities)
    given = integers(
        "ctc",
        targets=targets,
        input_lengths=input_lengths,
        target_lengths=target_lengths,
    )
    _check_fit(log_probabilities, *given)
    # Of shorter integers, twice a length could overflow.
    targets, input_lengths, target_lengths = (astype(x, int64) for x in given)
    classes = log_probabilities.shape[2]
    if not 0 <= integer("ctc: blank", blank) < classes:
        raise RangeError(f"ctc: blank must lie in [0, {classes}), {blank} came")
    _check_range("input_lengths", input_lengths, log_probabilities.shape[1])
    _check_range("target_lengths", target_lengths, targets.shape[1])
    places = arange(targets.shape[1], device=targets.device)
    is_label = places < expand_dims(target_lengths, axis=1)
    targets = where(is_label, targets, blank)
    _check_range("targets", targets, classes - 1)
    wide = astype(log_probabilities, wide_type(log_probabilities.dtype))
    states = _with_blanks(_from_the_start(targets, classes), blank)
    last = _walk(wide, states, input_lengths, blank)
    losses = astype(-_at_the_end(last, target_lengths), log_probabilities.dtype)
    if zero_infinity:
        losses = where(isinf(losses), 0, losses)
    lengths = astype(clip(target_lengths, min=1), losses.dtype)
    by_length = lambda losses: mean(losses / lengths)  # noqa: E731
    return reduced("ctc", losses, reduction, mean=by_length)


def _check_fit(*tensors: Tensor) -> None:
    shapes = [x.shape for x in tensors]
    is_right = [len(shape) for shape in shapes] == [3, 2, 1, 1]
    if not is_right or len({shape[0] for shape in shapes}) > 1:
        raise ShapeError(
            f"ctc: log_probabilities (N, T, C), targets (N, S) and two lengths (N,) "
            f"are needed, {', '.join(map(str, shapes))} came"
        )


def _check_range(name: str, numbers: Tensor, last: int) -> None:
    """Raise a `RangeError` if numbers are known and one is not in [0, last]."""
    needed = f"{name} must lie in [0, {last}]"
    check_known("ctc", numbers, lambda x: (x >= 0) & (x <= last), needed)


def _from_the_start(positions: Tensor, count: int) -> Tensor:
    """Positions of which negative ones, which would count from the end, are refused.

    Where they are read: then they are known, in a compiled function too.
    """
    return where(positions < 0, count, positions)


def _with_blanks(targets: Tensor, blank: int) -> Tensor:
    """The states of an alignment (N, 2 S + 1): a blank before, between and after."""
    N, S = targets.shape
    pairs = stack([full_like(targets, blank), targets], axis=2)
    end = full((N, 1), blank, dtype=targets.dtype, device=targets.device)
    return concat([reshape(pairs, (N, 2 * S)), end], axis=1)


def _shifted(x: Tensor, count: int, first: Any) -> Tensor:
    """The rows moved to the right, with `first` where nothing comes from."""
    return pad(x, ((0, 0), (count, 0)), value=first)[:, : x.shape[1]]


def _walk(
    log_probabilities: Tensor, states: Tensor, lengths: Tensor, blank: int
) -> Tensor:
    """The logarithm of the probability to have arrived at each state at the end.

    A step stays, moves on to the next state, or leaves out the blank between two labels
    that differ: between equal ones a blank is what tells two labels from one.
    """
    emitted = take_along_axis(log_probabilities, expand_dims(states, axis=1), axis=2)
    may_skip = states != _shifted(states, 2, blank)
    # Before the first step all stand at the first blank, which may stay unspoken.
    is_first = arange(states.shape[1], device=states.device) == 0
    certain = zeros(states.shape, dtype=emitted.dtype, device=states.device)
    start = where(is_first, certain, -math.inf)

    def step(arrived: Tensor, now: tuple[Tensor, Tensor]) -> tuple[Tensor, None]:
        t, log_probability = now
        skipped = where(may_skip, _shifted(arrived, 2, -math.inf), -math.inf)
        moved = logaddexp(arrived, _shifted(arrived, 1, -math.inf))
        after = logaddexp(moved, skipped) + log_probability
        return where(t < expand_dims(lengths, axis=1), after, arrived), None

    times = arange(log_probabilities.shape[1], device=states.device)
    return scan(step, start, (times, moveaxis(emitted, 1, 0)))[0]


def _at_the_end(last: Tensor, lengths: Tensor) -> Tensor:
    """The logarithm of the probability to be at the last label or the blank after."""
    ends = _from_the_start(expand_dims(2 * lengths, axis=1), last.shape[1])
    at_blank = take_along_axis(last, ends, axis=1)
    at_label = take_along_axis(last, clip(ends - 1, min=0), axis=1)
    at_label = where(ends > 0, at_label, -math.inf)  # no labels, no last one
    return squeeze(logaddexp(at_blank, at_label), axis=1)
