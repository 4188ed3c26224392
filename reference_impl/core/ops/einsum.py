"""Sums of products over labelled axes.

An expression is taken apart until pairs of operands are left, each of which is one
matrix product; so the derivatives, of any order, are those of the parts.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Collection, Hashable

from ..dtype import NUMBERS, check_kind
from ..errors import ShapeError
from ..op import public
from ..operands import Operand, promoted
from ..shape import Shape
from ..tensor import Tensor
from .contraction import Labels, contracted
from .elementwise import astype
from .permuting import reordered
from .reduction import sum
from .reshaping import reshape
from .slicing import diagonal

__all__ = ["einsum"]

Term = tuple[Tensor, Labels]  # a tensor and one label for each of its axes


@public
def einsum(subscripts: str, *operands: Operand) -> Tensor:
    """Multiply tensors whose axes are labelled, and sum over labels not in the result.

    Parameters
    ----------
    subscripts : str
        For each operand its labels, a letter for each axis, separated by commas; then
        optionally `->` and the labels of the result. Without it, the result has the
        labels that occur once, in alphabetical order. A label that an operand has
        twice means its diagonal. `...` stands for all further axes, which broadcast;
        in a result that is not written they come first.

    Raises
    ------
    DtypeError
        If the elements are no numbers, or do not combine.
    ShapeError
        If the subscripts cannot be read, do not fit the operands, or give one label to
        axes of different sizes.

    Examples
    --------
    `einsum("ij,jk", x, y)` is the matrix product, `einsum("ii->i", x)` the diagonal,
    `einsum("...c,dc->...d", x, weight)` a linear layer on the last axis.

    Notes
    -----
    Source: NumPy, `einsum`; there a labelled axis of size 1 stretches, here only one
    of `...` does. Pairs are multiplied in a greedy order: the smallest product first.
    """
    if not isinstance(subscripts, str):
        raise ShapeError(
            f"einsum: subscripts such as 'ij,jk' are needed first, a "
            f"{type(subscripts).__name__} came"
        )
    terms, result = _read(subscripts, len(operands))
    given = promoted("einsum", operands)
    check_kind(given[0].dtype, NUMBERS, who="einsum")
    labelled = [
        (x, _labels(term, x.shape, subscripts))
        for term, x in zip(terms, given, strict=True)
    ]
    sizes = _sizes(labelled, subscripts)
    wanted = _result_labels(result, [labels for _, labels in labelled], subscripts)
    parts = [_diagonal(_without_stretched(term, sizes)) for term in labelled]
    out, labels = _multiplied(parts, wanted, sizes)
    return reordered(out, [labels.index(label) for label in wanted])


def _read(subscripts: str, count: int) -> tuple[list[str], str | None]:
    """The terms of the operands, and that of the result if it is written."""
    operands, arrow, result = subscripts.replace(" ", "").partition("->")
    terms = operands.split(",")
    for term in (*terms, result):
        if not re.fullmatch(r"[a-zA-Z]*(\.\.\.)?[a-zA-Z]*", term):
            raise ShapeError(
                f"einsum: {term!r} in {subscripts!r} is not made of letters and at "
                f"most one '...'"
            )
    if len(terms) != count:
        raise ShapeError(
            f"einsum: {subscripts!r} is about {len(terms)} operands, {count} came"
        )
    return terms, result if arrow else None


def _labels(term: str, shape: Shape, subscripts: str) -> Labels:
    """One label for each axis: a letter, or a negative number for one of `...`.

    The axes of `...` are counted from the last one, as broadcasting aligns them.
    """
    first, dots, last = term.partition("...")
    others = len(shape) - len(first) - len(last)
    if others < 0 or (others and not dots):
        raise ShapeError(
            f"einsum: {term!r} in {subscripts!r} does not label the axes of the shape "
            f"{shape} one by one"
        )
    return (*first, *range(-others, 0), *last)


def _sizes(terms: list[Term], subscripts: str) -> dict[Hashable, int]:
    """The size of every label; among the axes of `...`, 1 stretches."""
    sizes: dict[Hashable, int] = {}
    for x, labels in terms:
        for label, size in zip(labels, x.shape, strict=True):
            known = sizes.setdefault(label, size)
            if known == size or (isinstance(label, int) and size == 1):
                continue
            if not isinstance(label, int) or known != 1:
                name = "..." if isinstance(label, int) else label
                raise ShapeError(
                    f"einsum: {name!r} in {subscripts!r} has sizes {known} and {size}, "
                    f"which must be equal; the shapes are "
                    f"{', '.join(str(x.shape) for x, _ in terms)}"
                )
            sizes[label] = size
    return sizes


def _result_labels(
    result: str | None, operands: list[Labels], subscripts: str
) -> Labels:
    counts = Counter(itertools.chain(*operands))
    others = sorted(label for label in counts if isinstance(label, int))
    if result is None:
        once = [label for label, n in counts.items() if n == 1 and label not in others]
        return (*others, *sorted(map(str, once)))
    first, dots, last = result.partition("...")
    if others and not dots:
        raise ShapeError(
            f"einsum: the result of {subscripts!r} must have the axes of '...' too; "
            f"sum over them afterwards if they are not wanted"
        )
    for label in first + last:
        if label not in counts or result.count(label) > 1:
            raise ShapeError(
                f"einsum: {label!r} in the result of {subscripts!r} must be a label of "
                f"an operand, and occur once"
            )
    return (*first, *others, *last)


def _without_stretched(term: Term, sizes: dict[Hashable, int]) -> Term:
    """The operand without the axes that stretch: it does not depend on their labels."""
    x, labels = term
    own = [axis for axis, label in enumerate(labels) if x.shape[axis] == sizes[label]]
    if len(own) == x.ndim:
        return term
    return reshape(x, tuple(x.shape[a] for a in own)), tuple(labels[a] for a in own)


def _diagonal(term: Term) -> Term:
    """The elements whose positions agree along all axes of one label."""
    x, labels = term
    twice = [label for label in labels if labels.count(label) > 1]
    if not twice:
        return term
    pair = [axis for axis, label in enumerate(labels) if label == twice[0]][:2]
    rest = [axis for axis in range(x.ndim) if axis not in pair]
    kept = (*(labels[axis] for axis in rest), twice[0])
    return _diagonal((diagonal(reordered(x, (*rest, *pair))), kept))


def _multiplied(terms: list[Term], wanted: Labels, sizes: dict[Hashable, int]) -> Term:
    """The product of all terms, summed over the labels that are not wanted."""

    def needed_after(pair: tuple[int, ...]) -> set[Hashable]:
        rest = [labels for i, (_, labels) in enumerate(terms) if i not in pair]
        return {*wanted, *itertools.chain(*rest)}

    def product_size(pair: tuple[int, ...]) -> int:
        labels = {label for i in pair for label in terms[i][1]}
        return math.prod(sizes[label] for label in labels & needed_after(pair))

    while len(terms) > 1:
        pair = min(itertools.combinations(range(len(terms)), 2), key=product_size)
        needed = needed_after(pair)
        x, y = (terms[i] for i in pair)
        product = contracted(
            *_summed(x, needed.union(y[1])), *_summed(y, needed.union(x[1])), needed
        )
        terms = [term for i, term in enumerate(terms) if i not in pair] + [product]
    return _summed(terms[0], wanted)


def _summed(term: Term, kept: Collection[Hashable]) -> Term:
    """A term summed over the labels that nobody asks for."""
    x, labels = term
    axes = [axis for axis, label in enumerate(labels) if label not in kept]
    if not axes:
        return term
    # Small integers are summed as large ones.
    total = astype(sum(x, axis=axes), x.dtype)
    return total, tuple(label for label in labels if label in kept)
