"""PyTorch's ops, written with the reference's functions: one line a name.

A line says how an op of PyTorch's sample database is spelled here. It is a dictionary
of two languages, and nothing else: arguments are renamed, defaults are stated.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import reference_impl as ri


class Unsupported(Exception):
    """A sample that the reference has no function for; the message is the reason."""


def refuse_if(condition: Any, reason: str) -> None:
    """Leave a sample out, with its reason."""
    if condition:
        raise Unsupported(reason)


def _with_an_axis(function):
    """PyTorch lets a number be reduced along an axis, as if it were a vector of one."""

    def translated(x, *args, axis=None, keepdims=False, **options):
        if x.ndim or axis is None:
            return function(x, *args, axis=axis, keepdims=keepdims, **options)
        return function(x.reshape(1), *args, axis=axis, **options)

    return translated


def _reduction(function):
    def translated(x, dim=None, keepdim=False, *, dtype=None, **options):
        refuse_if(dtype is not None, "accumulates in another dtype")
        axis = None if dim in ((), []) else dim
        return _with_an_axis(function)(x, axis=axis, keepdims=keepdim, **options)

    return translated


def _extreme(function, index):
    def translated(x, dim=None, keepdim=False):
        if isinstance(dim, ri.Tensor):
            return (ri.maximum if function is ri.max else ri.minimum)(x, dim)
        if dim is None:
            return function(x)
        refuse_if(x.ndim == 0, "takes an axis of a tensor without axes")
        where = index(x, axis=dim, keepdims=True)
        values = ri.take_along_axis(x, where, axis=dim)
        if keepdim:
            return values, where
        return ri.squeeze(values, axis=dim), ri.squeeze(where, axis=dim)

    return translated


def _spread(function):
    def translated(x, dim=None, unbiased=None, keepdim=False, *, correction=None):
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        if correction is None:
            correction = 1 if unbiased is None or unbiased else 0
        axis = None if dim in ((), []) else dim
        return function(x, axis=axis, keepdims=keepdim, correction=correction)

    return translated


def _divide(x, y, *, rounding_mode=None):
    quotient = x / y
    rounded = {None: lambda q: q, "trunc": ri.trunc, "floor": ri.floor}
    if rounding_mode == "floor":
        return ri.floor_divide(x, y)
    return rounded[rounding_mode](quotient)


def _norm(x, p="fro", dim=None, keepdim=False, dtype=None):
    refuse_if(dtype is not None, "accumulates in another dtype")
    refuse_if(p == "nuc", "the nuclear norm is `matrix_norm`")
    axis = None if dim in ((), []) else dim
    norm = _with_an_axis(ri.norm)
    return norm(x, ord=2 if p in ("fro", None) else p, axis=axis, keepdims=keepdim)


def _vector_norm(x, ord=2, dim=None, keepdim=False, dtype=None):
    refuse_if(dtype is not None, "accumulates in another dtype")
    axis = None if dim in ((), []) else dim
    return _with_an_axis(ri.norm)(x, ord=ord, axis=axis, keepdims=keepdim)


def _softmax_like(function):
    def translated(x, dim=None, dtype=None, *, _stacklevel=3):
        refuse_if(dtype is not None, "computes in another dtype")
        if x.ndim == 0:
            return function(x.reshape(1), axis=0).reshape(())
        return function(x, axis=dim)

    return translated


def _scanned(function):
    def translated(x, dim, *, dtype=None):
        refuse_if(dtype is not None, "accumulates in another dtype")
        if x.ndim == 0:
            return function(x.reshape(1), axis=0).reshape(())
        return function(x, axis=dim)

    return translated


def _einsum(operands, equation):
    left, _, right = equation.partition("->")
    is_dropped = right and "..." in left and "..." not in right
    refuse_if(is_dropped, "sums over an ellipsis, which NumPy refuses as well")
    return ri.einsum(equation, *operands)


def _tensordot(x, y, dims=2):
    if not isinstance(dims, int):
        pairs = zip(*dims, strict=True)
        is_stretched = any(x.shape[a] != y.shape[b] for a, b in pairs)
        refuse_if(is_stretched, "stretches contracted axes of size 1")
    return ri.tensordot(x, y, axes=dims)


def _solve(a, b, *, left=True):
    refuse_if(not left, "solves from the right")
    is_batch_of_vectors = b.ndim > 1 and b.shape == a.shape[:-1]
    refuse_if(is_batch_of_vectors, "a batch of vectors, in the standard a matrix")
    return ri.solve(a, b)


def _pinv(x, rcond=None, *, atol=None, rtol=None, hermitian=False):
    refuse_if(any(x is not None for x in (rcond, atol, rtol)), "another cut-off")
    refuse_if(hermitian, "reads one triangle")
    return ri.pinv(x)


def _affine(x, beta, product, alpha):
    return beta * x + alpha * product


def _pad(x, pad, mode="constant", value=None):
    refuse_if(any(width < 0 for width in pad), "negative widths crop: use slices")
    pairs = [(0, 0)] * x.ndim
    for i in range(len(pad) // 2):
        pairs[-1 - i] = (pad[2 * i], pad[2 * i + 1])
    if mode == "constant":
        return ri.pad(x, pairs, mode=mode, value=0 if value is None else value)
    return ri.pad(x, pairs, mode=mode)


def _pooled(function, axes):
    def translated(x, kernel_size, stride=None, padding=0, *args, **options):
        names = ("dilation", "ceil_mode", "return_indices")
        if function is ri.avg_pool:
            names = ("ceil_mode", "count_include_pad", "divisor_override")
        options = {**dict(zip(names, args, strict=False)), **options}
        is_ceiled = options.pop("ceil_mode", False)
        refuse_if(is_ceiled and function is ri.avg_pool, "ceil_mode of averages")
        refuse_if(options.pop("return_indices", False), "returns indices")
        refuse_if(options.pop("divisor_override", None), "divisor_override")
        is_single = x.ndim == axes + 1
        batch = ri.expand_dims(x, axis=0) if is_single else x
        stride = kernel_size if stride in (None, ()) else stride
        if is_ceiled:
            dilation = options.get("dilation", 1)
            batch = _ceiled(batch, axes, kernel_size, stride, padding, dilation)
            padding = 0
        out = function(batch, kernel_size, stride=stride, padding=padding, **options)
        return ri.squeeze(out, axis=0) if is_single else out

    return translated


def _ceiled(x, axes, *geometry):
    """`x` padded so that its last windows, cut off by the edge, are whole ones."""
    pairs = [(0, 0)] * (x.ndim - axes)
    spread = (np.broadcast_to(each, axes).tolist() for each in geometry)
    for n, size, step, edge, dilation in zip(x.shape[-axes:], *spread, strict=True):
        reach = dilation * (size - 1) + 1
        last = -(-(n + 2 * edge - reach) // step) * step
        if last >= n + edge:  # PyTorch: a window may not begin beyond the input
            last -= step
        pairs.append((edge, max(edge, last + reach - n - edge)))
    return ri.pad(x, pairs, value=-math.inf)


def _convolution(function, axes):
    names = ("stride", "padding", "dilation", "groups")
    if function is ri.conv_transpose:
        names = ("stride", "padding", "output_padding", "groups", "dilation")

    def translated(x, weight, bias=None, *args, **options):
        options = {**dict(zip(names, args, strict=False)), **options}
        extra, stride = options.get("output_padding", 0), options.get("stride", 1)
        is_wide = np.any(np.asarray(extra) >= np.asarray(stride)) and np.any(extra)
        refuse_if(is_wide, "output_padding beyond the stride is no transpose")
        is_single = x.ndim == axes + 1
        batch = ri.expand_dims(x, axis=0) if is_single else x
        out = function(batch, weight, **options)
        if bias is not None:
            out = out + bias.reshape(-1, *(1,) * axes)
        return ri.squeeze(out, axis=0) if is_single else out

    return translated


def _layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    axes = tuple(range(-len(normalized_shape), 0))
    centred = x - ri.mean(x, axis=axes, keepdims=True)
    variance = ri.mean(centred * centred, axis=axes, keepdims=True)
    out = centred * ri.rsqrt(variance + eps)
    out = out if weight is None else out * weight
    return out if bias is None else out + bias


def _cross_entropy_of_logits(x, target, weight=None, pos_weight=None, reduction="mean"):
    softplus = ri.logaddexp(-x, ri.zeros_like(x))
    if pos_weight is None:
        loss = (1 - target) * x + softplus
    else:
        loss = (1 - target) * x + (1 + (pos_weight - 1) * target) * softplus
    loss = loss if weight is None else loss * weight
    return _reduced(loss, reduction)


def _reduced(loss, reduction):
    return {"mean": ri.mean, "sum": ri.sum, "none": lambda x: x}[reduction](loss)


def _gelu(x, *, approximate="none"):
    if approximate == "none":
        return 0.5 * x * (1 + ri.erf(x * math.sqrt(0.5)))
    return 0.5 * x * (1 + ri.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def _huber(x, y, reduction="mean", delta=1.0):
    size = ri.abs(x - y)
    loss = ri.where(size < delta, 0.5 * size * size, delta * (size - 0.5 * delta))
    return _reduced(loss, reduction)


def _sorted(x, dim=-1, descending=False, stable=False):
    if x.ndim == 0:
        return x, ri.zeros_like(ri.astype(x, ri.int64))
    order = ri.argsort(x, axis=dim, descending=descending)
    return ri.take_along_axis(x, order, axis=dim), order


def _topk(x, k, dim=-1, largest=True, sorted=True):
    refuse_if(x.ndim == 0, "takes an axis of a tensor without axes")
    refuse_if(not sorted, "the order is not defined")
    if largest:
        return ri.topk(x, k, axis=dim)
    values, indices = ri.topk(-x, k, axis=dim)
    return -values, indices


def _chunks(x, chunks, dim=0):
    size = -(-x.shape[dim] // chunks)
    return _split(x, size, dim)


def _split(x, size, dim=0):
    ends = range(size, x.shape[dim], size) if isinstance(size, int) else _ends(size)
    return ri.split(x, list(ends), axis=dim)


def _ends(sizes):
    return [sum(sizes[:i]) for i in range(1, len(sizes))]


def _squeezed(x, dim=None):
    axes = range(x.ndim) if dim is None else dim if isinstance(dim, tuple) else (dim,)
    ones = tuple(a for a in axes if x.ndim and x.shape[a] == 1)
    return ri.squeeze(x, axis=ones)


def _swapped(x, a, b):
    return ri.swapaxes(x, a, b) if x.ndim else x


def _gathered(x, dim, index, *, sparse_grad=False):
    refuse_if(x.ndim == 0 or index.ndim == 0, "takes an axis of a tensor without axes")
    refuse_if(x.ndim != index.ndim, "an empty index of fewer axes")
    refuse_if(
        any(
            n != m
            for a, (n, m) in enumerate(zip(x.shape, index.shape, strict=True))
            if a != dim % x.ndim
        ),
        "the index covers a part of the other axes",
    )
    return ri.take_along_axis(x, index, axis=dim)


def _index_select(x, dim, index):
    refuse_if(x.ndim == 0 or index.ndim == 0, "takes an axis of a tensor without axes")
    return ri.take(x, index, axis=dim)


def _index_add(x, dim, index, source, *, alpha=1):
    refuse_if(x.ndim == 0 or index.ndim == 0, "takes an axis of a tensor without axes")
    axis = dim % x.ndim
    return x.at[(slice(None),) * axis + (index,)].add(alpha * source)


def _index_put(x, indices, values, accumulate=False):
    refuse_if(any(i.dtype == ri.bool for i in indices), "boolean masks of values")
    place = x.at[tuple(indices)]
    return place.add(values) if accumulate else place.set(values)


def _clamp(x, min=None, max=None):
    bounds = [b for b in (min, max) if isinstance(b, ri.Tensor)]
    refuse_if(any(b.dtype != x.dtype for b in bounds), "kinds of dtypes do not mix")
    return ri.clip(x, min, max)


def _attention(q, k, v, attn_mask=None, dropout_p=0.0, is_causal=False, **options):
    refuse_if(dropout_p, "dropout is random")
    refuse_if(options.get("enable_gqa"), "grouped queries")
    scale = options.get("scale") or 1 / math.sqrt(q.shape[-1])
    scores = q @ ri.matrix_transpose(k) * scale
    if is_causal:
        mask = ri.tril(ri.ones(scores.shape[-2:], dtype=ri.bool))
        scores = ri.where(mask, scores, -math.inf)
    elif attn_mask is not None and attn_mask.dtype == ri.bool:
        scores = ri.where(attn_mask, scores, -math.inf)
    elif attn_mask is not None:
        scores = scores + attn_mask
    return ri.softmax(scores, axis=-1) @ v


def _embedding(weight, index, padding_idx=None, max_norm=None, *args, **options):
    refuse_if(max_norm is not None, "renormalises the table in place")
    refuse_if(padding_idx is not None, "padding_idx changes the derivative")
    refuse_if(args or options.get("scale_grad_by_freq"), "scale_grad_by_freq")
    return ri.take(weight, index, axis=0)


def _factorised(x, some=True, compute_uv=True):
    refuse_if(not some or not compute_uv, "needs all vectors or none")
    u, s, vh = ri.svd(x, full_matrices=False)
    return u, s, ri.matrix_transpose(ri.conj(vh))


def _zero_padded_index(x, y):
    """xlogy: 0 log y is 0, whatever y is, but for NaN."""
    is_zero = (x == 0) & ~ri.isnan(y)
    return ri.where(is_zero, ri.zeros_like(x * y), x * ri.log(ri.where(is_zero, 1, y)))


ELEMENTWISE = {
    name: getattr(ri, name)
    for name in [
        "abs",
        "acos",
        "acosh",
        "asin",
        "asinh",
        "atan",
        "atanh",
        "ceil",
        "cos",
        "cosh",
        "erf",
        "exp",
        "exp2",
        "expm1",
        "floor",
        "log",
        "log10",
        "log1p",
        "log2",
        "positive",
        "reciprocal",
        "rsqrt",
        "sigmoid",
        "sign",
        "sin",
        "sinh",
        "sqrt",
        "square",
        "tan",
        "tanh",
        "trunc",
        "hypot",
        "logaddexp",
        "maximum",
        "minimum",
        "copysign",
        "remainder",
    ]
}

TRANSLATIONS = {
    **ELEMENTWISE,
    "add": lambda x, y, *, alpha=1: x + alpha * y,
    "sub": lambda x, y, *, alpha=1: x - alpha * y,
    "rsub": lambda x, y, alpha=1: y - alpha * x,
    "mul": ri.multiply,
    "neg": ri.negative,
    "div": _divide,
    "true_divide": _divide,
    "pow": ri.pow,
    "float_power": ri.pow,
    "atan2": ri.atan2,
    "erfc": ri.erfc,
    "sgn": ri.sign,
    "round": lambda x, *, decimals=0: (
        refuse_if(decimals, "rounds to decimals") or ri.round(x)
    ),
    "frac": lambda x: x - ri.trunc(x),
    "deg2rad": lambda x: x * (math.pi / 180),
    "rad2deg": lambda x: x * (180 / math.pi),
    "clamp": _clamp,
    "clamp_min": lambda x, min: ri.clip(x, min, None),
    "clamp_max": lambda x, max: ri.clip(x, None, max),
    "lerp": lambda x, y, weight: x + weight * (y - x),
    "addcmul": lambda x, a, b, *, value=1: x + value * a * b,
    "addcdiv": lambda x, a, b, *, value=1: x + value * a / b,
    "logit": lambda x, eps=None: (lambda p: ri.log(p) - ri.log1p(-p))(
        x if eps is None else ri.clip(x, eps, 1 - eps)
    ),
    "xlogy": _zero_padded_index,
    "where": lambda x, condition, y: ri.where(condition, x, y),
    "masked_fill": lambda x, mask, value: ri.where(mask, value, x),
    "__radd__": lambda x, y: y + x,
    "__rsub__": lambda x, y: y - x,
    "__rmul__": lambda x, y: y * x,
    "__rdiv__": lambda x, y: y / x,
    "__rmod__": lambda x, y: y % x,
    "__rpow__": lambda x, y: y**x,
    "__rmatmul__": lambda x, y: y @ x,
    # Reductions.
    "sum": _reduction(ri.sum),
    "mean": _reduction(ri.mean),
    "prod": _reduction(ri.prod),
    "amax": _reduction(ri.max),
    "amin": _reduction(ri.min),
    "max": _extreme(ri.max, ri.argmax),
    "min": _extreme(ri.min, ri.argmin),
    "logsumexp": _reduction(ri.logsumexp),
    "var": _spread(ri.var),
    "std": _spread(ri.std),
    "norm": _norm,
    "linalg.vector_norm": _vector_norm,
    "cumsum": _scanned(ri.cumulative_sum),
    "cumprod": _scanned(ri.cumulative_prod),
    "softmax": _softmax_like(ri.softmax),
    "log_softmax": _softmax_like(ri.log_softmax),
    "nn.functional.softmin": _softmax_like(lambda x, axis: ri.softmax(-x, axis=axis)),
    "sort": _sorted,
    "topk": _topk,
    "trace": ri.trace,
    "diff": lambda x, n=1, dim=-1, prepend=None, append=None: ri.diff(
        x, axis=dim, n=n, prepend=prepend, append=append
    ),
    # Movement.
    "reshape": ri.reshape,
    "view": ri.reshape,
    "reshape_as": lambda x, like: ri.reshape(x, like.shape),
    "view_as": lambda x, like: ri.reshape(x, like.shape),
    "ravel": lambda x: ri.reshape(x, -1),
    "permute": lambda x, dims: ri.permute_dims(x, dims),
    "transpose": _swapped,
    "t": lambda x: ri.matrix_transpose(x) if x.ndim == 2 else x,
    "T": lambda x: ri.matrix_transpose(x) if x.ndim == 2 else x,
    "mT": ri.matrix_transpose,
    "movedim": ri.moveaxis,
    "broadcast_to": ri.broadcast_to,
    "expand_as": lambda x, like: ri.broadcast_to(x, like.shape),
    "squeeze": _squeezed,
    "unsqueeze": lambda x, dim: ri.expand_dims(x, axis=dim),
    "flip": lambda x, dims: ri.flip(x, axis=tuple(dims)),
    "fliplr": lambda x: ri.flip(x, axis=1),
    "flipud": lambda x: ri.flip(x, axis=0),
    "roll": lambda x, shifts, dims=None: ri.roll(
        x, shifts, axis=dims if dims not in ((), []) else None
    ),
    "cat": lambda xs, dim=0: ri.concat(
        [x for x in xs if x.shape != (0,)] or list(xs), axis=dim
    ),
    "stack": lambda xs, dim=0: ri.stack(xs, axis=dim),
    "chunk": _chunks,
    "split": _split,
    "split_with_sizes": _split,
    "unbind": lambda x, dim=0: ri.unstack(x, axis=dim),
    "tile": lambda x, dims: ri.tile(x, dims),
    "repeat": lambda x, sizes: ri.tile(x, sizes),
    "constant_pad_nd": lambda x, pad, value=0: _pad(x, pad, value=value),
    "nn.functional.pad": _pad,
    "narrow": lambda x, dim, start, length: ri.take(
        x,
        (start if isinstance(start, int) else start.item()) + ri.arange(length),
        axis=dim,
    ),
    "tril": lambda x, diagonal=0: ri.tril(x, k=diagonal),
    "triu": lambda x, diagonal=0: ri.triu(x, k=diagonal),
    "diagonal": lambda x, offset=0, dim1=0, dim2=1: ri.diagonal(
        ri.moveaxis(x, (dim1, dim2), (-2, -1)), offset=offset
    ),
    # Indexing.
    "__getitem__": lambda x, index: x[index],
    "gather": _gathered,
    "take_along_dim": lambda x, indices, dim=None: (
        ri.take_along_axis(x, indices, axis=dim)
        if dim is not None
        else ri.take(ri.reshape(x, -1), ri.reshape(indices, -1), axis=0)
    ),
    "index_select": _index_select,
    "index_add": _index_add,
    "index_put": _index_put,
    "select": lambda x, dim, index: x[(slice(None),) * (dim % x.ndim) + (index,)],
    "nn.functional.embedding": _embedding,
    # Contraction.
    "matmul": ri.matmul,
    "mm": ri.matmul,
    "bmm": ri.matmul,
    "mv": ri.matmul,
    "dot": ri.vecdot,
    "outer": ri.outer,
    "inner": lambda x, y: (
        ri.tensordot(x, y, axes=((-1,), (-1,))) if x.ndim and y.ndim else x * y
    ),
    "einsum": _einsum,
    "tensordot": _tensordot,
    "addmm": lambda x, a, b, *, beta=1, alpha=1: _affine(x, beta, a @ b, alpha),
    "addmv": lambda x, a, b, *, beta=1, alpha=1: _affine(x, beta, a @ b, alpha),
    "addr": lambda x, a, b, *, beta=1, alpha=1: _affine(x, beta, ri.outer(a, b), alpha),
    "baddbmm": lambda x, a, b, *, beta=1, alpha=1: _affine(x, beta, a @ b, alpha),
    "addbmm": lambda x, a, b, *, beta=1, alpha=1: _affine(
        x, beta, ri.sum(a @ b, axis=0), alpha
    ),
    "nn.functional.linear": lambda x, weight, bias=None: (
        (x @ weight.T if weight.ndim == 2 else x @ weight)
        + (0.0 if bias is None else bias)
    ),
    "nn.functional.conv1d": _convolution(ri.conv, 1),
    "nn.functional.conv2d": _convolution(ri.conv, 2),
    "nn.functional.conv3d": _convolution(ri.conv, 3),
    "nn.functional.conv_transpose1d": _convolution(ri.conv_transpose, 1),
    "nn.functional.conv_transpose2d": _convolution(ri.conv_transpose, 2),
    "nn.functional.conv_transpose3d": _convolution(ri.conv_transpose, 3),
    "nn.functional.max_pool1d": _pooled(ri.max_pool, 1),
    "nn.functional.max_pool2d": _pooled(ri.max_pool, 2),
    "nn.functional.max_pool3d": _pooled(ri.max_pool, 3),
    "nn.functional.avg_pool1d": _pooled(ri.avg_pool, 1),
    "nn.functional.avg_pool2d": _pooled(ri.avg_pool, 2),
    "nn.functional.avg_pool3d": _pooled(ri.avg_pool, 3),
    # What models are made of.
    "nn.functional.relu": lambda x, inplace=False: ri.relu(x),
    "nn.functional.leaky_relu": lambda x, negative_slope=0.01, inplace=False: ri.where(
        x > 0, x, negative_slope * x
    ),
    "nn.functional.elu": lambda x, alpha=1.0, inplace=False: ri.where(
        x > 0, x, alpha * ri.expm1(ri.where(x > 0, 0, x))
    ),
    "nn.functional.silu": lambda x, inplace=False: x * ri.sigmoid(x),
    "nn.functional.gelu": _gelu,
    "nn.functional.softplus": lambda x, beta=1, threshold=20: ri.where(
        beta * x > threshold, x, ri.logaddexp(beta * x, ri.zeros_like(x)) / beta
    ),
    "nn.functional.logsigmoid": lambda x: -ri.logaddexp(-x, ri.zeros_like(x)),
    "nn.functional.softsign": lambda x: x / (1 + ri.abs(x)),
    "nn.functional.tanhshrink": lambda x: x - ri.tanh(x),
    "nn.functional.mish": lambda x, inplace=False: (
        x * ri.tanh(ri.logaddexp(x, ri.zeros_like(x)))
    ),
    "nn.functional.layer_norm": _layer_norm,
    "nn.functional.mse_loss": lambda x, y, reduction="mean": _reduced(
        (x - y) * (x - y), reduction
    ),
    "nn.functional.l1_loss": lambda x, y, reduction="mean": _reduced(
        ri.abs(x - y), reduction
    ),
    "nn.functional.huber_loss": _huber,
    "nn.functional.binary_cross_entropy_with_logits": _cross_entropy_of_logits,
    "nn.functional.scaled_dot_product_attention": _attention,
    # Linear algebra.
    "linalg.cholesky": lambda x, *, upper=False: ri.cholesky(x, upper=upper),
    "linalg.solve": _solve,
    "linalg.inv": ri.inv,
    "linalg.det": ri.det,
    "linalg.slogdet": ri.slogdet,
    "linalg.svdvals": lambda x, *, driver=None: ri.svdvals(x),
    "linalg.matrix_power": lambda x, n: ri.matrix_power(x, n),
    "linalg.cross": lambda x, y, *, dim=-1: ri.cross(x, y, axis=dim),
    "linalg.vecdot": lambda x, y, *, dim=-1: ri.vecdot(x, y, axis=dim),
    "linalg.diagonal": lambda x, *, offset=0, dim1=-2, dim2=-1: ri.diagonal(
        ri.moveaxis(x, (dim1, dim2), (-2, -1)), offset=offset
    ),
    "linalg.pinv": _pinv,
}
