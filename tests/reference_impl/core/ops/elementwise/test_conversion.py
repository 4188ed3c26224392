import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError


@pytest.mark.parametrize("source", ["bool", "int32", "int64", "float32", "float64"])
@pytest.mark.parametrize("target", ["bool", "int32", "int64", "float32", "float64"])
def test_astype_converts_as_numpy_does(source, target):
    x = np.array([0.0, 1.0, 2.75, 100.25]).astype(source)

    came = ri.tensor(x).astype(target)

    assert came.dtype == target
    np.testing.assert_array_equal(came, x.astype(target))


def test_astype_to_the_dtype_that_is_there_makes_no_copy():
    x = ri.tensor([1.0])

    assert x.astype("float32") is x


def test_complex_numbers_do_not_become_real_by_themselves():
    with pytest.raises(DtypeError, match=r"^astype: float32 cannot hold complex64"):
        ri.tensor([1j]).astype("float32")


def test_nothing_flows_through_integers_in_either_direction():
    def floor_times(x):
        return x.astype("int64").astype("float32") * x

    x = ri.tensor([1.5, 2.5])
    gradient = ri.grad(lambda x: ri.sum(floor_times(x)))(x)
    _, t = ri.jvp(floor_times, (x,), (ri.tensor([10.0, 10.0]),))

    np.testing.assert_array_equal(gradient, [1, 2])
    np.testing.assert_array_equal(t, [10, 20])


def test_a_gradient_has_the_dtype_that_its_variable_had_before_conversion():
    gradient = ri.grad(lambda x: ri.sum(x.astype("float64") * 2))

    assert gradient(ri.tensor([1.0])).dtype == ri.float32


def test_a_narrower_dtype_rounds_a_tangent_and_no_cotangent():
    x = ri.tensor([1.0, 2.0], dtype="float64")
    t = ri.tensor([1 / 3, 1e-50], dtype="float64")

    gradient = ri.grad(lambda x: ri.sum(x.astype("float32") / 3))(x)
    _, tangent = ri.jvp(lambda x: x.astype("float32"), (x,), (t,))

    third = np.float32(1) / np.float32(3)
    np.testing.assert_array_equal(gradient, np.full(2, third, float), strict=True)
    np.testing.assert_array_equal(tangent, np.array([third, 0], "f"), strict=True)


def test_what_is_stopped_counts_as_a_constant_in_either_direction(run):
    def product(x):
        return ri.stop_gradient(x) * x

    x = ri.tensor([1.5, 2.5])
    gradient = run(ri.grad(lambda x: ri.sum(product(x))))(x)
    out, t = run(lambda x, t: ri.jvp(product, (x,), (t,)))(x, ri.tensor([10.0, 10.0]))

    np.testing.assert_array_equal(out, [2.25, 6.25])
    np.testing.assert_array_equal(gradient, [1.5, 2.5])
    np.testing.assert_array_equal(t, [15, 25])
