"""The text of a graph: scopes, several results, graphs inside of nodes."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.bundle import results
from reference_impl.core.errors import CaptureError
from reference_impl.core.kinds import general
from reference_impl.core.op import PRIMITIVES

X = ri.ones((2, 3))


@pytest.fixture
def halves():
    """An op with two results that the registry forgets after the test."""

    @general(
        vjp=lambda g, out, x: (None,),
        jvp=lambda tangents, out, x: (None, None),
        shape=lambda x: (x.shape, x.shape),
        dtype=lambda x: (x.dtype, ri.int64),
        kinds="f",
        domain=lambda draw: [],
    )
    def _halves(x):
        """Split numbers into fractions and integers."""
        return np.modf(x)[0], np.modf(x)[1].astype(np.int64)

    yield lambda x: results(_halves(x))
    del PRIMITIVES["halves"]


def lines(function, *args):
    return ri.capture(function, *args).show().splitlines()


def test_the_scope_of_a_node_stands_at_the_right():
    def function(x):
        with ri.scope("encoder"):
            x = ri.exp(x)
        return -x

    assert lines(function, X)[3:5] == [
        "  %0 = exp(x)        float32[2, 3]  encoder",
        "  %1 = negative(%0)  float32[2, 3]",
    ]


def test_an_op_with_several_results_has_one_line_that_names_them(halves):
    def function(x):
        fractions, integers = halves(x)
        return ri.exp(fractions), integers

    assert lines(function, X)[3:] == [
        "%0, %1 = halves(x)  float32[2, 3], int64[2, 3]",
        "  %2 = exp(%0)      float32[2, 3]",
        "return",
        "    0 = %2",
        "    1 = %1",
    ]


def test_a_result_that_nobody_reads_is_a_dash(halves):
    assert lines(lambda x: halves(x)[1], X)[3].startswith("_, %0 = halves(x)")


def test_a_graph_inside_of_a_node_follows_it_indented():
    def function(flag, x):
        return ri.cond(flag, ri.exp, ri.negative, x)

    text = lines(function, ri.tensor(True), X)

    (place,) = (i for i, line in enumerate(text) if "cond(" in line)
    inner = text[place + 1 : text.index("return")]
    assert all(line.startswith("      ") for line in inner)
    assert any("%0 = exp(" in line for line in inner)
    assert any("%0 = negative(" in line for line in inner)


def test_a_constant_that_repeats_not_a_number_is_shown_by_it():
    assert "%0 = add(x, nan)" in str(ri.capture(lambda x: x + float("nan"), X))


def test_another_form_is_refused():
    with pytest.raises(CaptureError, match="text, mermaid, dot is needed, 'png' came"):
        ri.capture(ri.exp, X).show("png")
