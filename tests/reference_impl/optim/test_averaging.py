import numpy as np
import pytest

import reference_impl as ri
from reference_impl import optim

# Rounding of float64 in ten averages.
ROUNDING = 1e-14

PLACES = np.random.default_rng(0).normal(size=(10, 3))


def averaged(average, places=PLACES, start=None):
    state = average.init({"x": ri.tensor(places[0] if start is None else start)})
    for place in places:
        state = average.update({"x": ri.tensor(place)}, state)
    return state


def test_an_average_is_a_sum_whose_weights_shrink_by_the_decay():
    start, decay = np.array([5.0, -5.0, 0.0]), 0.75
    state = averaged(optim.exponential_average(decay), start=start)

    weights = (1 - decay) * decay ** np.arange(9, -1, -1)
    wanted = weights @ PLACES + decay**10 * start
    np.testing.assert_allclose(state["average"]["x"].numpy(), wanted, rtol=ROUNDING)
    assert state["step"].item() == 10


@pytest.mark.parametrize("start", [1e3, 1e300, np.inf, np.nan])
def test_a_corrected_average_never_meets_where_it_began(start):
    decay = 0.75
    average = optim.exponential_average(decay, corrected=True)
    state = averaged(average, start=np.full(3, start))

    weights = decay ** np.arange(9, -1, -1)
    wanted = weights @ PLACES / weights.sum()
    np.testing.assert_allclose(
        state["average"]["x"].numpy(), wanted, rtol=ROUNDING, atol=ROUNDING
    )


@pytest.mark.parametrize("start", [0.0, 1e8, np.inf])
@pytest.mark.parametrize("first", [0.1, 1e-30, -3e38])
def test_the_first_corrected_average_is_the_first_place(start, first):
    average = optim.exponential_average(0.9, corrected=True)
    place = ri.tensor(first)

    state = average.update(place, average.init(ri.tensor(start)))

    assert state["average"].item() == place.item()


@pytest.mark.parametrize("corrected", [False, True])
def test_a_compiled_average_is_the_eager_one(corrected):
    average = optim.exponential_average(0.9, corrected=corrected)
    compiled = average._replace(update=ri.compile(average.update))

    eager, lazy = averaged(average), averaged(compiled)

    np.testing.assert_array_equal(
        eager["average"]["x"].numpy(), lazy["average"]["x"].numpy()
    )


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_small_steps_of_16_bit_parameters_are_not_lost(dtype):
    one = ri.ones((), dtype=dtype)
    average = optim.exponential_average(0.9999)
    state = average.update(2 * one, average.init(one))

    assert state["average"].dtype == ri.float32
    assert state["average"].item() == pytest.approx(1.0001, rel=1e-6)


def test_places_without_a_tensor_stay_empty():
    average = optim.exponential_average()

    assert average.init([None, ri.ones(1)])["average"][0] is None


def test_mistakes_are_refused():
    with pytest.raises(ri.RangeError, match=r"exponential_average: decay must lie in"):
        optim.exponential_average(1.0)
    with pytest.raises(ri.DtypeError, match="exponential_average: floating-point"):
        optim.exponential_average().init(ri.tensor([1]))
    average = optim.exponential_average()
    with pytest.raises(ri.TreeError, match="the trees differ"):
        average.update([ri.ones(1)], average.init(ri.ones(1)))


def test_an_average_is_like_the_parameters():
    average, params = optim.exponential_average(), {"w": ri.ones(2)}
    state = {**average.init(params), "average": {"w": ri.ones(1)}}

    with pytest.raises(
        ri.ShapeError,
        match=r"^exponential_average: average must be like .*: w needs float32\[2\], ",
    ):
        average.update(params, state)
