"""Random numbers that are functions of a key: `reference_impl.random`.

A number depends on the key, on its position in the result counted in row-major order,
and on nothing else, so it is the same on every device and in every program. It is made
of random bits by ops: numbers that move with the parameters of their distribution have
derivatives by them.

Every function that draws uses its key up, unless it fails, and raises a `KeyReuseError`
if somebody has used it before.
"""

from .continuous import normal, uniform
from .discrete import bernoulli, bits, categorical, integers, permutation
from .keys import Key, clone, fold_in, key, split

__all__ = [
    "Key",
    "bernoulli",
    "bits",
    "categorical",
    "clone",
    "fold_in",
    "integers",
    "key",
    "normal",
    "permutation",
    "split",
    "uniform",
]
