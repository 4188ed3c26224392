"""Products; what they have in common with sums is in the tests of these."""

import numpy as np
import pytest

import reference_impl as ri


def gradient(function, x):
    return ri.grad(function)(ri.tensor(x)).numpy()


@pytest.mark.parametrize("size", range(10))
def test_a_running_product_of_any_length_is_that_of_numpy(size):
    x = np.arange(1.0, size + 1)

    np.testing.assert_array_equal(ri.cumulative_prod(ri.tensor(x)), np.cumprod(x))


def test_a_running_product_has_an_exact_gradient_at_zeros():
    came = gradient(lambda x: ri.sum(ri.cumulative_prod(x)), [2.0, 0.0, 3.0, 0.0])

    # x0 + x0 x1 + x0 x1 x2 + x0 x1 x2 x3
    assert came.tolist() == [1, 2 + 2 * 3, 0, 0]


@pytest.mark.parametrize(
    ("elements", "needed"),
    [
        ([2.0, 3.0, 4.0], [12, 8, 6]),
        ([0.0, 2.0, 3.0], [6, 0, 0]),
        ([0.0, 2.0, 0.0], [0, 0, 0]),
        ([5.0], [1]),
    ],
    ids=str,
)
def test_the_gradient_of_a_product_is_the_product_of_the_others(elements, needed):
    assert gradient(ri.prod, elements).tolist() == needed


def test_a_product_over_two_axes_has_an_exact_gradient_at_a_zero():
    x = np.array([[[1.0, 2.0], [0.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    others = np.array([[[0.0, 0.0], [8.0, 0.0]], [[336, 280], [240, 210]]])

    came = gradient(lambda x: ri.sum(ri.prod(x, axis=(1, 2))), x)

    np.testing.assert_array_equal(came, others)


def test_higher_derivatives_of_a_product_are_exact_at_zeros():
    def along_first(x):
        return ri.grad(ri.prod)(x)[0]

    def along_first_and_second(x):
        return ri.grad(along_first)(x)[1]

    x = [0.0, 0.0, 3.0, 4.0]

    assert gradient(along_first, x).tolist() == [0, 12, 0, 0]
    assert gradient(along_first_and_second, x).tolist() == [0, 0, 4, 3]


def test_a_complex_product_has_the_conjugate_of_the_others_as_its_gradient():
    x = ri.tensor([1 + 2j, 3 - 1j])

    came = ri.grad(lambda x: ri.real(ri.prod(x)))(x)

    np.testing.assert_array_equal(came, [3 + 1j, 1 - 2j])


def test_a_product_that_a_half_holds_has_derivatives_where_others_overflow():
    x = ri.tensor([300.0, 300.0, 0.01, 0.01], dtype="float16")
    third = ri.tensor([0.0, 0.0, 1.0, 0.0], dtype="float16")

    gradient = ri.grad(ri.prod)(x)
    _, tangent = ri.jvp(ri.prod, (x,), (third,))

    exact = x.numpy().astype(np.float64)
    needed = (np.prod(exact) / exact).astype(np.float16)
    assert (needed[2], tangent.dtype) == (900, ri.float16)
    np.testing.assert_array_equal(gradient, needed, strict=True)
    assert tangent.item() == 900
