import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import (
    DtypeError,
    FreedError,
    GradientError,
    NoValueError,
)
from reference_impl.core.number import integer, integers, real_number

each_reader = pytest.mark.parametrize("read", [integer, real_number])


@each_reader
@pytest.mark.parametrize("kind", [int, np.int8, np.uint64, np.array, ri.tensor])
def test_what_acts_as_an_integer_is_one_of_pythons(read, kind):
    came = read("test: n", kind(3))

    assert came == 3
    assert type(came) is int


@pytest.mark.parametrize("kind", [float, np.float16, np.float64, np.array, ri.tensor])
def test_what_acts_as_a_real_number_is_one_of_pythons(kind):
    came = real_number("test: q", kind(0.5))

    assert came == 0.5
    assert type(came) is float


def test_infinity_and_nan_are_real_numbers():
    assert real_number("test", math.inf) == math.inf
    assert math.isnan(real_number("test", math.nan))


JUNK = [
    "seven",
    None,
    object(),
    1j,
    [1],
    {},
    np.array(["a"]),
    ri.ones(2),
    [[1], [2, 3]],
]


@each_reader
@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_what_is_no_number_is_refused(read, junk):
    with pytest.raises(DtypeError, match=r"^test: n must be an? .*, .* came$"):
        read("test: n", junk)


def test_an_integer_without_a_float_is_no_real_number():
    with pytest.raises(DtypeError, match=r"^test: q must be a real number, 1000"):
        real_number("test: q", 10**400)


@pytest.mark.parametrize("junk", [0.5, "ab", [0.5], ri.ones((1, 2), dtype="int64")])
def test_what_are_no_integers_is_refused(junk):
    with pytest.raises(DtypeError, match=r"^test: sizes must be integers, .* came$"):
        integers(junk, who="test", what="sizes")


@each_reader
def test_a_number_whose_value_is_gone_or_not_known_is_named(read):
    x = ri.tensor(2)
    with pytest.raises(NoValueError, match=r"^test: n: the value of"):
        ri.capture(lambda x: ri.tensor(read("test: n", x)), x)
    x.free()

    with pytest.raises(FreedError, match=r"^test: n: the int64 tensor of shape \(\) "):
        read("test: n", x)


FUNCTIONS = {
    "var: correction": lambda c: ri.var(ri.ones(3), correction=c),
    "std: correction": lambda c: ri.std(ri.ones(3), correction=c),
    "quantile: q": lambda q: ri.quantile(ri.ones(3), q),
    "norm: ord": lambda p: ri.norm(ri.ones(3), ord=p),
    "pinv: rtol": lambda r: ri.sum(ri.pinv(ri.eye(2), rtol=r)),
}


@pytest.mark.parametrize(("who", "function"), FUNCTIONS.items(), ids=FUNCTIONS)
def test_no_derivative_by_a_number_is_lost_in_silence(who, function):
    with pytest.raises(GradientError, match=rf"^{who} must be .* no derivative"):
        ri.grad(function)(ri.tensor(0.5))

    constant = ri.grad(lambda x: x * function(ri.stop_gradient(x)))
    assert constant(ri.tensor(0.5)).item() == function(0.5).item()
