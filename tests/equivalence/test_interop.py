"""Memory shared between the reference framework and the others, both ways."""

import importlib

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.dtype import SUPPORTED

pytestmark = pytest.mark.frameworks

NUMBERS = np.array([[1.5, -2.0, 0.5], [3.0, 0.25, 4.0]])

# Without `jax_enable_x64` JAX has no types of 64 bits.
WIDE = ("int64", "uint64", "float64", "complex128")


def module(name):
    return pytest.importorskip(name, reason=f"{name} is not installed")


def to_tensorflow(x):
    # TensorFlow's function takes the capsule itself, not who exports it.
    experimental = importlib.import_module("tensorflow").experimental
    return experimental.dlpack.from_dlpack(x.__dlpack__())


IMPORTERS = {
    "torch": lambda x: module("torch").from_dlpack(x),
    "jax": lambda x: module("jax").numpy.from_dlpack(x),
    "tensorflow": lambda x: module("tensorflow") and to_tensorflow(x),
}


@pytest.fixture(params=IMPORTERS)
def framework(request):
    module(request.param)
    return request.param


@pytest.fixture(params=SUPPORTED, ids=str)
def dtype(request, framework):
    if framework == "jax" and str(request.param) in WIDE:
        pytest.skip("JAX computes with 64 bits only if a switch is set for all of it")
    return request.param


def test_a_framework_shares_memory_with_a_tensor_and_a_tensor_with_it(framework, dtype):
    x = ri.tensor(NUMBERS, dtype=dtype)

    theirs = IMPORTERS[framework](x)
    back = ri.from_dlpack(theirs)

    assert np.shares_memory(back.numpy(), x.numpy())
    assert (back.shape, back.dtype) == (x.shape, dtype)
    assert str(dtype) in f"{theirs.dtype}"
    np.testing.assert_array_equal(back, x)


def test_a_number_repeated_arrives_as_that_many(framework, dtype):
    ones = ri.ones_like(ri.tensor(NUMBERS, dtype=dtype))

    back = ri.from_dlpack(IMPORTERS[framework](ones))

    np.testing.assert_array_equal(back, ones)


def test_a_tensor_sees_what_pytorch_writes_into_shared_memory():
    torch = module("torch")
    theirs = torch.zeros(3, dtype=torch.bfloat16)
    x = ri.from_dlpack(theirs)
    theirs[1] = 7

    assert x.tolist() == [0, 7, 0]


def test_a_tensor_reads_what_another_framework_has_computed(framework):
    theirs = IMPORTERS[framework](ri.tensor([[1.0, 2.0], [3.0, 4.0]]))

    x = ri.from_dlpack(theirs @ theirs)

    assert x.tolist() == [[7, 10], [15, 22]]


def test_a_foreign_array_is_an_operand(framework):
    theirs = IMPORTERS[framework](ri.tensor([1.0, 2.0]))

    assert ri.add(theirs, ri.tensor([1.0, 1.0])).tolist() == [2, 3]


def test_a_result_in_memory_of_any_alignment_can_be_computed_with():
    tensorflow = module("tensorflow")
    results = [ri.tensor(NUMBERS[:, :2]) + float(i) for i in range(16)]

    for x in results:
        theirs = to_tensorflow(x)
        came = tensorflow.linalg.matmul(theirs, theirs).numpy()
        np.testing.assert_allclose(came, x.numpy() @ x.numpy())
