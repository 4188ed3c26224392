"""Algebraic simplification: the same value by fewer ops.

A table of identities, a line each, of a node and of what made its inputs.

    %0 = multiply(x, 1.0)
    %1 = negative(%0)
    %2 = negative(%1)         becomes  %0 = permute_dims(x, axes=(0, 1, 2))
    %3 = permute_dims(%2, axes=(1, 2, 0))
    %4 = permute_dims(%3, axes=(2, 0, 1))     and then  x

Only identities of floating-point numbers are here; those of real numbers will not do.
`x + 0.0` is not `x`, for -0.0 + 0.0 is 0.0; `x - 0.0` and `x + (-0.0)` are. `0.0 * x`
is not 0.0 where x is infinite. A quotient by a power of two is a product to the bit,
one by 3 is not. Left out for such reasons: `-(x - y)`, whose zeros have the other sign;
sums of sums, which round in another order; zeros around placed elements that are added;
a sum of one element, which begins with 0.0 and so makes that of -0.0.
Only the sign and the digits of what is not a number may differ, and a square in place
of a power is the better of two roundings.

An op that is there for derivatives alone (`identity`, `stop_gradient`) is gone
afterwards: derivatives are taken first.

Source: IEEE 754-2019, section 6.3 (signs of zeros).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np

from ..dtype import FLOATING, INEXACT, INTEGERS, Dtype
from ..graph import Graph
from ..op import PRIMITIVES
from ..tensor import Tensor
from .moves import (
    flat_concat,
    joined_again,
    moves_only_ones,
    parts_of_split,
    permuted_twice,
    slice_of_part,
    slice_of_placed,
    sliced_twice,
    whole_place,
    whole_slice,
)
from .rewrite import Offer, is_made_by, made, repeated, rewritten, uniform


def simplify(graph: Graph) -> Graph:
    """The graph after all identities that apply, each to simplified nodes."""
    return rewritten(graph, _simpler, simplify)


def _simpler(former: Tensor, node: Tensor) -> Offer:
    offer = _by_an_identity(node)
    if isinstance(offer, tuple):
        return tuple(None if x is None else _simplest(x) for x in offer)
    return None if offer is None else _simplest(offer)


def _simplest(x: Tensor) -> Tensor:
    """What an identity offers, to which others may apply in turn."""
    offer: Offer = x
    while isinstance(offer, Tensor):
        x = offer
        offer = _by_an_identity(x) if x.data is None and x.op is not None else None
    return x


def _by_an_identity(node: Tensor) -> Offer:
    for identity in IDENTITIES.get(node.op.name, ()):
        offer = identity(node, *node.inputs)
        if offer is not None:
            return offer
    return None


def _number(x: Tensor, number: float) -> bool:
    """Whether a real constant repeats a number; 0.0 and -0.0 are two."""
    one = uniform(x)
    if one is None or one.dtype.kind in "cb":
        return False
    if one.dtype not in FLOATING:
        return int(one) == number
    return float(one) == number and math.copysign(1, one) == math.copysign(1, number)


def _if(is_so: bool, offer: Any) -> Offer:
    """What is offered under a condition; a function makes it only then."""
    if not is_so:
        return None
    return offer if isinstance(offer, (Tensor, tuple)) else offer()


def _nothing_to_do(x: Tensor, node: Tensor) -> Offer:
    return _if((x.shape, x.dtype) == (node.shape, node.dtype), x)


def _inner(name: str) -> Callable[..., Offer]:
    """The identity of an op that undoes itself."""
    return lambda out, x: _if(is_made_by(x, name), lambda: x.inputs[0])


def _outer(*names: str) -> Callable[..., Offer]:
    """The identity of an op for which others that came before make no difference."""
    return lambda out, x: _if(
        is_made_by(x, *names), lambda: made(out.op, x.inputs[0], **out.attrs)
    )


def _product(out: Tensor, x: Tensor, y: Tensor) -> Offer:
    """A division by a power of two, whose reciprocal is exact, as a product."""
    one = uniform(y)
    if one is None or y.dtype not in FLOATING:
        return None
    number = float(one)
    is_power = abs(math.frexp(number)[0]) == 0.5 and abs(math.log2(abs(number))) < 14
    # Exponents that float16 has for normal numbers: none is lost by flushing to zero.
    return _if(is_power, lambda: made("multiply", x, repeated(np.array(1 / number), y)))


def _converted_back(out: Tensor, x: Tensor) -> Offer:
    if not is_made_by(x, "astype"):
        return None
    source = x.inputs[0]
    is_same = source.dtype == out.dtype
    return _if(is_same and _holds_all(x.dtype, source.dtype), source)


def _holds_all(wide: Dtype, narrow: Dtype) -> bool:
    """Whether no value of one dtype is rounded in another one."""
    if narrow.kind in INTEGERS and wide.kind in INEXACT:
        # NumPy calls 64-bit integers in float64 safe, which has 53 digits.
        return np.iinfo(narrow).bits <= ml_dtypes.finfo(wide).nmant + 1
    return np.can_cast(narrow, wide, "safe")


def _chosen(out: Tensor, condition: Tensor, x: Tensor, y: Tensor) -> Offer:
    one = uniform(condition)
    return _if(one is not None, lambda: x if one else y)


def _of_one(out: Tensor, x: Tensor) -> Offer:
    """The largest and the smallest of one element are that element."""
    reduced = [x.shape[axis] for axis in out.attrs["axes"]]
    is_so = all(size == 1 for size in reduced)
    return _if(is_so, lambda: made("reshape", x, shape=out.shape))


def _removed(out: Tensor, x: Tensor) -> Tensor:
    return x


def _neg(x: Tensor) -> Tensor:
    return made("negative", x)


# By the name of the op: functions of the node and its inputs, tried in this order.
IDENTITIES: dict[str, tuple[Callable[..., Offer], ...]] = {
    "identity": (_removed,),
    "stop_gradient": (_removed,),
    "add": (
        lambda out, x, y: _if(_number(y, _zero(y)), x),
        lambda out, x, y: _if(_number(x, _zero(x)), y),
        lambda out, x, y: _if(
            is_made_by(y, "negative"), lambda: made("subtract", x, y.inputs[0])
        ),
        lambda out, x, y: _if(
            is_made_by(x, "negative"), lambda: made("subtract", y, x.inputs[0])
        ),
    ),
    "subtract": (
        lambda out, x, y: _if(_number(y, 0.0), x),
        lambda out, x, y: _if(_number(x, _zero(x)), lambda: _neg(y)),
        lambda out, x, y: _if(
            is_made_by(y, "negative"), lambda: made("add", x, y.inputs[0])
        ),
    ),
    "multiply": (
        lambda out, x, y: _if(_number(y, 1), x),
        lambda out, x, y: _if(_number(x, 1), y),
        lambda out, x, y: _if(_number(y, -1), lambda: _neg(x)),
        lambda out, x, y: _if(_number(x, -1), lambda: _neg(y)),
    ),
    "divide": (
        lambda out, x, y: _if(_number(y, 1), x),
        lambda out, x, y: _if(_number(y, -1), lambda: _neg(x)),
        lambda out, x, y: _if(_number(x, 1), lambda: made("reciprocal", y)),
        _product,
    ),
    "pow": (
        lambda out, x, y: _if(_number(y, 1), x),
        # Rounded once, where a power may err by one unit in the last place.
        lambda out, x, y: _if(_number(y, 2), lambda: made("square", x)),
    ),
    "negative": (_inner("negative"),),
    "conj": (_inner("conj"),),
    "bitwise_invert": (_inner("bitwise_invert"),),
    "abs": (_outer("negative", "abs"),),
    "square": (_outer("negative", "abs"),),
    "cos": (_outer("negative", "abs"),),
    "relu": (lambda out, x: _if(is_made_by(x, "relu"), x),),
    "maximum": (lambda out, x, y: _if(x is y, x),),
    "minimum": (lambda out, x, y: _if(x is y, x),),
    "where": (_chosen, lambda out, condition, x, y: _if(x is y, x)),
    "max": (_of_one,),
    "min": (_of_one,),
    "astype": (lambda out, x: _nothing_to_do(x, out), _converted_back),
    "reshape": (lambda out, x: _nothing_to_do(x, out), _outer("reshape")),
    "broadcast_to": (lambda out, x: _nothing_to_do(x, out), _outer("broadcast_to")),
    "permute_dims": (
        lambda out, x: _if(out.attrs["axes"] == tuple(range(len(x.shape))), x),
        permuted_twice,
        moves_only_ones,
    ),
    "slice": (whole_slice, sliced_twice, slice_of_part, slice_of_placed),
    "place": (whole_place,),
    "concat": (
        lambda out, *parts: _if(len(parts) == 1, parts[0]),
        flat_concat,
        joined_again,
    ),
    "split": (parts_of_split,),
}


def _zero(x: Tensor) -> float:
    """What can be added to every number without changing it."""
    return -0.0 if x.dtype in FLOATING else 0


assert PRIMITIVES.keys() >= IDENTITIES.keys(), IDENTITIES.keys() - PRIMITIVES.keys()
