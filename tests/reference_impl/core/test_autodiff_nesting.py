"""Derivatives of derivatives: every order, every mix of modes, no confusion."""

import itertools

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.autodiff import pullback, pushforward
from reference_impl.core.tensor import variable

# A dozen operations in float64, of values up to a few hundred.
TOLERANCE = 1e-12


def reverse(function):
    return ri.grad(function)


def forward(function):
    """The derivative of a function of one number, in forward mode."""
    return lambda x: ri.jvp(function, (x,), (ri.ones_like(ri.tensor(x)),))[1]


MODES = {"reverse": reverse, "forward": forward}

each_mode = pytest.mark.parametrize("D", MODES.values(), ids=MODES)

two_modes = pytest.mark.parametrize(
    ("outer", "inner"),
    list(itertools.product(MODES.values(), repeat=2)),
    ids=["-".join(names) for names in itertools.product(MODES, repeat=2)],
)


def number(x):
    return ri.tensor(x, dtype="float64")


def bent(x):
    return x * x * x + ri.exp(2.0 * x) + ri.log(x) - x / (1.0 + x)


def third_derivative_of_bent(x):
    return 6 + 8 * np.exp(2 * x) + 2 / x**3 - 6 / (1 + x) ** 4


@pytest.mark.parametrize("modes", list(itertools.product("FR", repeat=3)), ids="".join)
def test_the_third_derivative_is_the_closed_form_in_any_mix_of_modes(modes):
    function = bent
    for mode in modes:
        function = forward(function) if mode == "F" else reverse(function)

    assert function(number(0.7)).item() == pytest.approx(
        third_derivative_of_bent(0.7), rel=TOLERANCE
    )


def test_the_fifth_derivative_of_an_exponential_is_its_fifth_power():
    function = lambda x: ri.exp(3.0 * x)  # noqa: E731
    for _ in range(5):
        function = reverse(function)

    assert function(number(0.5)).item() == pytest.approx(3**5 * np.exp(1.5))


@each_mode
def test_the_derivative_of_a_polynomial_ends_at_zero(D):
    fourth = D(D(D(D(lambda x: x * x * x))))

    assert fourth(number(2.0)).item() == 0


def test_a_hessian_vector_product_is_the_same_in_either_order_of_modes():
    A = np.random.default_rng(0).normal(size=(4, 4))
    x, v = np.random.default_rng(1).normal(size=(2, 4))

    def quartic(x):
        square = ri.reshape(x, (1, 4)) @ ri.tensor(A) @ ri.reshape(x, (4, 1))
        return ri.sum(square * square)

    def slope_along_v(x):
        return ri.jvp(quartic, (x,), (ri.tensor(v),))[1]

    _, up_over_down = ri.jvp(ri.grad(quartic), (ri.tensor(x),), (ri.tensor(v),))
    down_over_up = ri.grad(slope_along_v)(ri.tensor(x))
    down_over_down = ri.grad(lambda x: ri.sum(ri.grad(quartic)(x) * ri.tensor(v)))(
        ri.tensor(x)
    )

    S = A + A.T
    needed = 2 * (S @ x) * (x @ S @ v) + 2 * (x @ A @ x) * (S @ v)
    for came in (up_over_down, down_over_up, down_over_down):
        np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


# Perturbation confusion: an inner derivative must not take the outer variable, or what
# was computed from it, for its own. Source: Siskind and Pearlmutter 2005, "Perturbation
# confusion and referential transparency"; the first program is theirs.


@two_modes
def test_an_inner_derivative_takes_the_outer_variable_for_a_constant(outer, inner):
    def function(x):
        return x * inner(lambda y: x + y)(number(1.0))

    assert outer(function)(number(1.0)).item() == 1


@two_modes
def test_an_inner_derivative_may_depend_on_the_outer_variable(outer, inner):
    def function(x):
        return x * inner(lambda y: x * y * y)(number(2.0))

    assert outer(function)(number(3.0)).item() == 24  # (4 x^2)' at 3


@two_modes
def test_an_inner_derivative_may_be_taken_at_the_outer_variable(outer, inner):
    def function(x):
        return inner(lambda y: x * y * y)(x)

    assert outer(function)(number(3.0)).item() == 12  # (2 x^2)' at 3


@two_modes
def test_an_inner_function_that_reads_the_outer_variable_only_has_no_slope(
    outer, inner
):
    def function(x):
        return x + inner(lambda y: x * x)(x)

    assert outer(function)(number(3.0)).item() == 1


@two_modes
def test_what_is_computed_before_the_inner_derivative_is_constant_in_it(outer, inner):
    def function(x):
        square = x * x
        return inner(lambda y: square * y * x)(x)

    assert outer(function)(number(2.0)).item() == 12  # (x^3)' at 2


@two_modes
def test_two_inner_derivatives_side_by_side_do_not_meet(outer, inner):
    def function(x):
        first = inner(lambda y: x * y)(x)
        second = inner(lambda y: first * y * y)(x)
        return first * second

    assert outer(function)(number(2.0)).item() == 24  # (2 x^3)' at 2


@pytest.mark.parametrize("modes", list(itertools.product("FR", repeat=3)), ids="".join)
def test_three_levels_keep_their_variables_apart(modes):
    D1, D2, D3 = (forward if mode == "F" else reverse for mode in modes)

    def function(x):
        return D2(lambda y: y * D3(lambda z: x * y * z * z)(x + y))(x)

    # D3 gives 2 x y (x + y); D2 of 2 x y^2 (x + y) at y = x gives 10 x^3.
    assert D1(function)(number(2.0)).item() == 120


def test_a_tangent_may_be_the_outer_variable():
    def function(x):
        return ri.jvp(lambda y: y * y * y, (number(2.0),), (x,))[1]

    assert ri.grad(function)(number(5.0)).item() == 12


def test_a_derivative_is_differentiated_by_its_cotangent():
    g, x = variable(number(5.0)), variable(number(2.0))

    (gx,) = pullback([x * x * x], [g], [x])
    (by_g,) = pullback([gx], [number(1.0)], [g])

    assert (gx.item(), by_g.item()) == (60, 12)


@pytest.mark.parametrize("cotangent_is_younger", [True, False])
def test_a_pullback_is_differentiable_by_its_cotangent_whichever_is_older(
    cotangent_is_younger,
):
    two, one = ri.tensor(2.0), ri.tensor(1.0)
    if cotangent_is_younger:
        x, g = variable(two), variable(one)
    else:
        g, x = variable(one), variable(two)

    (pulled,) = pullback([x * x * x], [g], [x])

    assert pullback([pulled], [one], [g])[0].item() == 12


@pytest.mark.parametrize("tangent_is_younger", [True, False])
def test_a_pushforward_is_differentiable_by_its_tangent_whichever_is_older(
    tangent_is_younger,
):
    two, one = ri.tensor(2.0), ri.tensor(1.0)
    if tangent_is_younger:
        x, t = variable(two), variable(one)
    else:
        t, x = variable(one), variable(two)

    (pushed,) = pushforward([x * x * x], [x], [t])

    assert pullback([pushed], [one], [t])[0].item() == 12
