import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError
from reference_impl.core.op import PRIMITIVES
from reference_impl.core.tensor import FUNCTIONS, UNTRACKED, symbol, variable

KINDS = {"elementwise", "linear", "bilinear", "general", "constant"}

X = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


@pytest.mark.parametrize("op", PRIMITIVES.values(), ids=lambda op: op.name)
def test_an_op_has_a_kind_a_docstring_and_a_function_of_its_name(op):
    assert op.kind in KINDS
    assert op.__doc__.splitlines()[0].endswith(".")
    assert op.name in FUNCTIONS or op.compute.__name__.startswith("_")
    assert PRIMITIVES[op.name] is op


@pytest.mark.parametrize("op", PRIMITIVES.values(), ids=lambda op: op.name)
def test_an_elementwise_op_alone_can_be_printed(op):
    is_printed = bool(op.py) and bool(op.c)

    assert is_printed == (op.kind == "elementwise")


def test_what_depends_on_no_variable_forgets_its_inputs():
    out = ri.tensor(X) * ri.tensor(X)

    assert (out.op, out.inputs, out.root) == (None, (), UNTRACKED)


def test_what_depends_on_a_variable_remembers_its_op_and_inputs():
    x = variable(ri.tensor(X))
    out = x * 2

    assert out.op is PRIMITIVES["multiply"]
    assert out.inputs[0] is x
    assert out.root == x.serial


def test_the_root_is_the_oldest_variable():
    old, young = variable(ri.tensor(X)), variable(ri.tensor(X))

    assert (young * old).root == (old * young).root == old.serial


def test_a_variable_of_a_traced_tensor_stays_connected():
    outer = variable(ri.tensor(X))
    inner = variable(outer)

    assert inner is not outer
    assert inner.root == outer.serial
    assert inner.inputs == (outer,)


def test_a_result_is_younger_than_its_inputs():
    x = variable(ri.tensor(X))
    y = ri.exp(x)
    z = x + y

    assert x.serial < y.serial < z.serial


def test_an_op_on_a_symbol_gives_a_symbol():
    out = symbol((2, 2), ri.float32) + ri.tensor(X)

    assert (out.data, out.shape, out.dtype) == (None, (2, 2), ri.float32)


@pytest.mark.parametrize("name", ["divide", "exp", "log"])
def test_a_function_without_meaning_for_integers_refuses_them(name):
    integers = [ri.tensor([1, 2])] * len(PRIMITIVES[name].__signature__.parameters)

    with pytest.raises(DtypeError, match=f"^{name}: floating-point .* int64 came"):
        PRIMITIVES[name](*integers)
