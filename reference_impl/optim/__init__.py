"""Optimisers: pairs of pure functions on trees of parameters."""

from .sgd import Optimiser, sgd

__all__ = ["Optimiser", "sgd"]
