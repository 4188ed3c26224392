"""Views: the same bytes in another shape, as NumPy's own views are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from played_kernels import Memory

import reference_impl as ri
from reference_impl.core.lowering.view import new_view, viewed
from reference_impl.core.op import PRIMITIVES
from reference_impl.core.pointwise import VIEWS

# An op of VIEWS, what it is given besides the tensor, and NumPy's word for it.
CASES = {
    "broadcast_to": (
        {"shape": (5, 2, 3, 4)},
        lambda x: np.broadcast_to(x, (5, 2, 3, 4)),
    ),
    "identity": ({}, lambda x: x),
    "permute_dims": ({"axes": (2, 0, 1)}, lambda x: x.transpose(2, 0, 1)),
    "reshape": ({"shape": (6, 4)}, lambda x: x.reshape(6, 4)),
    "slice": (
        {"slices": (1, (None, None, -2), (1, 4, 2))},
        lambda x: x[1, ::-2, 1:4:2],
    ),
    "stop_gradient": ({}, lambda x: x),
}


@pytest.fixture
def x():
    """A tensor of its own, and memory in which its elements are counted."""
    view, memory = new_view((2, 3, 4), ri.float32, "test"), Memory()
    memory.put(view, np.arange(24).reshape(2, 3, 4))
    return view, memory


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_op_that_moves_nothing_gives_the_elements_that_numpy_gives(name, x):
    view, memory = x
    attrs, needed = CASES[name]

    seen = viewed(PRIMITIVES[name], view, attrs)

    assert seen.buffer is view.buffer
    np.testing.assert_array_equal(memory.array(seen), needed(memory.array(view)))


def test_every_op_of_views_has_been_looked_at():
    assert set(CASES) | {"split", "windows"} == VIEWS


def test_parts_of_a_split_are_views_each(x):
    view, memory = x
    graph = ri.capture(lambda x: ri.split(x, 2, axis=2), ri.zeros((2, 3, 4)))
    (node,) = [each for each in graph.nodes() if each.op.name == "split"]

    parts = viewed(node.op, view, node.attrs)

    for part, needed in zip(
        parts, np.split(memory.array(view), 2, axis=2), strict=True
    ):
        np.testing.assert_array_equal(memory.array(part), needed)


def test_windows_overlap_without_a_copy():
    op, memory = PRIMITIVES["windows"], Memory()
    for (x,), attrs in op.domain(
        lambda *shape: np.arange(np.prod(shape)).reshape(shape)
    ):
        view = new_view(x.shape, ri.float32, "test")
        memory.put(view, x)

        seen = viewed(op, view, attrs)

        assert seen.buffer is view.buffer
        np.testing.assert_array_equal(memory.array(seen), op.compute(x, **attrs))


def test_a_single_element_is_a_view_too(x):
    view, memory = x

    seen = viewed(PRIMITIVES["slice"], view, {"slices": (1, 2, 3)})

    assert (seen.shape, seen.offset) == ((), 23 * 4)
    assert memory.array(seen) == 23


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0)])
def test_axes_lie_in_memory_in_the_order_that_was_asked_for(order):
    view = new_view((2, 3, 4), ri.float64, "test", order)

    assert view.shape == (2, 3, 4)
    assert view.array.transpose(order).flags.c_contiguous
    assert (view.offset, view.buffer.nbytes) == (0, 24 * 8)


def test_what_would_have_to_move_is_no_view(x):
    view, _ = x
    turned = viewed(PRIMITIVES["permute_dims"], view, {"axes": (2, 1, 0)})

    assert viewed(PRIMITIVES["reshape"], turned, {"shape": (24,)}) is None


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        (lambda x: x, True),
        (lambda x: x[::1], True),
        (lambda x: x.T, False),
        (lambda x: x[::-1], False),
        (lambda x: x[:, ::-1], False),
    ],
)
def test_views_are_the_same_if_every_element_is_at_its_place(change, is_same):
    view = new_view((3, 3), ri.float32, "test")

    assert view.is_same(view.at(change(view.array))) == is_same
    assert not view.is_same(new_view((3, 3), ri.float32, "test"))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_chains_of_views_walk_over_the_elements_that_numpys_do(data):
    sizes = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=4))
    view, memory = new_view(tuple(sizes), ri.int32, "test"), Memory()
    memory.put(view, np.arange(np.prod(sizes)).reshape(sizes))
    needed = memory.array(view).copy()
    for _ in range(data.draw(st.integers(1, 4))):
        if data.draw(st.booleans()):
            axes = tuple(data.draw(st.permutations(range(needed.ndim))))
            view = viewed(PRIMITIVES["permute_dims"], view, {"axes": axes})
            needed = needed.transpose(axes)
        else:
            slices = tuple(data.draw(st.sampled_from(SLICES)) for _ in needed.shape)
            view = viewed(PRIMITIVES["slice"], view, {"slices": slices})
            needed = needed[tuple(slice(*each) for each in slices)]

    assert view.shape == needed.shape
    np.testing.assert_array_equal(memory.array(view), needed)


SLICES = [
    (None, None, None),
    (None, None, -1),
    (1, None, 2),
    (0, 2, 1),
    (None, None, -2),
]
