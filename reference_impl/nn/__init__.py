"""Layers, losses, initialisers and distributions, composed of the core's ops.

Modules import downwards only:

    activations                functions of single elements between layers
    normal_quantile            where the normal distribution reaches a probability
    initialisers               first values of parameters
    distributions/             random numbers: samples, densities, entropies
    parts                      what an optimiser updates, and what layers do themselves
    summary                    what a model consists of
    layer                      what a layer is
    containers                 layers made of layers
    parameters                 what parameters of a layer may begin with
    linear                     the affine map
    convolution                sliding filters and their transposes
    global_pooling             the largest, or the mean, of an image
    pooling adaptive_pooling   of its windows; of as many parts as are asked for
    normalisation              shift and scale by a sample's mean and spread
    batch_norm                 and by those of a batch
    dropout                    random elements become zero
    embedding                  rows that stand for integers
    flatten                    other shapes of samples
    cells                      one step of a recurrent network
    recurrent stacked          cells along sequences; several such layers
    attention                  weighted averages of what queries may read
    multi_head_attention       as a layer; what it has read before
    transformer                attention and a perceptron around shortcuts
    losses/                    maps to one number that training makes small
"""

from . import distributions
from .activations import (
    celu,
    elu,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_swish,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    mish,
    prelu,
    relu6,
    selu,
    silu,
    soft_shrink,
    softplus,
    softsign,
)
from .adaptive_pooling import AdaptiveAvgPool, AdaptiveMaxPool
from .attention import (
    causal_mask,
    padding_mask,
    scaled_dot_product_attention,
)
from .batch_norm import BatchNorm
from .cells import (
    gru_cell,
    gru_cell_reset_before,
    lstm_cell,
    rnn_cell,
)
from .containers import Activation, Residual, Sequential
from .convolution import (
    Conv,
    Conv1d,
    Conv2d,
    ConvTranspose,
    ConvTranspose1d,
    ConvTranspose2d,
)
from .dropout import Dropout
from .embedding import Embedding
from .flatten import Flatten, Reshape
from .global_pooling import GlobalAvgPool, GlobalMaxPool
from .initialisers import (
    Fans,
    Initialiser,
    fan_in_uniform,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
    orthogonal,
    truncated_normal,
    variance_scaling,
)
from .layer import Layer
from .linear import Linear
from .losses import (
    binary_cross_entropy,
    cosine_embedding,
    cosine_similarity,
    cross_entropy,
    ctc,
    gaussian_negative_log_likelihood,
    hinge,
    huber,
    kl_divergence,
    mean_absolute_error,
    mean_squared_error,
    multi_class_hinge,
    negative_log_likelihood,
    poisson_negative_log_likelihood,
    smooth_l1,
    triplet_margin,
)
from .multi_head_attention import (
    KeyValueCache,
    MultiHeadAttention,
)
from .normalisation import GroupNorm, LayerNorm, RMSNorm
from .parts import combine, partition, static, statistic
from .pooling import AvgPool, MaxPool
from .recurrent import GRU, LSTM, RNN, Recurrent, SequenceLayer, hidden_uniform
from .stacked import Bidirectional, Stacked
from .transformer import (
    TransformerBlock,
    sinusoidal_positions,
)

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "AdaptiveAvgPool",
    "AdaptiveMaxPool",
    "AvgPool",
    "BatchNorm",
    "Bidirectional",
    "Conv",
    "Conv1d",
    "Conv2d",
    "ConvTranspose",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "Dropout",
    "Embedding",
    "Fans",
    "Flatten",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "GroupNorm",
    "Initialiser",
    "KeyValueCache",
    "Layer",
    "LayerNorm",
    "Linear",
    "MaxPool",
    "MultiHeadAttention",
    "RMSNorm",
    "Recurrent",
    "Reshape",
    "Residual",
    "SequenceLayer",
    "Sequential",
    "Stacked",
    "TransformerBlock",
    "binary_cross_entropy",
    "causal_mask",
    "celu",
    "combine",
    "cosine_embedding",
    "cosine_similarity",
    "cross_entropy",
    "ctc",
    "distributions",
    "elu",
    "fan_in_uniform",
    "gaussian_negative_log_likelihood",
    "gelu",
    "glorot_normal",
    "glorot_uniform",
    "glu",
    "gru_cell",
    "gru_cell_reset_before",
    "hard_shrink",
    "hard_sigmoid",
    "hard_swish",
    "hard_tanh",
    "he_normal",
    "he_uniform",
    "hidden_uniform",
    "hinge",
    "huber",
    "kl_divergence",
    "leaky_relu",
    "lecun_normal",
    "lecun_uniform",
    "log_sigmoid",
    "lstm_cell",
    "mean_absolute_error",
    "mean_squared_error",
    "mish",
    "multi_class_hinge",
    "negative_log_likelihood",
    "orthogonal",
    "padding_mask",
    "partition",
    "poisson_negative_log_likelihood",
    "prelu",
    "relu6",
    "rnn_cell",
    "scaled_dot_product_attention",
    "selu",
    "silu",
    "sinusoidal_positions",
    "smooth_l1",
    "soft_shrink",
    "softplus",
    "softsign",
    "static",
    "statistic",
    "triplet_margin",
    "truncated_normal",
    "variance_scaling",
]
