"""Memory shared with NumPy; `tests/equivalence/test_interop.py` has the frameworks."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.dtype import SUPPORTED
from reference_impl.core.errors import (
    DeviceError,
    DtypeError,
    GradientError,
    NoValueError,
)
from reference_impl.core.tensor import symbol

NUMBERS = np.array([[1.5, -2.0, 0.5], [3.0, 0.25, 4.0]])


class Foreign:
    """An array of another framework, as the protocol shows it."""

    def __init__(self, array, *, device=(1, 0), is_old=False):
        self.array, self.device, self.is_old = array, device, is_old

    def __dlpack_device__(self):
        return self.device

    def __dlpack__(self, *, stream=None, **options):
        if self.is_old and options:
            raise TypeError("no such options")
        return self.array.__dlpack__(**options)


@pytest.mark.parametrize("dtype", [d for d in SUPPORTED if d != ri.bfloat16], ids=str)
@pytest.mark.parametrize("is_old", [True, False], ids=["old", "new"])
def test_numpy_shares_memory_with_a_tensor(dtype, is_old):
    x = ri.tensor(NUMBERS, dtype=dtype)

    array = np.from_dlpack(Foreign(x, is_old=is_old))

    assert np.shares_memory(array, x.numpy())
    assert array.dtype == dtype
    np.testing.assert_array_equal(array, x)


def test_numpy_is_told_not_to_write():
    assert not np.from_dlpack(ri.tensor(NUMBERS)).flags.writeable


def test_numpy_refuses_bfloat16_through_dlpack_and_has_it_as_an_array():
    x = ri.tensor([1.0, 2.0], dtype="bfloat16")

    with pytest.raises((BufferError, RuntimeError), match="dtype"):
        np.from_dlpack(x)
    assert np.shares_memory(np.asarray(x), x.numpy())


@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
@pytest.mark.parametrize("is_old", [True, False], ids=["old", "new"])
def test_a_tensor_shares_memory_with_who_exports_it(dtype, is_old):
    other = ri.tensor(NUMBERS, dtype=dtype)

    x = ri.from_dlpack(Foreign(other, is_old=is_old))

    assert x.dtype == dtype
    assert np.shares_memory(x.numpy(), other.numpy())
    np.testing.assert_array_equal(x, other)


def test_a_tensor_sees_what_is_written_into_shared_memory_and_cannot_write():
    array = NUMBERS.copy()
    x = ri.from_dlpack(array)
    array[0, 0] = 7

    assert x.numpy()[0, 0] == 7
    assert not x.data.flags.writeable


@pytest.mark.parametrize("copy", [True, False, None])
def test_a_copy_is_made_exactly_when_it_is_asked_for(copy):
    array = NUMBERS.copy()

    assert np.shares_memory(ri.from_dlpack(array, copy=copy).numpy(), array) != (
        copy is True
    )


@pytest.mark.parametrize(
    "view", [NUMBERS.T, NUMBERS[:, ::2], NUMBERS[:0], NUMBERS[0, 0]]
)
def test_a_view_keeps_its_strides(view):
    view = np.asarray(view)

    x = ri.from_dlpack(view)

    assert x.numpy().strides == view.strides
    np.testing.assert_array_equal(x, view)


def test_old_readers_get_a_copy_of_what_is_repeated():
    zeros = ri.zeros_like(ri.tensor(NUMBERS))

    array = np.from_dlpack(Foreign(zeros, is_old=True))

    assert not np.shares_memory(array, zeros.numpy())
    assert array.tolist() == np.zeros_like(NUMBERS).tolist()
    with pytest.raises(BufferError):
        zeros.__dlpack__(copy=False)


def test_an_array_on_another_kind_of_device_is_refused():
    with pytest.raises(DeviceError, match=r'kind 2; say `device="cpu"` for a copy'):
        ri.from_dlpack(Foreign(NUMBERS, device=(2, 0)))


def test_a_foreign_device_is_asked_for_a_copy_in_main_memory():
    asked = {}

    class Elsewhere(Foreign):
        def __dlpack__(self, **options):
            asked.update(options)
            return super().__dlpack__(**options)

    ri.from_dlpack(Elsewhere(NUMBERS.copy(), device=(2, 0)), device="cpu")

    assert asked["dl_device"] == (1, 0)


def test_a_tensor_lies_in_main_memory():
    assert ri.tensor([1.0]).__dlpack_device__() == (1, 0)


def test_a_tensor_with_a_history_is_not_exported():
    with pytest.raises(GradientError, match=r"^dlpack: another framework would lose"):
        ri.grad(lambda x: np.from_dlpack(x).sum())(ri.tensor(1.0))


def test_a_tensor_without_a_value_is_not_exported():
    with pytest.raises(NoValueError, match=r"^dlpack: "):
        symbol((2,), ri.float32).__dlpack__()


@pytest.mark.parametrize("junk", [1.0, [1.0], None, "a"])
def test_what_hands_out_no_memory_is_refused(junk):
    with pytest.raises(DtypeError, match=r"^from_dlpack: an array with .*, \w+ came$"):
        ri.from_dlpack(junk)
