"""Every op and every function that is composed of ops.

Each module lists in `__all__` what it offers; together they are the public functions.
Modules import from those above them only, so they can be read in this order:

    creation                  tensors to begin with
    elementwise/              arithmetic, and other functions of single elements
    permuting reshaping       axes in another order; elements in another shape
    reduction extremes        many elements become one: sums and means; the largest
    softmax                   exponentials, as parts of their sum
    complex_numbers           parts, sizes, conjugates
    matmul contraction        products of matrices; products that sum over any axes
    slicing gathering         regular parts; rows at given positions
    joining repetition        tensors put together; copies
    surrounding               elements around them
    index_steps indexing      what an index selects; `x[index]`
    updating                  `x.at[index]`: the same with other elements there
    einsum                    sums of products over labelled axes
    cumulative products       running sums; products, running and whole
    sorting searching         orders; positions of what is looked for
    statistics                norms, variances, quantiles
    windows                   sliding windows, as views
    choosing                  the largest element of every window
    correlation               filters and windows: a form and its three products
    convolution pooling       what is made of every window
    grid                      ranges, coordinates, triangles
    lapack domains            how matrices are checked; those on which laws are tested
    inverse determinant       linear systems; determinants
    factorisation             triangular factors
    phases eigenvalues        which vectors are taken; those of Hermitian matrices
    singular_values           and those of any matrices
    linalg                    what is composed of these factors
    dft frequencies fourier   Fourier transforms as linear maps; the rest of `ri.fft`
    threefry                  random bits
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
from .einsum import *
from .elementwise import *
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
from .products import *
from .reduction import *
from .repetition import *
from .reshaping import *
from .searching import *
from .singular_values import *
from .slicing import *
from .softmax import *
from .sorting import *
from .statistics import *
from .surrounding import *
from .updating import *

__all__ = [
    name
    for name, value in globals().items()
    if not name.startswith("_") and not isinstance(value, types.ModuleType)
]
