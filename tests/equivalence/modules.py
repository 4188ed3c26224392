"""PyTorch's modules, written with the reference's layers: one line a name.

A row is a function of a module and of `take`, which turns the module's tensors into
ours. It returns a layer, or any function that computes what the module does; a layer's
`training` is what is compared if the module is in training. A row may do anything to a
parameter that can be differentiated: gradients are compared by PyTorch's parameter.

To add one, write the row and strike its name from `LEFT_OUT`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from equivalence import sequences
from equivalence.opinfo import refuse_if

import reference_impl as ri
from reference_impl import nn


def take_or_none(take: Callable[[Any], Any], parameter: Any) -> Any:
    """A parameter in our types, if the module has it."""
    return None if parameter is None else take(parameter)


def for_single(function: Callable[[Any], Any], rank: int) -> Callable[[Any], Any]:
    """The function, for a single sample, which has one axis less than `rank`, too."""

    def of_any(x: Any) -> Any:
        if x.ndim == rank:
            return function(x)
        return ri.squeeze(function(ri.expand_dims(x, axis=0)), axis=0)

    return of_any


def _linear(m, take):
    return nn.Linear(take(m.weight).T, take_or_none(take, m.bias))


def _convolution(m, take):
    refuse_if(m.padding_mode != "zeros", "pads with something else than zeros")
    settings = (m.stride, m.padding, m.dilation, m.groups)
    layer = nn.Conv(take(m.weight), take_or_none(take, m.bias), *settings)
    return for_single(layer, m.weight.ndim)


def _transposed_convolution(m, take):
    settings = (m.stride, m.padding, m.dilation, m.groups, m.output_padding)
    layer = nn.ConvTranspose(take(m.weight), take_or_none(take, m.bias), *settings)
    return for_single(layer, m.weight.ndim)


def _batch_norm(m, take):
    refuse_if(m.momentum is None, "averages over all batches")
    parameters = (m.weight, m.bias, m.running_mean, m.running_var)
    taken = [take_or_none(take, each) for each in parameters]
    return nn.BatchNorm(m.num_features, *taken, eps=m.eps, momentum=m.momentum)


def _layer_norm(m, take):
    taken = (take_or_none(take, each) for each in (m.weight, m.bias))
    return nn.LayerNorm(m.normalized_shape, *taken, eps=m.eps)


def _rms_norm(m, take):
    return nn.RMSNorm(m.normalized_shape, take_or_none(take, m.weight), eps=m.eps)


def _group_norm(m, take):
    taken = (take_or_none(take, each) for each in (m.weight, m.bias))
    return nn.GroupNorm(m.num_groups, m.num_channels, *taken, eps=m.eps)


def _instance_norm(rank):
    def translated(m, take):
        refuse_if(m.track_running_stats, "keeps statistics of instances")
        taken = (take_or_none(take, each) for each in (m.weight, m.bias))
        layer = nn.GroupNorm(m.num_features, m.num_features, *taken, eps=m.eps)
        return for_single(layer, rank)

    return translated


def _pooling(kind, axes):
    def translated(m, take):
        refuse_if(getattr(m, "return_indices", False), "returns indices")
        refuse_if(getattr(m, "divisor_override", None), "has a divisor of its own")
        names = ("stride", "padding", "dilation", "ceil_mode", "count_include_pad")
        options = {name: getattr(m, name) for name in names if hasattr(m, name)}
        return for_single(kind(m.kernel_size, **options), axes + 2)

    return translated


def _adaptive(kind, axes):
    def translated(m, take):
        size = m.output_size
        sizes = size if isinstance(size, tuple) else (size,) * axes

        def pooled(x):  # `None` leaves an axis as it is
            whole = zip(sizes, x.shape[2:], strict=True)
            return kind(tuple(S if n is None else n for n, S in whole))(x)

        return for_single(pooled, axes + 2)

    return translated


def _embedding(m, take):
    refuse_if(m.max_norm is not None, "changes its table when it is read")
    return nn.Embedding(take(m.weight), m.padding_idx)


def _activation(function, **fields):
    """Options of the function by the names of the module's fields."""

    def translated(m, take):
        options = {name: take(getattr(m, field)) for name, field in fields.items()}
        return partial(function, **options)

    return translated


def _loss(function, **fields):
    return _activation(function, reduction="reduction", **fields)


def _softplus(m, take):
    refuse_if(m.threshold != 20, "is linear above another threshold")
    return partial(nn.softplus, beta=m.beta)


def _cross_entropy(m, take):
    options = {"weight": take(m.weight), "smoothing": m.label_smoothing}

    def loss(x, target):
        is_share = target.dtype.kind == "f"
        ignored = None if is_share else m.ignore_index
        return nn.cross_entropy(
            x, target, ignored=ignored, reduction=m.reduction, **options
        )

    return loss


def _margin_ranking(m, take):
    def ranked(x, y, signs):
        options = {"margin": m.margin, "reduction": m.reduction}
        # Among the signs of PyTorch's samples are zeros.
        leads = signs.astype(x.dtype) * (x - y)
        return nn.hinge(leads, ri.ones_like(leads), **options)

    return ranked


def _multi_margin(m, take):
    options = {"margin": m.margin, "weight": take(m.weight), "reduction": m.reduction}
    return partial(nn.multi_class_hinge, squared=m.p == 2, **options)


def _poisson(m, take):
    refuse_if(m.full or not m.log_input, "takes no logarithm, or adds a constant")
    return partial(nn.poisson_negative_log_likelihood, reduction=m.reduction)


def _ctc(m, take):
    options = {name: getattr(m, name) for name in ("blank", "reduction")}

    def loss(x, targets, *lengths):
        refuse_if(targets.ndim == 1, "joins targets without padding")
        lengths = [ri.tensor(each, dtype=ri.int64) for each in lengths]
        # PyTorch's gradient is the one by the logits that x is the log_softmax of.
        batch_first = ri.log_softmax(ri.swapaxes(x, 0, 1))
        return nn.ctc(
            batch_first, targets, *lengths, zero_infinity=m.zero_infinity, **options
        )

    return loss


TRANSLATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "nn.Linear": _linear,
    "nn.Conv1d": _convolution,
    "nn.Conv2d": _convolution,
    "nn.Conv3d": _convolution,
    "nn.ConvTranspose1d": _transposed_convolution,
    "nn.ConvTranspose2d": _transposed_convolution,
    "nn.ConvTranspose3d": _transposed_convolution,
    "nn.MaxPool1d": _pooling(nn.MaxPool, 1),
    "nn.MaxPool2d": _pooling(nn.MaxPool, 2),
    "nn.MaxPool3d": _pooling(nn.MaxPool, 3),
    "nn.AvgPool1d": _pooling(nn.AvgPool, 1),
    "nn.AvgPool2d": _pooling(nn.AvgPool, 2),
    "nn.AvgPool3d": _pooling(nn.AvgPool, 3),
    "nn.AdaptiveMaxPool1d": _adaptive(nn.AdaptiveMaxPool, 1),
    "nn.AdaptiveMaxPool2d": _adaptive(nn.AdaptiveMaxPool, 2),
    "nn.AdaptiveMaxPool3d": _adaptive(nn.AdaptiveMaxPool, 3),
    "nn.AdaptiveAvgPool1d": _adaptive(nn.AdaptiveAvgPool, 1),
    "nn.AdaptiveAvgPool2d": _adaptive(nn.AdaptiveAvgPool, 2),
    "nn.AdaptiveAvgPool3d": _adaptive(nn.AdaptiveAvgPool, 3),
    "nn.BatchNorm1d": _batch_norm,
    "nn.BatchNorm2d": _batch_norm,
    "nn.BatchNorm3d": _batch_norm,
    "nn.LayerNorm": _layer_norm,
    "nn.RMSNorm": _rms_norm,
    "nn.GroupNorm": _group_norm,
    "nn.Embedding": _embedding,
    "nn.InstanceNorm1d": _instance_norm(3),
    "nn.InstanceNorm2d": _instance_norm(4),
    "nn.InstanceNorm3d": _instance_norm(5),
    "nn.CELU": _activation(nn.celu, alpha="alpha"),
    "nn.ELU": _activation(nn.elu, alpha="alpha"),
    "nn.GELU": _activation(nn.gelu, approximate="approximate"),
    "nn.GLU": _activation(nn.glu, axis="dim"),
    "nn.Hardshrink": _activation(nn.hard_shrink, threshold="lambd"),
    "nn.Hardswish": _activation(nn.hard_swish),
    "nn.Hardtanh": _activation(nn.hard_tanh, low="min_val", high="max_val"),
    "nn.LeakyReLU": _activation(nn.leaky_relu, slope="negative_slope"),
    "nn.LogSigmoid": _activation(nn.log_sigmoid),
    "nn.Mish": _activation(nn.mish),
    "nn.PReLU": _activation(nn.prelu, weight="weight"),
    "nn.ReLU6": _activation(nn.relu6),
    "nn.SELU": _activation(nn.selu),
    "nn.SiLU": _activation(nn.silu),
    "nn.Softplus": _softplus,
    "nn.Softshrink": _activation(nn.soft_shrink, threshold="lambd"),
    "nn.Softsign": _activation(nn.softsign),
    "nn.BCEWithLogitsLoss": _loss(nn.binary_cross_entropy, weight="weight"),
    "nn.CTCLoss": _ctc,
    "nn.CosineEmbeddingLoss": _loss(nn.cosine_embedding, margin="margin"),
    "nn.CrossEntropyLoss": _cross_entropy,
    "nn.GaussianNLLLoss": _loss(
        nn.gaussian_negative_log_likelihood, full="full", eps="eps"
    ),
    "nn.HuberLoss": _loss(nn.huber, delta="delta"),
    "nn.KLDivLoss": _loss(nn.kl_divergence, is_log_target="log_target"),
    "nn.L1Loss": _loss(nn.mean_absolute_error),
    "nn.MSELoss": _loss(nn.mean_squared_error),
    "nn.MarginRankingLoss": _margin_ranking,
    "nn.MultiMarginLoss": _multi_margin,
    "nn.NLLLoss": _loss(
        nn.negative_log_likelihood, weight="weight", ignored="ignore_index"
    ),
    "nn.PoissonNLLLoss": _poisson,
    "nn.SmoothL1Loss": _loss(nn.smooth_l1, beta="beta"),
    **sequences.ROWS,
}

# The names of PyTorch's list without a row, by reason.
LEFT_OUT = {
    "its samples saturate the softmax; `test_sequences.py` has others": """
        MultiheadAttention TransformerDecoderLayer
    """,
    "finds its sizes at the first call, and changes; layers here never change": """
        LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d
        LazyConvTranspose3d
    """,
    "is no layer here: `ri.pad` pads": """
        CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d
        ConstantPad3d ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d
        ReplicationPad2d ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d
    """,
    "is an op, which is tested by PyTorch's samples of ops": """
        LogSoftmax ReLU Sigmoid Softmax Softmax2d Softmin Tanh
    """,
    "is a line of what other losses are made of": """
        BCELoss HingeEmbeddingLoss LinearCrossEntropyLoss MultiLabelMarginLoss
        MultiLabelSoftMarginLoss SoftMarginLoss
    """,
    "no model of the book has one": """
        Bilinear FractionalMaxPool2d FractionalMaxPool3d LPPool1d LPPool2d LPPool3d
        LocalResponseNorm Tanhshrink Threshold
    """,
}
