"""The Array API standard, version 2024.12, as a namespace over tensors.

    import reference_impl.array_api as xp

    xp.linalg.solve(xp.eye(2), xp.asarray([1.0, 2.0]))

A program that takes its functions from `x.__array_namespace__()` runs with this
framework as with NumPy, PyTorch or JAX. Every function is the framework's own, with
exactly the signature that the standard gives it; derivatives and capture work through
them. The chapter on the Array API lists where the framework differs.
"""
# ruff: noqa: F401, F403

import math
import sys
import types

from ..core import tensor as _tensor
from ..core.ops import (
    arange,
    asarray,
    empty,
    empty_like,
    eye,
    from_dlpack,
    full,
    full_like,
    linspace,
    meshgrid,
    ones,
    ones_like,
    tril,
    triu,
    zeros,
    zeros_like,
)
from . import fft, linalg
from .data_types import *
from .elementwise import *
from .inspection import __array_namespace_info__
from .linalg import matmul, matrix_transpose, tensordot, vecdot
from .manipulation import *
from .searching import *
from .sets import *
from .statistical import *

__array_api_version__ = "2024.12"

e, inf, nan, pi = math.e, math.inf, math.nan, math.pi
newaxis = None

__all__ = [
    "__array_api_version__",
    "__array_namespace_info__",
    "fft",
    "linalg",
    *(
        name
        for name, value in globals().items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    ),
]

# Each version of the standard contains those before it.
_VERSIONS = ("2021.12", "2022.12", "2023.12", __array_api_version__)
_tensor.NAMESPACES.update(dict.fromkeys(_VERSIONS, sys.modules[__name__]))
