"""The Python text of a graph: how it reads, and that it runs."""

import runpy
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import CaptureError, FreedError
from reference_impl.core.op import PRIMITIVES

X = ri.tensor(np.random.default_rng(0).normal(size=(4, 3)))
PARAMS = {
    "w": ri.tensor(np.random.default_rng(1).normal(size=(3, 5))),
    "b": ri.tensor(np.random.default_rng(2).normal(size=5)),
    "v": ri.tensor(np.random.default_rng(3).normal(size=(5, 2))),
}
Y = ri.ones((4, 2), dtype=ri.float64)


def mlp(x, y, params):
    with ri.scope("hidden"):
        h = x @ params["w"] + params["b"]
        h = ri.where(h > 0, h, 0.0)
    error = h @ params["v"] - y
    return ri.mean(error * error)


MLP_AS_SOURCE = """\
import reference_impl as ri


def mlp(x, y, params_w, params_b, params_v):
    # hidden
    h1 = x @ params_w           # float64[4, 5]
    h2 = h1 + params_b          # float64[4, 5]
    h3 = h2 > 0.0               # bool[4, 5]
    h4 = ri.where(h3, h2, 0.0)  # float64[4, 5]
    #
    h5 = h4 @ params_v          # float64[4, 2]
    h6 = h5 - y                 # float64[4, 2]
    h7 = h6 * h6                # float64[4, 2]
    h8 = ri.mean(h7)            # float64[]
    return h8
"""


def test_an_mlp_reads_as_a_person_would_write_it():
    assert ri.source(ri.capture(mlp, X, Y, PARAMS)) == MLP_AS_SOURCE


@pytest.fixture
def imported(tmp_path):
    """The function that a graph's source defines."""

    def run(graph):
        path = tmp_path / "module.py"
        path.write_text(ri.source(graph))
        return next(
            x for name, x in reversed(runpy.run_path(str(path)).items()) if callable(x)
        )

    return run


def assert_equal_bits(came, needed):
    assert (came.shape, came.dtype) == (needed.shape, needed.dtype)
    assert came.numpy().tobytes() == needed.numpy().tobytes()


def test_the_imported_function_can_be_differentiated_and_captured(imported):
    function = imported(ri.capture(mlp, X, Y, PARAMS))
    args = X, Y, *PARAMS.values()

    assert_equal_bits(function(*args), mlp(X, Y, PARAMS))
    needed = ri.grad(mlp, 2)(X, Y, PARAMS)
    for came, name in zip(ri.grad(function, (2, 3, 4))(*args), PARAMS, strict=True):
        assert_equal_bits(came, needed[name])
    assert ri.source(ri.capture(function, *args)).count("@") == 2


class Pair(NamedTuple):
    first: Any
    second: Any


@dataclass(frozen=True)
class Layer:
    weight: Any


def test_results_are_returned_as_the_containers_that_python_has(imported):
    def function(x):
        return {"pair": Pair(x, (-x,)), 3: [None, Layer(x)], "none": ()}

    assert ri.source(ri.capture(function, X)).endswith(
        "    h1 = -x  # float64[4, 3]\n"
        '    return {"pair": (x, (h1,)), 3: [None, {"weight": x}], "none": ()}\n'
    )


def test_an_output_gives_its_node_its_name():
    text = ri.source(ri.capture(lambda x: {"loss": ri.sum(x), "all": [ri.exp(x)]}, X))

    assert "    loss = ri.sum(x)" in text
    assert "    h1 = ri.exp(x)" in text


def test_names_are_made_of_paths_and_never_clash():
    def function(tree, ri_, p, h1):
        tree = tree["ri"] + tree["lambda"] + tree["a.b"] + tree["a_b"]
        return tree + ri_ + p + h1

    arg = dict.fromkeys(("ri", "lambda", "a.b", "a_b"), X)
    text = ri.source(ri.capture(function, arg, X, X, X))

    names = "tree_ri, tree_lambda, tree_a_b, tree_a_b_2, ri_2, p_2, h1"
    assert f"def function({names}):" in text
    assert "    h2 = tree_ri + tree_lambda" in text


CONSTANTS = {
    "a number": lambda x: x * 0.1,
    "a number at the left": lambda x: 0.1 - x,
    "a negative number": lambda x: (-0.1) ** 2 * x - -0.1,
    "infinity": lambda x: ri.where(x > 0, x, -float("inf")),
    "not a number": lambda x: x + float("nan"),
    "of another dtype": lambda x: ri.astype(x, "bfloat16") * 0.1,
    "complex": lambda x: ri.astype(x, "complex64") * (1 - 2j),
    "a row": lambda x: x * ri.tensor(np.array([0.1, 0.2, 0.3])),
    "a column": lambda x: x * ri.tensor(np.array([[0.1], [0.2], [0.3], [0.4]])),
    "empty": lambda x: (x, ri.zeros((0, 3))),
    "an output": lambda x: (x, ri.tensor([True, False]), 0.1, 7),
    "zeros with signs": lambda x: x * ri.tensor(np.array([0.0, -0.0, 0.0])),
}


@pytest.mark.parametrize("function", CONSTANTS.values(), ids=CONSTANTS)
def test_constants_are_written_with_all_their_bits(function, imported):
    graph = ri.capture(function, X)

    came = imported(graph)(X)

    came = came if isinstance(came, tuple) else (came,)
    for x, y in zip(came, graph.apply(X), strict=True):
        assert_equal_bits(x, y)


def test_a_large_constant_is_an_argument(imported):
    table = ri.tensor(np.random.default_rng(0).normal(size=(3, 100)))
    graph = ri.capture(lambda x: x @ table, X)

    text = ri.source(graph)
    came = imported(graph)(X, constants=graph.constants())

    assert (
        "def function(x, *, constants):\n    c0 = constants[0]  # float64[3, 1" in text
    )
    assert_equal_bits(came, X @ table)


def test_a_graph_inside_of_a_node_is_a_function_of_its_own(imported):
    def function(flag, x):
        return ri.cond(flag, lambda v: v * 2.0, ri.negative, x)

    graph = ri.capture(function, ri.tensor(True), X)

    assert ri.source(graph).count("\ndef ") == 3
    for flag in (True, False):
        (needed,) = graph.apply(ri.tensor(flag), X)
        assert_equal_bits(imported(graph)(ri.tensor(flag), X), needed)


def test_names_that_are_no_names_cannot_leave_their_places(imported):
    def function(x):
        with ri.scope("first\nraise SystemExit"):
            return {"a\n='": ri.exp(x["\u00b2 or 1"]), "class": x["\u03b2"] + 1.0}

    arg = {"\u00b2 or 1": X, "\u03b2": X}
    graph = ri.capture(function, arg)

    came = imported(graph)(X, X)

    assert_equal_bits(came["a\n='"], ri.exp(X))
    assert_equal_bits(came["class"], X + 1.0)


def test_a_nested_function_is_not_hidden_by_a_variable(imported):
    def function(branch, x):
        return ri.cond(branch, lambda v: v * 2.0, ri.negative, x)

    graph = ri.capture(function, ri.tensor(True), X)

    assert_equal_bits(imported(graph)(ri.tensor(True), X), X * 2.0)


def test_what_cannot_be_written_is_refused():
    constant = ri.tensor([1.0, 2.0])
    graph = ri.capture(lambda x: x * constant, constant)
    constant.free()
    with pytest.raises(FreedError, match="source"):
        ri.source(graph)

    graph = ri.capture(lambda x: ri.custom_vjp(ri.exp, lambda g, out, x: (g,))(x), X)
    with pytest.raises(CaptureError, match="cannot be written as an expression"):
        ri.source(graph)


def test_primitives_are_found_by_name():
    assert ri.primitives.exp is PRIMITIVES["exp"]
    assert {*vars(ri.primitives)} == {*PRIMITIVES}


def test_nobody_can_declare_a_primitive_by_assignment():
    with pytest.raises(AttributeError, match="exp"):
        ri.primitives.exp = ri.log
    with pytest.raises(AttributeError):
        ri.primitives.another = ri.log

    assert "another" not in PRIMITIVES
