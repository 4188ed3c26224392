import dataclasses
import functools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import CaptureError, FreedError, NoValueError

X = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


@dataclass(frozen=True)
class Scaled:
    x: Any
    scale: Any = field(metadata={"static": True})


class Counted:
    """A function that counts how often its Python code runs."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, x, scale=2.0):
        self.calls += 1
        return self.function(x, scale)


@pytest.fixture
def counted():
    return Counted(lambda x, scale: ri.sum(x * scale))


def test_the_python_code_runs_once_for_calls_with_equal_shapes(counted):
    compiled = ri.compile(counted)

    for i in range(5):
        x = ri.tensor(X + i)
        assert compiled(x, 2.0).item() == pytest.approx(2 * (X + i).sum(), rel=1e-5)
    assert counted.calls == 1


def test_a_tensor_and_a_numpy_array_share_a_program(counted):
    compiled = ri.compile(counted)

    assert compiled(ri.tensor(X)).item() == compiled(X).item()
    assert counted.calls == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((X, 2.0), (X.T, 2.0)),
        ((X, 2.0), (X.astype(np.float64), 2.0)),
        ((X, 2.0), (X, 3.0)),
        ((X, 2.0), (X, np.float32(2))),
        ((X, 2), (X, 2.0)),
    ],
    ids=["shape", "dtype", "number", "array", "type"],
)
def test_the_python_code_runs_again_for_what_may_mean_another_program(
    counted, first, second
):
    compiled = ri.compile(counted)
    compiled(*first)
    compiled(*second)
    compiled(*first)

    assert counted.calls == 2


def test_trees_of_different_structure_have_different_programs():
    compiled = ri.compile(lambda parts: ri.sum(sum(ri.tree.flatten(parts)[0])))

    for parts in ([X], (X,), {"x": X}, [X, X], {"x": X, "y": X}):
        count = len(ri.tree.flatten(parts)[0])
        assert compiled(parts).item() == pytest.approx(count * X.sum(), rel=1e-5)


@pytest.mark.parametrize(
    "wrap", [lambda n: n, lambda n: Scaled(X, n)], ids=["argument", "static field"]
)
@pytest.mark.parametrize("numbers", [(1, 1.0), (1, True), (0.0, -0.0)], ids=str)
def test_equal_numbers_that_mean_different_things_are_kept_apart(numbers, wrap):
    compiled = ri.compile(lambda n: ri.full((), getattr(n, "scale", n)))

    for number in numbers:
        came, needed = compiled(wrap(number)), ri.full((), number)

        assert came.dtype == needed.dtype
        assert came.numpy().tobytes() == needed.numpy().tobytes()


def test_equal_tuples_in_static_fields_are_kept_apart_as_their_numbers_are():
    compiled = ri.compile(lambda scaled: ri.full((), scaled.scale[0]))

    dtypes = [compiled(Scaled(X, (number,))).dtype for number in (1, 1.0, True)]

    assert dtypes == [ri.int64, ri.float32, ri.bool]


def test_not_a_number_is_one_value_for_all_calls(counted):
    compiled = ri.compile(counted)
    for _ in range(3):
        compiled(X, float("nan"))

    assert counted.calls == 1
    assert math.isnan(compiled(X, float("nan")).item())


@pytest.mark.parametrize(
    "wrap", [lambda x: x, lambda x: Scaled(X, x)], ids=["leaf", "static field"]
)
def test_an_argument_that_has_no_hash_is_refused(wrap):
    with pytest.raises(CaptureError, match="bytearray"):
        ri.compile(lambda argument: 1.0)(wrap(bytearray()))


@pytest.mark.parametrize(
    ("argument", "place"),
    [({1}, "argument 1 is of type set"), ({"a": [3, {1}]}, "1.a.1 is of type set")],
)
def test_an_argument_that_has_no_hash_is_named_with_its_place(argument, place):
    with pytest.raises(CaptureError, match=place):
        ri.compile(lambda x, y: x)(X, argument)


class Settings:
    scale = 2.0


class Foreign:
    def __dlpack__(self):
        """Never asked."""


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (Settings(), "1 is of type Settings, .* pass numbers, strings or a frozen"),
        (
            [Foreign()],
            r"1\.0 is of type Foreign, .* pass a tensor, which `from_",
        ),
    ],
)
def test_what_changes_without_becoming_another_thing_is_refused(argument, message):
    with pytest.raises(CaptureError, match=f"^compile: argument {message}"):
        ri.compile(lambda x, y: x)(ri.ones(2), argument)


@pytest.mark.parametrize("argument", [ri.relu, len, functools.partial(len), None, ...])
def test_a_function_is_a_value(argument):
    double = ri.compile(lambda x, y: 2 * x)

    np.testing.assert_array_equal(double(ri.ones(2), argument), [2, 2])


@pytest.mark.parametrize("function", [ri.exp, functools.partial(ri.exp)])
def test_an_argument_by_name_is_refused(function):
    message = "^compile: arguments come by position; y came by name"
    with pytest.raises(CaptureError, match=message):
        ri.compile(function)(ri.ones(2), y=1)


def test_an_array_of_what_is_no_number_is_named_with_its_place():
    with pytest.raises(ri.DtypeError, match=r"argument 0\.a: .* object"):
        ri.compile(lambda x: 1.0)({"a": np.array([object()])})


def test_functions_methods_and_compiled_functions_may_be_arguments():
    class Scaled:
        def scaled(self, x):
            return x * 3.0

    compiled = ri.compile(lambda f, x: f(x))

    for f in (lambda x: x * 3.0, Scaled().scaled, ri.compile(lambda x: x * 3.0)):
        np.testing.assert_array_equal(compiled(f, ri.tensor(X)), ri.tensor(X) * 3.0)


def test_a_freed_argument_is_refused():
    x = ri.tensor(X)
    compiled = ri.compile(ri.exp)
    compiled(x)
    x.free()

    with pytest.raises(FreedError):
        compiled(x)


def test_a_function_that_asks_for_a_value_is_refused_when_called():
    compiled = ri.compile(lambda x: x if ri.sum(x) > 0 else -x)

    with pytest.raises(NoValueError, match="where"):
        compiled(X)


def test_a_compiled_function_keeps_its_name_and_docstring():
    @ri.compile
    def twice(x):
        """Double every element."""
        return x + x

    assert (twice.__name__, twice.__doc__) == ("twice", "Double every element.")
    assert twice.graph(X).name == "twice"


def test_a_method_can_be_compiled():
    @dataclasses.dataclass(frozen=True)
    class Scaled:
        factor: ri.Tensor

        @ri.compile
        def __call__(self, x):
            return self.factor * x

    assert Scaled(ri.tensor(3.0))(ri.tensor(2.0)).item() == 6


@pytest.mark.parametrize("options", [{"function": 3}, {"passes": 3}], ids=str)
def test_what_is_no_function_is_refused_at_once(options):
    with pytest.raises(ri.CaptureError, match=r"compile: .* must be a function, int"):
        ri.compile(**{"function": abs} | options)


def test_a_pass_must_keep_inputs_and_outputs():
    other = ri.capture(lambda x: ri.sum(x), ri.ones(5))

    with pytest.raises(ri.CaptureError, match=r"compile: .* must keep inputs"):
        ri.compile(lambda x: x + 1, passes=lambda graph: other)(ri.ones(4))
    with pytest.raises(ri.CaptureError, match=r"compile: .* a graph is needed"):
        ri.compile(lambda x: x + 1, passes=lambda graph: None)(ri.ones(4))


def test_a_pass_that_reads_what_is_no_input_is_refused_by_name():
    def renewing(graph):
        return dataclasses.replace(graph, inputs=ri.capture(abs, ri.ones(4)).inputs)

    def function(x):
        return x + 1

    with pytest.raises(ri.CaptureError, match=r"renewing made of function a graph"):
        ri.compile(function, passes=renewing)(ri.ones(4))


def test_what_no_result_depends_on_raises_nothing():
    def function(x):
        x[ri.tensor(np.array([7]))]
        return x + 1

    with pytest.raises(ri.RangeError):
        function(ri.ones(4))
    np.testing.assert_array_equal(ri.compile(function)(ri.ones(4)), np.full(4, 2.0))
