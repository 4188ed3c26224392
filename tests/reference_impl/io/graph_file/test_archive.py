"""A file gives its graph back."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core import tree
from reference_impl.core.errors import CaptureError, FreedError
from reference_impl.core.kinds import constant
from reference_impl.core.op import PRIMITIVES

X = ri.tensor(np.arange(6.0, dtype=np.float32).reshape(2, 3))
WEIGHT = ri.tensor(np.linspace(-1, 1, 3).astype(np.float32))


class Pair(NamedTuple):
    first: Any
    second: Any


@dataclass(frozen=True)
class Layer:
    weight: Any


def model(flag, x):
    with ri.scope("encoder"):
        h = ri.exp(x) * WEIGHT
        with ri.scope("layer0"):
            h = ri.cond(flag, lambda v: v * WEIGHT, ri.negative, h)
    return {
        "h": h,
        "pair": Pair(ri.sum(h, axis=0), [None, (float("nan"), 1)]),
        "layer": Layer(ri.astype(h, "bfloat16") * 0.5),
        3: ri.ones((100, 100)),
    }


ARGS = ri.tensor(True), X


@pytest.fixture(scope="module")
def graph():
    return ri.capture(model, *ARGS)


@pytest.fixture
def path(graph, tmp_path):
    path = tmp_path / "model.graph"
    ri.save_graph(graph, path)
    return path


def assert_equal_bits(came, needed):
    for x, y in zip(came, needed, strict=True):
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        assert x.numpy().tobytes() == y.numpy().tobytes()


def test_a_loaded_graph_computes_the_same_bits_and_looks_the_same(graph, path):
    loaded = ri.load_graph(path)

    assert_equal_bits(loaded.apply(*ARGS), graph.apply(*ARGS))
    for form in ("text", "mermaid", "dot"):
        assert loaded.show(form) == graph.show(form)


def test_containers_come_back_as_those_that_python_has(graph, path):
    loaded = ri.load_graph(path)
    outputs = list("abcdefg"[: len(loaded.outputs)])

    assert tree.unflatten(loaded.structure, outputs) == {
        "h": "a",
        "pair": ("b", [None, ("c", "d")]),
        "layer": {"weight": "e"},
        3: "f",
    }


def test_a_loaded_graph_makes_an_equal_file(path, tmp_path):
    ri.save_graph(ri.load_graph(path), tmp_path / "once")
    ri.save_graph(ri.load_graph(tmp_path / "once"), tmp_path / "twice")

    assert (tmp_path / "once").read_bytes() == (tmp_path / "twice").read_bytes()


def test_numpy_reads_the_constants(path):
    with np.load(path) as file:
        stored = [file[name] for name in file if name.startswith("constants/")]

    assert any(np.array_equal(x[:1].ravel(), WEIGHT) for x in stored if x.ndim == 2)


def test_what_repeats_is_stored_once(tmp_path):
    graph = ri.capture(lambda x: x + ri.ones_like(x), ri.zeros((1000, 1000)))
    ri.save_graph(graph, tmp_path / "ones")

    assert (tmp_path / "ones").stat().st_size < 10_000
    assert ri.load_graph(tmp_path / "ones").show() == graph.show()


ATTRIBUTES = [
    None,
    True,
    3,
    -0.0,
    1e300,
    float("nan"),
    float("-inf"),
    1 - 2j,
    complex(float("inf"), -0.0),
    "text \u2260 'quoted'",
    (),
    (1, (2.5, None), "x"),
    [1, [2]],
    {"a": 1, 2: (3,)},
    slice(None, 4, -1),
    (..., slice(1, None)),
    np.dtype(np.int8),
    ri.bfloat16,
]


@pytest.fixture
def carrying():
    """An op with an attribute of any kind that the registry forgets afterwards."""

    @constant(
        shape=lambda x, attribute: x.shape,
        dtype=lambda x, attribute: x.dtype,
        domain=lambda draw: [],
        kinds="f",
    )
    def _carrying(x, *, attribute):
        return x

    yield _carrying
    del PRIMITIVES["carrying"]


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=repr)
def test_attributes_of_every_kind_come_back(attribute, carrying, tmp_path):
    graph = ri.capture(lambda x: carrying(x, attribute=attribute), X)
    ri.save_graph(graph, tmp_path / "file")

    (node,) = ri.load_graph(tmp_path / "file").nodes()

    came = node.attrs["attribute"]
    assert type(came) is type(attribute)
    assert repr(came) == repr(attribute)


def test_an_attribute_that_no_file_holds_is_refused(carrying, tmp_path):
    graph = ri.capture(lambda x: carrying(x, attribute=object()), X)

    with pytest.raises(CaptureError, match="attribute attribute of carrying is a obj"):
        ri.save_graph(graph, tmp_path / "file")
    assert not [*tmp_path.iterdir()]


def test_an_op_of_nobody_is_refused(carrying, tmp_path):
    graph = ri.capture(lambda x: carrying(x, attribute=1), X)
    op = PRIMITIVES.pop("carrying")

    try:
        with pytest.raises(CaptureError, match="is not among the primitives"):
            ri.save_graph(graph, tmp_path / "file")
    finally:
        PRIMITIVES["carrying"] = op


def test_a_freed_constant_is_refused_and_the_old_file_stays(path):
    constant = ri.tensor([1.0, 2.0])
    graph = ri.capture(lambda x: x * constant, ri.tensor([3.0, 4.0]))
    constant.free()
    before = path.read_bytes()

    with pytest.raises(FreedError, match="save_graph"):
        ri.save_graph(graph, path)
    assert path.read_bytes() == before
    assert [*path.parent.iterdir()] == [path]
