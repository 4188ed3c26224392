import numpy as np
import pytest

import reference_impl as ri


@pytest.mark.parametrize("name", ri.__all__)
def test_a_public_name_is_there_and_explained(name):
    public = getattr(ri, name)

    assert isinstance(public, np.dtype) or public.__doc__


def test_the_first_example_holds():
    gradient = ri.grad(lambda x: ri.sum(x * x))

    assert repr(gradient(ri.tensor([1.0, 2.0]))) == "tensor([2., 4.], dtype=float32)"
    assert "# tensor([2., 4.], dtype=float32)" in ri.__doc__
