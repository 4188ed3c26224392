"""The Array API standard, version 2024.12, as a namespace over tensors.

    import reference_impl.array_api as xp

    xp.linalg.solve(xp.eye(2), xp.asarray([1.0, 2.0]))

A program that takes its functions from `x.__array_namespace__()` runs with this
framework as with NumPy, PyTorch or JAX. Every function is the framework's own, with
exactly the signature that the standard gives it; derivatives and capture work through
them. The chapter on the Array API lists where the framework differs.
"""

from __future__ import annotations

import math
import sys

from ..core.tensor import NAMESPACES
from . import (
    creation,
    data_types,
    elementwise,
    fft,
    inspection,
    linalg,
    manipulation,
    searching,
    sets,
    statistical,
)
from .creation import *  # noqa: F403
from .data_types import *  # noqa: F403
from .elementwise import *  # noqa: F403
from .inspection import *  # noqa: F403
from .linalg import matmul, matrix_transpose, tensordot, vecdot
from .manipulation import *  # noqa: F403
from .searching import *  # noqa: F403
from .sets import *  # noqa: F403
from .statistical import *  # noqa: F403

__array_api_version__ = "2024.12"

e, inf, nan, pi = math.e, math.inf, math.nan, math.pi
newaxis = None

_SECTIONS = (
    creation,
    data_types,
    elementwise,
    inspection,
    manipulation,
    searching,
    sets,
    statistical,
)

__all__ = [
    "__array_api_version__",
    "e",
    "fft",
    "inf",
    "linalg",
    "matmul",
    "matrix_transpose",
    "nan",
    "newaxis",
    "pi",
    "tensordot",
    "vecdot",
    *(name for section in _SECTIONS for name in section.__all__),
]

# Each version of the standard contains those before it.
VERSIONS = ("2021.12", "2022.12", "2023.12", __array_api_version__)
NAMESPACES.update(dict.fromkeys(VERSIONS, sys.modules[__name__]))
