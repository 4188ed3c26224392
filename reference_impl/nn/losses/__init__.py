"""Losses: maps to one number that training makes small.

Every loss averages over what it is given, unless `reduction` says otherwise. Where a
tensor is needed, what `ri.tensor` makes one of will do. Modules import downwards only:

    operands            what losses are given, checked by name
    reduction           from many losses to one
    regression          numbers: how far predictions are from targets
    labels              labels beside what is said about every class
    classification      probabilities of classes: how unlikely the right one is
    hinge               scores of classes: by how much the right one leads
    embeddings          vectors: which are near each other
    ctc                 sequences of labels, without saying when each occurs
"""

from .classification import (
    binary_cross_entropy,
    cross_entropy,
    kl_divergence,
    negative_log_likelihood,
)
from .ctc import ctc
from .embeddings import cosine_embedding, cosine_similarity, triplet_margin
from .hinge import hinge, multi_class_hinge
from .regression import (
    gaussian_negative_log_likelihood,
    huber,
    mean_absolute_error,
    mean_squared_error,
    poisson_negative_log_likelihood,
    smooth_l1,
)

__all__ = [
    "binary_cross_entropy",
    "cosine_embedding",
    "cosine_similarity",
    "cross_entropy",
    "ctc",
    "gaussian_negative_log_likelihood",
    "hinge",
    "huber",
    "kl_divergence",
    "mean_absolute_error",
    "mean_squared_error",
    "multi_class_hinge",
    "negative_log_likelihood",
    "poisson_negative_log_likelihood",
    "smooth_l1",
    "triplet_margin",
]
