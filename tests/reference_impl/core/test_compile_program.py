"""What a program keeps in memory, and how it meets derivatives."""

import tracemalloc

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.compile import Program
from reference_impl.core.errors import CaptureError

X = np.random.default_rng(0).uniform(0.5, 1.5, size=(4, 3))


def curved(x):
    return ri.sum(ri.exp(x) * x + ri.log(x) / x)


def branching(x):
    y = ri.exp(x)
    z = y * y
    return z + x, y, ri.sum(z)


@pytest.mark.parametrize(
    ("function", "kept"),
    [(curved, 0), (ri.grad(curved), 0), (branching, 1)],
    ids=["forward", "backward", "output that is read"],
)
def test_a_value_is_released_by_its_last_reader_unless_it_is_an_output(function, kept):
    steps = Program(ri.capture(function, ri.tensor(X))).steps
    released = [slot for step in steps for slot in step.released]

    for slot in released:
        (last,) = (i for i, step in enumerate(steps) if slot in step.released)
        readers = [i for i, step in enumerate(steps) if slot in step.inputs]
        assert readers[-1] == last
    read = {slot for step in steps for slot in step.inputs}
    assert len(read - set(released)) == kept


def test_a_long_chain_needs_the_memory_of_a_few_values():
    def chain(x):
        for _ in range(30):
            x = ri.exp(x) * 0.1
        return x

    compiled = ri.compile(chain)
    x = ri.ones((500, 500))
    compiled(x)

    tracemalloc.start()
    compiled(x)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 3.5 * x.nbytes


@pytest.mark.parametrize("outer", [lambda f: f, ri.compile], ids=["eager", "compiled"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_compiled_function_has_derivatives(outer, order):
    plain, replayed = curved, ri.compile(curved)
    for _ in range(order):
        plain = ri.grad(lambda x, f=plain: ri.sum(f(x)))
        replayed = ri.grad(lambda x, f=replayed: ri.sum(f(x)))

    came = outer(replayed)(ri.tensor(X))

    np.testing.assert_allclose(came, plain(ri.tensor(X)), rtol=1e-12)


def test_a_compiled_function_has_tangents():
    args = (ri.tensor(X),), (ri.tensor(np.cos(X)),)

    came, needed = ri.jvp(ri.compile(curved), *args), ri.jvp(curved, *args)

    np.testing.assert_allclose(came[0], needed[0])
    np.testing.assert_allclose(came[1], needed[1])


def test_compiled_functions_nest():
    inner = ri.compile(curved)
    outer = ri.compile(lambda x: inner(x * 2.0) + inner(x))

    needed = curved(ri.tensor(2 * X)) + curved(ri.tensor(X))
    np.testing.assert_allclose(outer(X), needed)
    np.testing.assert_allclose(ri.compile(inner)(X), curved(ri.tensor(X)))


def test_a_gradient_inside_may_be_about_a_constant():
    weight = ri.tensor([1.0, 2.0])

    def slope(x):
        return ri.grad(lambda w: ri.sum(w * x * w))(weight)

    x = ri.tensor([3.0, 4.0])
    np.testing.assert_array_equal(ri.compile(slope)(x), slope(x))


@pytest.mark.parametrize(
    "reader",
    [lambda x: lambda y: y * x, lambda x: lambda y: ri.exp(x), lambda x: lambda y: x],
    ids=["operand", "what was computed from it", "result"],
)
@pytest.mark.parametrize("outer", [ri.grad, ri.compile], ids=["grad", "compile"])
def test_reading_a_traced_tensor_from_outside_is_refused(outer, reader):
    def function(x):
        return ri.sum(ri.compile(reader(x))(ri.tensor(X)))

    with pytest.raises(CaptureError, match="pass it as an argument"):
        outer(function)(ri.tensor(X))
