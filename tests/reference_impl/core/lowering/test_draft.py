"""Loop nests in the making: what a kernel says of itself holds when it runs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from played_kernels import Memory, play

import reference_impl as ri
from reference_impl.core.lowering.draft import copy, fill
from reference_impl.core.lowering.view import new_view

KEYS = [
    np.s_[:],
    np.s_[::-1],
    np.s_[:, ::-1],
    np.s_[1:3],
    np.s_[:, ::2],
    np.s_[::2, 1:2],
    np.s_[-1:0:-2, ::-1],
]


def view_of(shape, key, order=(0, 1)):
    whole = new_view(shape, ri.int32, "test", order)
    return whole.at(whole.array[key])


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_copy_moves_every_element_to_its_place(data):
    memory, orders = Memory(), st.permutations((0, 1))
    key = data.draw(st.sampled_from(KEYS))
    x = view_of((4, 5), key, data.draw(orders))
    out = new_view(x.shape, ri.int32, "out", data.draw(orders))
    memory.put(x, np.arange(x.array.size).reshape(x.shape))

    play(copy(x, out), memory)  # which checks `Ref.step`

    np.testing.assert_array_equal(memory.array(out), memory.array(x))


@pytest.mark.parametrize("key", KEYS)
def test_zeros_are_written_where_a_view_is_and_nowhere_else(key):
    memory = Memory()
    whole = new_view((4, 5), ri.int32, "test")
    memory.put(whole, np.ones((4, 5)))
    needed = np.ones((4, 5))
    needed[key] = 0

    play(fill(whole.at(whole.array[key])), memory)

    np.testing.assert_array_equal(memory.array(whole), needed)


def in_place(x, out):
    (kernel,) = copy(x, out)
    return kernel.in_place


def test_elements_may_be_written_where_they_were_read():
    x = view_of((4, 5), np.s_[:])

    assert in_place(x, view_of((4, 5), np.s_[:])) == ((0, 1),)


def test_elements_that_are_where_they_belong_are_not_copied():
    x = view_of((4, 5), np.s_[:])

    assert copy(x, x) == []


@pytest.mark.parametrize("key", [np.s_[::-1], np.s_[:, ::-1]])
def test_elements_in_another_order_are_not_in_place(key):
    x = view_of((4, 5), np.s_[:])

    assert in_place(x.at(x.array[key]), x) == ()


def test_elements_further_on_in_one_buffer_are_not_in_place():
    x = view_of((6, 5), np.s_[:])

    assert in_place(x.at(x.array[:5]), x.at(x.array[1:])) == ()
    assert in_place(x.at(x.array[1:]), x.at(x.array[:5])) == ()


@pytest.mark.parametrize(
    ("key", "step"),
    [(np.s_[:], 4), (np.s_[:, :4], 20), (np.s_[:, ::-1], None), (np.s_[::-1], None)],
)
def test_a_row_has_bytes_of_its_own_if_it_lies_in_the_direction_of_memory(key, step):
    x = view_of((4, 5), key)
    (kernel,) = copy(x, new_view(x.shape, ri.int32, "out"))

    assert kernel.args[0].step == step


@pytest.mark.parametrize(("channels", "loops"), [(3, (3, 20)), (16, (20, 16))])
def test_few_channels_are_no_innermost_loop_of_a_copy(channels, loops):
    memory = Memory()
    x = new_view((2, channels, 20), ri.int32, "test")
    out = new_view(x.shape, ri.int32, "out", (0, 2, 1))
    memory.put(x, np.arange(x.array.size).reshape(x.shape))

    (kernel,) = copy(x, out)
    play([kernel], memory)

    np.testing.assert_array_equal(memory.array(out), memory.array(x))
    assert (kernel.extent, kernel.args[2:4]) == (2, loops)


def test_a_copy_is_cut_along_the_rows_of_its_result():
    x = view_of((20, 4), np.s_[:], order=(1, 0))

    (kernel,) = copy(x, new_view(x.shape, ri.int32, "out"))

    assert kernel.extent == 20
