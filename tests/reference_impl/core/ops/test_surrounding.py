import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, RangeError, ShapeError

X = np.arange(24.0).reshape(2, 3, 4)

NUMPY_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@pytest.mark.parametrize("widths", [1, (2, 0), [(1, 0), (0, 2), (3, 1)], [(1, 2)], 5])
@pytest.mark.parametrize("mode", NUMPY_MODES)
def test_what_surrounds_comes_from_inside(mode, widths):
    came = ri.pad(ri.tensor(X), widths, mode=mode)

    np.testing.assert_array_equal(came, np.pad(X, widths, NUMPY_MODES[mode]))


@pytest.mark.parametrize("value", [0, 1.5, -np.inf, np.nan])
@pytest.mark.parametrize("widths", [1, (0, 2), [(1, 0), (0, 0), (0, 3)]])
def test_a_constant_surrounds(widths, value):
    came = ri.pad(ri.tensor(X), widths, value=value)

    np.testing.assert_array_equal(came, np.pad(X, widths, constant_values=value))


def test_the_gradient_of_what_surrounds_arrives_at_its_source():
    weights = np.array([1.0, 2, 4, 8, 16])

    def weighted(mode):
        return lambda x: ri.sum(ri.pad(x, (1, 1), mode=mode) * weights)

    x = ri.tensor([3.0, 5.0, 7.0], dtype="float64")
    for mode, needed in [
        ("constant", [2, 4, 8]),
        ("replicate", [3, 4, 24]),
        ("circular", [18, 4, 9]),
        ("reflect", [2, 21, 8]),
    ]:
        np.testing.assert_array_equal(ri.grad(weighted(mode))(x), needed)


def test_the_number_that_surrounds_has_a_gradient():
    gradient = ri.grad(lambda value: ri.sum(ri.pad(ri.ones(3), (2, 1), value=value)))

    assert gradient(ri.tensor(0.0)).item() == 3


@pytest.mark.parametrize("mode", NUMPY_MODES)
def test_where_nothing_is_inside_nothing_can_surround(mode):
    with pytest.raises(ShapeError, match=rf"^pad: '{mode}' needs an element, axis 1"):
        ri.pad(ri.ones((2, 0)), 1, mode=mode)


def test_widths_and_modes_that_are_none_are_refused():
    x = ri.tensor(X)
    with pytest.raises(RangeError, match=r"^pad: the modes are .* 'mirror' came"):
        ri.pad(x, 1, mode="mirror")
    with pytest.raises(RangeError, match=r"^pad: widths must not be negative"):
        ri.pad(x, (1, -1))
    with pytest.raises(ShapeError, match=r"^pad: one width, a pair or 3 pairs"):
        ri.pad(x, [(1, 1), (1, 1)])
    with pytest.raises(DtypeError, match=r"^pad: widths must be integers"):
        ri.pad(x, 0.5)


@pytest.mark.parametrize("junk", [[[1], [1, 2]], 10**30, "a"], ids=str)
def test_widths_must_be_integers(junk):
    with pytest.raises(DtypeError, match=r"^pad: widths must be integers .* came$"):
        ri.pad(X, junk)
