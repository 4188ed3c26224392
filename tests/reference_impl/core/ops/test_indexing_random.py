"""Thousands of indices, drawn from everything that can stand in square brackets.

NumPy says which elements of an array of running numbers an index takes. That is an
independent answer to reading, to writing, and to where a gradient belongs.
"""

import numpy as np
import pytest

import reference_impl as ri

BATCHES, PER_BATCH = 30, 100


def integers(rng, size, shape=()):
    """Positions in an axis; in one case of fifteen one may lie just outside."""
    beyond = int(rng.integers(15) == 0)
    return rng.integers(-size - beyond, max(size, 1) + beyond, size=shape)


def mask(rng, shape):
    """Truth values; in one case of six an axis has no elements or one too many."""
    sizes = list(shape)
    if sizes and rng.integers(6) == 0:
        axis = rng.integers(len(sizes))
        sizes[axis] = rng.choice([0, sizes[axis] + 1])
    return rng.random(sizes) > 0.5


def bounded(rng, size):
    """A slice whose bounds may lie anywhere, be left out, or be tensors."""
    start, stop = rng.integers(-size - 2, size + 3, size=2).tolist()
    step = rng.choice([-3, -2, -1, 1, 2, 3] * 3 + [0]).item()
    kinds = (lambda n: n, lambda n: None, ri.tensor, np.int8)
    return slice(*(kinds[rng.integers(4)](n) for n in (start, stop, step)))


def entry(rng, shape):
    """One entry of an index, for an axis of that shape's first size."""
    size = shape[0] if shape else 1
    match rng.integers(16):
        case 0 | 1 | 2:
            return integers(rng, size).item()
        case 3 | 4 | 5:
            return bounded(rng, size)
        case 6:
            return None
        case 7:
            return ...
        case 8:
            return integers(rng, size)[()].astype(np.int16)
        case 9:
            return ri.tensor(integers(rng, size))
        case 10:
            return integers(rng, size, (rng.integers(4),)).tolist()
        case 11:
            blocks = [(), (1,), (2,), (2, 1), (2, 2), (0,), (3, 0)]
            return integers(rng, size, blocks[rng.integers(len(blocks))])
        case 12:
            return mask(rng, shape[: rng.integers(1, 3)])
        case 13:
            return ri.tensor(mask(rng, shape[: rng.integers(1, 4)]))
        case 14:
            return [True, np.False_, np.array(True), ri.tensor(False)][rng.integers(4)]
        case _:
            return [0.5, "a", [0.0], np.array([0.0]), 1j, {0}, ()][rng.integers(7)]


def drawn(seed):
    """Arrays of running numbers, and an index for each."""
    rng = np.random.default_rng(seed)
    for _ in range(PER_BATCH):
        shape = tuple(rng.integers(0, 5, size=rng.integers(0, 5)).tolist())
        numbers = np.arange(np.prod(shape, dtype=int)).reshape(shape)
        count = rng.integers(0, len(shape) + 2)
        axes = [shape[min(i, len(shape)) :] for i in range(count)]
        entries = tuple(entry(rng, rest) for rest in axes)
        yield numbers, entries[0] if count == 1 and rng.integers(2) else entries


def in_numpys_terms(index):
    if isinstance(index, tuple):
        return tuple(map(in_numpys_terms, index))
    if isinstance(index, slice):
        parts = (index.start, index.stop, index.step)
        return slice(*(None if n is None else int(n) for n in parts))
    return index.numpy() if isinstance(index, ri.Tensor) else index


def taken(numbers, index):
    """Which elements NumPy takes, or the error with which it refuses.

    Where broadcasting leaves no position NumPy ignores those out of range; we do not.
    """
    try:
        needed = numbers[in_numpys_terms(index)]
        if not needed.size:
            ri.tensor(numbers)[index]
        return needed, None
    except (IndexError, ValueError) as error:
        return None, error


def reader(index):
    return lambda x: x[index]


def updated_reader(index):
    return lambda x: x.at[index].get()


def weighted_sum(index, weights):
    return lambda x: ri.sum(x[index] * weights)


every_batch = pytest.mark.parametrize("seed", range(BATCHES))


@every_batch
def test_what_numpy_takes_is_taken(seed):
    for numbers, index in drawn(seed):
        needed, refused = taken(numbers, index)
        x = ri.tensor(numbers)
        for read in (reader(index), updated_reader(index)):
            if refused is None:
                came = read(x)
                assert came.shape == needed.shape, index
                np.testing.assert_array_equal(came, needed, str(index))
            else:
                with pytest.raises(ri.MappingError):
                    read(x)


@every_batch
def test_what_a_compiled_function_takes_is_the_same(seed):
    for numbers, index in drawn(seed):
        needed, refused = taken(numbers, index)
        read = ri.compile(reader(index))
        if refused is None:
            np.testing.assert_array_equal(read(ri.tensor(numbers)), needed, str(index))
        else:
            with pytest.raises(ri.MappingError):
                read(ri.tensor(numbers))


@every_batch
def test_a_gradient_is_a_scattering_of_the_cotangent(seed):
    rng = np.random.default_rng(seed)
    for numbers, index in drawn(seed):
        needed, refused = taken(numbers, index)
        if refused is not None:
            continue
        weights = rng.normal(size=needed.shape)
        scattered = np.bincount(needed.ravel(), weights.ravel(), numbers.size)

        gradient = ri.grad(weighted_sum(index, weights))

        came = gradient(ri.tensor(numbers.astype(float)))
        np.testing.assert_array_equal(came.numpy().ravel(), scattered, str(index))


@every_batch
def test_ones_are_written_and_added_where_numpy_takes(seed):
    for numbers, index in drawn(seed):
        needed, refused = taken(numbers, index)
        x = ri.tensor(np.zeros(numbers.shape))
        for change in ("set", "add", "max"):
            if refused is not None:
                with pytest.raises(ri.MappingError):
                    getattr(x.at[index], change)(1.0)
                continue
            readers = np.bincount(needed.ravel(), minlength=numbers.size)
            expected = readers if change == "add" else readers > 0
            came = getattr(x.at[index], change)(1.0)
            np.testing.assert_array_equal(came.numpy().ravel(), expected, str(index))


def test_the_draws_hold_enough_of_everything():
    answers = [
        taken(numbers, index)[1]
        for seed in range(BATCHES)
        for numbers, index in drawn(seed)
    ]

    accepted = sum(refused is None for refused in answers)
    assert accepted > 1000
    assert len(answers) - accepted > 500
