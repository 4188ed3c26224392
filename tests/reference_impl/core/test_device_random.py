"""Random programs on a device that counts and poisons, held against NumPy."""

import numpy as np
import pytest

import reference_impl as ri

STEPS = 150
TOLERANCE = 1e-12  # float64: layouts differ, and with them the order of some sums

OPERATIONS = {
    "add": (lambda x, y: x + y, lambda x, y: x + y),
    "multiply": (lambda x, y: x * y, lambda x, y: x * y),
    "exp": (lambda x, y: ri.exp(-(x * x)), lambda x, y: np.exp(-(x * x))),
    "where": (
        lambda x, y: ri.where(x > y, x, y),
        lambda x, y: np.where(x > y, x, y),
    ),
    "matmul": (lambda x, y: x @ y / 10, lambda x, y: x @ y / 10),
    "transpose": (lambda x, y: x.T + y, lambda x, y: x.T + y),
    "sum": (
        lambda x, y: x + ri.sum(y, axis=0) / 10,
        lambda x, y: x + y.sum(axis=0) / 10,
    ),
    "view": (lambda x, y: x.T, lambda x, y: x.T),
    "number": (lambda x, y: 0.5 * x - 1, lambda x, y: 0.5 * x - 1),
    "convert": (
        lambda x, y: x.astype("float32").astype("float64"),
        lambda x, y: x.astype("float32").astype("float64"),
    ),
}


def bounded(x, minimum, maximum, where):
    return where(x > maximum, x * 0 + maximum, where(x < minimum, x * 0 + minimum, x))


@pytest.mark.usefixtures("gc_disabled")
@pytest.mark.parametrize("seed", range(4))
def test_programs_compute_what_numpy_does_and_give_everything_back(make_device, seed):
    rng = np.random.default_rng(seed)
    small = make_device(capacity_bytes=1 << 20, poison=True)
    arrays = [rng.normal(size=(9, 9)) for _ in range(4)]
    tensors = [ri.tensor(a, device="small") for a in arrays]
    for _ in range(STEPS):
        ours, theirs = OPERATIONS[rng.choice(list(OPERATIONS))]
        i, j, k = rng.integers(len(arrays), size=3)
        arrays[k] = bounded(theirs(arrays[i], arrays[j]), -9, 9, np.where)
        tensors[k] = bounded(ours(tensors[i], tensors[j]), -9, 9, ri.where)

    for x, array in zip(tensors, arrays, strict=True):
        np.testing.assert_allclose(x.numpy(), array, TOLERANCE, TOLERANCE)
    assert small.pool.statistics().allocated_bytes < (1 << 20) / 8
    del tensors, x
    statistics = small.pool.statistics()
    assert statistics.requested_bytes == statistics.allocated_bytes == 0
    assert statistics.fragmentation == 0


@pytest.mark.usefixtures("gc_disabled")
@pytest.mark.parametrize("seed", range(3))
def test_tensors_freed_by_hand_give_their_blocks_back_at_once(make_device, seed):
    rng = np.random.default_rng(seed)
    small = make_device(capacity_bytes=1 << 20)
    live = []
    for _ in range(STEPS):
        if live and rng.random() < 0.5:
            live.pop(rng.integers(len(live))).free()
        else:
            size = rng.integers(1, 200)
            live.append(ri.exp(ri.tensor(rng.normal(size=size), device="small")))
        held = sum(x.nbytes for x in live)
        assert small.pool.statistics().requested_bytes == held
