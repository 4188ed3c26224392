import numpy as np
import pytest
from trajectories import rosenbrock

import reference_impl as ri
from reference_impl import nn, optim
from reference_impl.optim.lbfgs import Pair, direction, minimise

# The distance to a minimum whose gradient is below 1e-7, times the condition number.
CLOSE = 1e-5

# Rounding of float64 in a few scalar products.
ROUNDING = 1e-13


def test_the_bottom_of_a_curved_valley_is_found():
    start = ri.tensor([-1.2, 1.0], dtype="float64")

    x, record = minimise(rosenbrock, start, tolerance_change=0)

    np.testing.assert_allclose(x.numpy(), 1.0, atol=CLOSE)
    assert record.reason == "gradient"
    assert record.value == pytest.approx(0.0, abs=1e-10)
    assert record.steps < 50
    assert record.evaluations >= record.steps


def test_a_linear_regression_ends_at_its_closed_form():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 4)), rng.normal(size=(30, 1))
    solution, *_ = np.linalg.lstsq(np.hstack([x, np.ones((30, 1))]), y, rcond=None)
    layer = nn.Linear(ri.zeros((4, 1), dtype="float64"), ri.zeros(1, dtype="float64"))

    @ri.compile
    def loss(layer):
        return ri.mean((layer(ri.tensor(x)) - ri.tensor(y)) ** 2)

    found, _ = minimise(loss, layer, tolerance_change=0.0)

    ours = np.vstack([found.weight.numpy(), found.bias.numpy()[None]])
    np.testing.assert_allclose(ours, solution, atol=CLOSE)


def test_the_guess_maps_the_last_change_of_the_gradient_to_the_last_step():
    """The secant equation, which every quasi-Newton method fulfils."""
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(5, 5))
    hessian = matrix @ matrix.T + np.eye(5)
    steps = [rng.normal(size=5) for _ in range(3)]
    memory = [Pair(ri.tensor(s), ri.tensor(hessian @ s)) for s in steps]

    found = direction(-memory[-1].y, memory)

    np.testing.assert_allclose(found.numpy(), steps[-1], rtol=ROUNDING)


def test_without_memory_the_direction_is_steepest_descent():
    g = ri.tensor([1.0, -2.0])

    np.testing.assert_array_equal(direction(g, []).numpy(), [-1.0, 2.0])


def test_a_function_is_never_higher_after_a_line_search():
    x, values = ri.tensor([-1.2, 1.0, 0.5], dtype="float64"), []
    for steps in range(12):
        values.append(minimise(rosenbrock, x, steps=steps)[1].value)

    assert values == sorted(values, reverse=True)


def test_at_the_minimum_there_is_nothing_to_do():
    x = ri.ones(3, dtype="float64")

    found, record = minimise(rosenbrock, x)

    assert record == (0.0, 0, 1, "gradient")
    np.testing.assert_array_equal(found.numpy(), x.numpy())


def test_it_stops_when_nothing_changes_or_the_steps_are_used_up():
    x = ri.tensor([-1.2, 1.0], dtype="float64")

    assert minimise(rosenbrock, x, tolerance_change=1e3)[1].reason == "progress"
    assert minimise(rosenbrock, x, steps=3)[1][1::2] == (3, "steps")
    crawling = minimise(rosenbrock, x, lr=1e-9, line_search=False)[1]
    assert crawling.reason == "progress"


def test_a_slope_that_promises_less_than_the_tolerance_is_no_progress():
    """The gradient is 2e-3, far above its own tolerance."""
    x = ri.zeros(1, dtype="float64")

    _, record = minimise(
        lambda x: 1e-3 * ri.sum((x - 1) ** 2),
        x,
        tolerance_grad=1e-12,
        tolerance_change=1e-2,
    )

    assert (record.steps, record.reason) == (0, "progress")


def test_without_line_search_it_may_run_away_and_says_so():
    x = ri.tensor([3.0], dtype="float64")

    with np.errstate(all="ignore"):
        _, record = minimise(
            lambda x: ri.sum(ri.exp(x * x)), x, lr=50, line_search=False
        )

    assert record.reason == "not finite"


def test_a_line_search_comes_back_from_where_a_function_has_no_value():
    """The first step leads to the logarithm of a negative number."""
    x = ri.tensor([0.1], dtype="float64")

    with np.errstate(invalid="ignore"):
        found, _ = minimise(lambda x: ri.sum(x - ri.log(x)), x, lr=30.0)

    np.testing.assert_allclose(found.numpy(), 1.0, atol=CLOSE)


def test_trees_keep_their_structure_shapes_and_dtypes():
    params = {
        "a": ri.ones((2, 1), dtype="float16"),
        "none": None,
        "b": (ri.ones((), dtype="float64"),),
    }

    found, _ = minimise(
        lambda p: ri.sum(p["a"].astype("float64") ** 2) + p["b"][0] ** 2, params
    )

    assert ri.tree.flatten(found)[1] == ri.tree.flatten(params)[1]
    assert found["a"].dtype == ri.float16
    assert found["a"].shape == (2, 1)
    assert abs(found["b"][0].item()) < CLOSE


def test_it_cannot_be_captured():
    with pytest.raises(ri.NoValueError):
        ri.compile(lambda x: minimise(rosenbrock, x)[0])(ri.ones(2))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": -1.0}, "minimise: lr must be finite and at least 0, -1.0 came"),
        ({"steps": -1}, "minimise: steps must be at least 0, -1 came"),
        ({"history": 0}, "minimise: history must be at least 1, 0 came"),
        ({"tolerance_grad": -1}, "minimise: tolerance_grad must be"),
        ({"tolerance_change": -1}, "minimise: tolerance_change must be"),
    ],
)
def test_settings_out_of_range_are_refused(options, message):
    with pytest.raises(ri.RangeError, match=message):
        minimise(rosenbrock, ri.zeros(2), **options)


def test_a_start_without_a_value_is_refused():
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(
            ri.RangeError, match="minimise: the function is nan at the start"
        ),
    ):
        minimise(lambda x: ri.sum(ri.log(x)), ri.tensor([-1.0]))


def test_there_must_be_parameters():
    with pytest.raises(ri.TreeError, match="minimise: there are no parameters"):
        minimise(lambda x: ri.zeros(()), {})


def test_it_stands_in_the_package_under_its_own_name():
    assert optim.lbfgs.minimise is minimise


def test_what_is_minimised_is_a_function():
    with pytest.raises(ri.DtypeError, match=r"^minimise: a function of the parameters"):
        optim.lbfgs.minimise(None, ri.ones(2))
