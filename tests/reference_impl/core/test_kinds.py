import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core import kinds, op
from reference_impl.core.op import PRIMITIVES
from reference_impl.core.tensor import FUNCTIONS, UNTRACKED

X = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


def test_total_adds_what_is_no_structural_zero():
    one = ri.tensor(1.0)

    assert kinds.total([None, one, None, one]).item() == 2
    assert kinds.total([None, None]) is None


@pytest.fixture
def registry(monkeypatch):
    """What a test declares is forgotten when it ends."""
    monkeypatch.setattr(op, "PRIMITIVES", dict(PRIMITIVES))
    monkeypatch.setattr(op, "FUNCTIONS", dict(FUNCTIONS))


@pytest.mark.usefixtures("registry")
def test_the_rules_of_a_first_derivative_see_values_without_a_history():
    seen = []

    @kinds.general(
        vjp=lambda g, out, x: seen.extend((g, out, x)) or (g,),
        jvp=None,
        shape=lambda x: x.shape,
        kinds="f",
        domain=None,
    )
    def watched(x):
        """Pass every element on."""
        return x

    ri.grad(lambda x: ri.sum(watched(ri.exp(x))))(ri.tensor(X))
    assert {x.root for x in seen} == {UNTRACKED}


@pytest.mark.usefixtures("registry")
def test_an_elementwise_op_needs_one_declaration():
    @kinds.elementwise(
        partials=lambda out, x: (3 * x * x,),
        py="({0} * {0} * {0})",
        c="({0} * {0} * {0})",
        domain=(-2, 2),
    )
    def cube(x):
        """Raise every element to the third power."""
        return x * x * x

    second = ri.grad(ri.grad(cube))
    assert second(ri.tensor(2.0)).item() == 12
    assert ri.compile(second)(ri.tensor(2.0)).item() == 12
    assert repr(cube) == "<elementwise op cube>"
