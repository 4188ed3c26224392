"""Every op and every function that is composed of ops.

Each module lists in `__all__` what it offers; together they are the public functions.
"""

from . import (
    complex_numbers,
    contraction,
    convolution,
    creation,
    cumulative,
    determinant,
    eigenvalues,
    elementwise,
    exponentials,
    extremes,
    factorisation,
    fourier,  # noqa: F401 - the namespace `ri.fft`
    gathering,
    grid,
    indexing,
    inverse,
    joining,
    linalg,
    movement,
    pooling,
    reduction,
    repetition,
    searching,
    singular_values,
    slicing,
    sorting,
    statistics,
    summation,
    threefry,
    updating,
    windows,
)
from .complex_numbers import *  # noqa: F403
from .contraction import *  # noqa: F403
from .convolution import *  # noqa: F403
from .creation import *  # noqa: F403
from .cumulative import *  # noqa: F403
from .determinant import *  # noqa: F403
from .eigenvalues import *  # noqa: F403
from .elementwise import *  # noqa: F403
from .exponentials import *  # noqa: F403
from .extremes import *  # noqa: F403
from .factorisation import *  # noqa: F403
from .gathering import *  # noqa: F403
from .grid import *  # noqa: F403
from .indexing import *  # noqa: F403
from .inverse import *  # noqa: F403
from .joining import *  # noqa: F403
from .linalg import *  # noqa: F403
from .movement import *  # noqa: F403
from .pooling import *  # noqa: F403
from .reduction import *  # noqa: F403
from .repetition import *  # noqa: F403
from .searching import *  # noqa: F403
from .singular_values import *  # noqa: F403
from .slicing import *  # noqa: F403
from .sorting import *  # noqa: F403
from .statistics import *  # noqa: F403
from .summation import *  # noqa: F403
from .threefry import *  # noqa: F403
from .updating import *  # noqa: F403
from .windows import *  # noqa: F403

MODULES = (
    complex_numbers,
    contraction,
    convolution,
    creation,
    cumulative,
    determinant,
    eigenvalues,
    *elementwise.FAMILIES,
    exponentials,
    extremes,
    factorisation,
    gathering,
    grid,
    indexing,
    inverse,
    joining,
    linalg,
    movement,
    pooling,
    reduction,
    repetition,
    searching,
    singular_values,
    slicing,
    sorting,
    statistics,
    summation,
    threefry,
    updating,
    windows,
)

__all__ = [name for module in MODULES for name in module.__all__]
