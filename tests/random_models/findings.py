"""What random models found in the frameworks, as data.

Each finding has a witness of its name in `witnesses/FRAMEWORK.py`, a minimal program
that returns how far the framework is from what is right; a difference in shape or a
refusal counts as 1. The tables of layers avoid exactly these cases. A test asks every
witness, so that a release that mends one is noticed: then the row and its witness go,
and the table may use what was avoided.

Versions are those in which it was seen.
"""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """What one framework does, and others do not."""

    framework: str
    name: str
    kinds: tuple[str, ...]
    versions: str
    at_least: float
    seen: str


MXNET, KERAS = "mxnet 1.9.1", "tensorflow 2.21, keras 3.15"

FINDINGS = (
    Finding(
        "mxnet",
        "leaky_relu_in_float32",
        ("leaky_relu",),
        MXNET,
        1e-9,
        "nd.LeakyReLU multiplies float64 by a slope in float32",
    ),
    Finding(
        "mxnet",
        "selu_in_float32",
        ("selu",),
        MXNET,
        1e-9,
        "nd.LeakyReLU has the constants of selu in float32",
    ),
    Finding(
        "mxnet",
        "gelu_in_float32",
        ("gelu",),
        MXNET,
        1e-9,
        "nd.LeakyReLU computes the gelu of float64 with constants in float32",
    ),
    Finding(
        "mxnet",
        "slope_of_erf_in_float32",
        ("gelu",),
        MXNET,
        1e-9,
        "the gradient of nd.erf has a constant in float32; its value is exact",
    ),
    Finding(
        "mxnet",
        "epsilon_in_float32",
        ("layer_norm", "batch_norm"),
        MXNET,
        1e-10,
        "the epsilon of a normalisation is rounded to float32; the models take 2^-17",
    ),
    Finding(
        "mxnet",
        "instance_norm_of_float64",
        ("instance_norm",),
        MXNET,
        1.0,
        "nd.InstanceNorm refuses float64",
    ),
    Finding(
        "mxnet",
        "group_norm_by_group",
        ("group_norm",),
        MXNET,
        1.0,
        "nd.GroupNorm wants a weight for each group; elsewhere, and in the article, "
        "there is one for each channel",
    ),
    Finding(
        "mxnet",
        "slope_of_equal_largest",
        ("reduce_max",),
        MXNET,
        1.0,
        "each of two equally large elements gets the whole gradient of nd.max; in "
        "PyTorch, TensorFlow and JAX they share it",
    ),
    Finding(
        "mxnet",
        "pad_of_a_sequence",
        ("pad",),
        MXNET,
        1.0,
        "nd.pad refuses arrays with three axes",
    ),
    Finding(
        "tensorflow",
        "gelu_in_float32",
        ("gelu",),
        KERAS,
        1e-11,
        "tf.nn.gelu has constants in float32, whatever it reads",
    ),
    Finding(
        "tensorflow",
        "slope_of_leaky_relu_in_float32",
        ("leaky_relu",),
        KERAS,
        1e-10,
        "the slope of tf.nn.leaky_relu is rounded to float32; the models take 1/4",
    ),
    Finding(
        "tensorflow",
        "transpose_of_a_wide_stride",
        ("conv_transpose2d",),
        KERAS,
        1.0,
        "the result of Conv2DTranspose is longer than (n - 1) stride + size where the "
        "stride exceeds the filter: it is filled up with the bias",
    ),
    Finding(
        "tensorflow",
        "stride_with_dilation",
        ("conv1d", "conv2d"),
        KERAS,
        1.0,
        "convolutions of Keras refuse a stride together with a dilation",
    ),
    Finding(
        "tensorflow",
        "slope_of_selu_at_zero",
        ("selu",),
        KERAS,
        0.1,
        "the derivative of tf.nn.selu at 0 is that of its right side; PyTorch and JAX "
        "take the left one",
    ),
    Finding(
        "pytorch",
        "softplus_is_linear",
        ("softplus",),
        "torch 2.13",
        1e-10,
        "F.softplus is x above 20, its default threshold; the models take 40",
    ),
    Finding(
        "jax",
        "attention_in_float32",
        ("attention",),
        "jax 0.10",
        1e-9,
        "jax.nn.dot_product_attention computes the products of float64 in float32",
    ),
)
