"""Complex numbers on the axes and at zero, where angles and slopes jump."""

import numpy as np
import pytest
from laws.edges.comparison import CLOSED_FORM_TOLERANCE, slope

import reference_impl as ri

COMPLEX = {
    "abs": (ri.abs, np.abs),
    "angle": (ri.angle, np.angle),
    "sign": (ri.sign, np.sign),
    "real": (ri.real, np.real),
    "imag": (ri.imag, np.imag),
    "conj": (ri.conj, np.conj),
    "isnan": (ri.isnan, np.isnan),
    "isinf": (ri.isinf, np.isinf),
}
PARTS = [0.0, -0.0, 1.0, -1.0]


@pytest.mark.parametrize(("ours", "numpys"), COMPLEX.values(), ids=COMPLEX)
def test_complex_numbers_on_the_axes_are_treated_as_in_numpy(ours, numpys):
    z = np.array([complex(x, y) for x in PARTS for y in PARTS])

    needed = numpys(z)

    came = ours(ri.tensor(z)).numpy()
    np.testing.assert_allclose(came, needed, rtol=CLOSED_FORM_TOLERANCE)
    assert came.dtype == needed.dtype


def test_the_size_of_a_complex_zero_has_the_slope_zero():
    for size in (ri.abs, ri.norm):
        assert slope(size, np.array([0j, -0j])).tolist() == [0, 0]


def test_a_power_of_a_complex_zero_has_the_slope_zero_by_its_exponent():
    y = ri.tensor(np.array([1 + 1j, 2 - 1j]))

    g = ri.grad(lambda y: ri.real(ri.sum(ri.zeros_like(y) ** y)))(y)

    np.testing.assert_array_equal(g.numpy(), 0)


def test_the_angle_knows_the_sign_of_zero():
    z = np.array([complex(-1, 0.0), complex(-1, -0.0), complex(-0.0, 0.0)])

    np.testing.assert_array_equal(
        ri.angle(ri.tensor(z)).numpy(), [np.pi, -np.pi, np.pi]
    )


# As in `test_slopes`, without tables.
SLOPE_LAWS = [
    test_the_size_of_a_complex_zero_has_the_slope_zero,
    test_a_power_of_a_complex_zero_has_the_slope_zero_by_its_exponent,
]
