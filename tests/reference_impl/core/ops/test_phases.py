import warnings

import numpy as np
import pytest

import reference_impl as ri


@pytest.mark.parametrize("shape", [(0, 0), (2, 0, 0), (0, 2, 2)])
@pytest.mark.parametrize("decompose", [ri.eigh, ri.svd])
def test_vectors_of_no_complex_matrix_are_turned_without_a_warning(decompose, shape):
    def loss(x):
        return ri.sum(ri.real(decompose(x)[1] ** 2))

    x = ri.tensor(np.zeros(shape, np.complex64))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = decompose(x)
        gradient = ri.grad(loss)(x)

    assert all(part.size == 0 for part in results)
    assert gradient.shape == shape
