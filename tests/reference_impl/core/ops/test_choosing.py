import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import ShapeError
from reference_impl.core.ops.choosing import _choose, _spread

INF, NAN = float("inf"), float("nan")
PAIRS = {"sizes": (2,), "strides": (2,), "dilations": (1,)}
OVERLAP = {"sizes": (2,), "strides": (1,), "dilations": (1,)}

# What says where, and which element of each pair it chooses.
PLACES = {
    "larger": ([1.0, 2.0, 4.0, 3.0], [1, 2]),
    "equal": ([2.0, 2.0, -INF, -INF], [0, 2]),
    "zeros": ([-0.0, 0.0, 0.0, -0.0], [0, 2]),
    "infinite": ([INF, INF, 0.0, INF], [0, 3]),
    "NaN": ([NAN, INF, INF, NAN], [0, 3]),
    "two NaN": ([NAN, NAN, 1.0, 0.0], [0, 2]),
}


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64"])
@pytest.mark.parametrize(("x", "places"), PLACES.values(), ids=PLACES)
def test_the_first_of_the_largest_says_where(x, places, dtype):
    x, t = ri.tensor(x, dtype=dtype), ri.tensor([5, 6, 7, 8], dtype=dtype)

    chosen = _choose(t, x, **PAIRS)
    spread = _spread(chosen, x, **PAIRS)

    assert chosen.dtype == spread.dtype == t.dtype
    assert chosen.tolist() == [5 + place for place in places]
    assert spread.tolist() == [5 + i if i in places else 0 for i in range(4)]


@pytest.mark.parametrize("window", [PAIRS, OVERLAP], ids=["apart", "overlapping"])
@pytest.mark.parametrize("number", [INF, NAN])
def test_what_is_not_finite_stays_in_its_place(number, window):
    x = ri.tensor([1.0, 2.0, 0.0, 0.0])
    g = ri.tensor([number, *[0.0] * (1 if window is PAIRS else 2)])

    spread = _spread(g, x, **window)

    np.testing.assert_array_equal(spread, [0, number, 0, 0])


def test_sixteen_bit_numbers_of_one_place_are_added_in_thirty_two():
    x = ri.tensor([0, 0, 1, 0, 0], dtype="float16")
    window = {"sizes": (3,), "strides": (1,), "dilations": (1,)}

    spread = _spread(ri.tensor([2048, 1, 1], dtype="float16"), x, **window)

    assert spread.tolist() == [0, 0, 2050, 0, 0]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64"])
def test_integers_are_chosen_and_spread(dtype):
    x = ri.tensor([3, 7, 7, 1], dtype=dtype)

    assert _choose(x, x, **OVERLAP).tolist() == [7, 7, 7]
    assert _spread(ri.tensor([1, 2, 3], dtype=dtype), x, **OVERLAP).tolist() == [
        *(0, 3, 3, 0)
    ]


def test_a_tensor_chooses_from_itself_what_it_chooses_from_a_copy():
    x = np.random.default_rng(0).integers(0, 4, (2, 5, 6)).astype(np.float32)
    window = {"sizes": (2, 3), "strides": (1, 2), "dilations": (2, 1)}
    same = ri.tensor(x)

    alone = _choose(same, same, **window)

    np.testing.assert_array_equal(alone, _choose(ri.tensor(x.copy()), same, **window))


def test_the_second_derivative_of_a_square_of_the_largest_is_there():
    x = ri.tensor([1.0, 2.0, 4.0, 3.0])

    def slope(x):
        return ri.grad(lambda x: ri.sum(_choose(x, x, **PAIRS) ** 3))(x)

    np.testing.assert_array_equal(
        ri.grad(lambda x: ri.sum(slope(x)))(x), [0, 12.0, 24.0, 0]
    )


def test_shapes_that_do_not_fit_are_refused_in_capture():
    x = ri.zeros((2, 4))

    with pytest.raises(ShapeError, match=r"choose: .* one shape .*\(4,\) and \(2, 4\)"):
        ri.capture(lambda t: _choose(t, x, **PAIRS), ri.zeros(4))
    with pytest.raises(ShapeError, match=r"spread: .* \(2, 2\) windows .* \(2, 3\)"):
        ri.capture(lambda g: _spread(g, x, **PAIRS), ri.zeros((2, 3)))
