"""Every op and every function that is composed of ops.

Each module lists in `__all__` what it offers; together they are the public functions.
"""
# ruff: noqa: F403

import types

# What is not public here: the namespace `ri.fft`, and the primitives of keys.
from . import fourier, threefry  # noqa: F401
from .complex_numbers import *
from .contraction import *
from .convolution import *
from .creation import *
from .cumulative import *
from .determinant import *
from .eigenvalues import *
from .elementwise import *
from .exponentials import *
from .extremes import *
from .factorisation import *
from .gathering import *
from .grid import *
from .indexing import *
from .inverse import *
from .joining import *
from .linalg import *
from .matmul import *
from .permuting import *
from .pooling import *
from .reduction import *
from .repetition import *
from .reshaping import *
from .searching import *
from .singular_values import *
from .slicing import *
from .sorting import *
from .statistics import *
from .summation import *
from .updating import *

__all__ = [
    name
    for name, value in globals().items()
    if not name.startswith("_") and not isinstance(value, types.ModuleType)
]
