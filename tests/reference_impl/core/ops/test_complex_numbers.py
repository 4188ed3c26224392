import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError

without_warnings = pytest.mark.filterwarnings("error")

Z = np.array([3 + 4j, -3 - 4j, 2j, 0], np.complex64)


def test_the_size_of_a_complex_number_is_real():
    came = abs(ri.tensor(Z))

    assert came.dtype == ri.float32
    np.testing.assert_array_equal(came, [5, 5, 2, 0])


def test_the_sign_of_a_complex_number_is_its_direction():
    came = ri.sign(ri.tensor(Z))

    assert came.dtype == ri.complex64
    needed = np.array([0.6 + 0.8j, -0.6 - 0.8j, 1j, 0])
    np.testing.assert_allclose(came, needed, rtol=1e-7)


@without_warnings
def test_the_gradient_of_the_size_is_the_direction_and_zero_at_zero():
    z = ri.tensor(Z)
    gradient = ri.grad(lambda z: ri.sum(abs(z)))(z)

    np.testing.assert_array_equal(gradient, ri.sign(z))


@without_warnings
def test_the_derivatives_of_direction_and_angle_are_finite_at_zero():
    zero = ri.tensor(0j)

    of_sign = ri.grad(lambda z: ri.real(ri.sign(z)))(zero)
    of_angle = ri.grad(ri.angle)(zero)

    assert (of_sign.item(), of_angle.item()) == (0, 0)


def test_the_direction_moves_only_across_itself():
    z, along = ri.tensor(3 + 4j), ri.tensor(3 + 4j)

    _, t = ri.jvp(ri.sign, (z,), (along,))
    _, turned = ri.jvp(ri.sign, (z,), (along * 1j,))

    assert abs(t.item()) < 1e-6
    assert turned.item() == pytest.approx((3 + 4j) / 5 * 1j, rel=1e-6)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128, np.float32])
def test_an_angle_is_that_of_numpy(dtype):
    z = np.array([1, -1, 1 + 1j, -1j, -0.0, 0] if dtype != np.float32 else [2, -3, 0.0])
    z = z.astype(dtype)

    came = ri.angle(ri.tensor(z))

    assert came.dtype == np.angle(z).dtype
    np.testing.assert_allclose(came, np.angle(z), rtol=1e-6)


def test_the_angle_turns_by_one_over_the_distance():
    gradient = ri.grad(ri.angle)(ri.tensor(3 + 4j))

    # Across (3, 4) is (-4, 3); divided by its size, and again by the distance 5.
    assert gradient.item() == pytest.approx((-4 + 3j) / 25, rel=1e-6)


@pytest.mark.parametrize("name", ["abs", "sign"])
def test_size_and_sign_refuse_booleans(name):
    with pytest.raises(DtypeError, match=f"^{name}: .*bool came"):
        getattr(ri, name)(ri.tensor([True]))


def test_the_angle_of_integers_is_refused():
    with pytest.raises(DtypeError, match=r"^angle: floating-point or complex"):
        ri.angle(ri.tensor([1, 2]))


def test_parts_of_real_numbers_are_the_number_and_zero():
    x = ri.tensor([1.5, -2.0])

    assert ri.real(x) is x
    assert ri.conj(x) is x
    np.testing.assert_array_equal(ri.imag(x), [0, 0])
