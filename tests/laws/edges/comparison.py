"""How results at the edges are compared.

Values are NumPy's. Slopes are closed forms or, where mathematics leaves a choice, the
conventions that the docstrings state: ties share a cotangent evenly, a bound lets it
pass, and of several subgradients at zero the smallest is taken.
"""

import numpy as np
from compiled import assert_as_eager

import reference_impl as ri
from reference_impl.core.op import PRIMITIVES

# Closed forms round a few times.
CLOSED_FORM_TOLERANCE = 1e-12

ELEMENTWISE = [op for op in PRIMITIVES.values() if op.kind == "elementwise"]
OF_FLOATS = [op for op in ELEMENTWISE if "f" in op.kinds]


def arity(op):
    return len(op.__signature__.parameters)


def assert_same(came, needed):
    """Equal in dtype, shape and every element, the signs of zeros included."""
    came, needed = came.numpy(), np.asarray(needed)
    assert (came.shape, came.dtype) == (needed.shape, needed.dtype)
    np.testing.assert_array_equal(came, needed)
    if needed.dtype.kind == "f":
        zeros = needed == 0
        np.testing.assert_array_equal(
            np.signbit(came[zeros]), np.signbit(needed[zeros])
        )


def slope(function, x, *others):
    """The gradient by `x` of the sum of a function, compiled as well."""

    def loss(x):
        return ri.sum(function(x, *others))

    x = ri.tensor(x)
    gradient = ri.grad(loss)(x)
    assert_as_eager(ri.compile(ri.grad(loss))(x), gradient)
    return gradient.numpy()
