"""Arguments that are given up: freed, written over, and never at a cost to others."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import FreedError, OutOfMemoryError, RangeError

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(2, 5, 5))
LARGE = RNG.normal(size=(300, 200))  # in the pool

# A few operations on float64 that are rounded in another way.
TOLERANCE = 1e-12


def address(x):
    return x.numpy().__array_interface__["data"][0]


def check(function, donate, *arrays):
    """Results are those of the function, given up or not; the places they lie at."""
    tensors = [ri.tensor(x) for x in arrays]
    places = [address(x) for x in tensors]
    needed = ri.tree.flatten(function(*map(ri.tensor, arrays)))[0]

    came = ri.tree.flatten(ri.compile(function, donate=donate)(*tensors))[0]

    for x, y in zip(came, needed, strict=True):
        np.testing.assert_allclose(x, y, rtol=TOLERANCE, atol=TOLERANCE)
    for i, x in enumerate(tensors):
        if i in donate:
            with pytest.raises(FreedError):
                x.numpy()
        else:
            np.testing.assert_array_equal(x, arrays[i])
    return [places.index(address(x)) if address(x) in places else None for x in came]


@pytest.mark.parametrize("x", [A, LARGE], ids=["small", "pooled"])
def test_a_result_lies_where_the_argument_lay(x):
    assert check(lambda x: x * 2.0 + 1.0, (0,), x) == [0]


def test_a_result_of_another_shape_does_not_and_the_argument_is_freed():
    assert check(lambda x: ri.sum(x), (0,), A) == [None]


def test_what_is_not_given_up_is_as_it_was():
    assert check(lambda x, y: x + y, (1,), A, B) == [1]


def test_a_training_step_writes_new_parameters_over_old_ones():
    def step(params, x):
        grads = ri.grad(lambda p: ri.sum((x @ p["w"] + p["b"]) ** 2))(params)
        return ri.tree.map(lambda p, g: p - 0.1 * g, params, grads)

    params = {"w": ri.tensor(A), "b": ri.tensor(B[0])}
    places = ri.tree.map(address, params)
    compiled, expected = ri.compile(step, donate=0), params
    for _ in range(3):
        expected = step(expected, ri.tensor(B))
    expected = ri.tree.map(lambda x: x.numpy().copy(), expected)

    for _ in range(3):
        params = compiled(params, B)

    assert ri.tree.map(address, params) == places
    for name in expected:
        np.testing.assert_allclose(params[name], expected[name], rtol=1e-10)


OVERWRITTEN = {
    "swapped": lambda a, b: (b, a),
    "rotated": lambda a, b: (b + 1.0, a * 2.0),
    "crossed": lambda a, b: (a + b, a - b),
    "a product into its input": lambda a, b: (a @ a, b),
    "a product of both": lambda a, b: (a @ b, b @ a),
    "the transpose": lambda a, b: (a.T, b[::-1]),
    "the transpose added": lambda a, b: (a + a.T, b + b[::-1]),
    "itself and more": lambda a, b: (a + 1.0, a),
    "more and itself": lambda a, b: (a, a + 1.0),
    "a roll": lambda a, b: (a + ri.roll(a, 1), ri.roll(b, 1, axis=0)),
    "shifted down": lambda a, b: (ri.concat([b[:1], a[:-1]]), b),
    "shifted up": lambda a, b: (ri.concat([a[1:], b[:1]]), b),
    "normed": lambda a, b: (a / ri.sum(a * a), b - ri.mean(b, axis=0)),
    "softmax": lambda a, b: (ri.softmax(a), ri.softmax(b, axis=0)),
    "sorted": lambda a, b: (ri.sort(a, axis=0), ri.sort(b)),
    "scanned": lambda a, b: ri.scan(lambda c, x: (c * x + b, c[0]), a, b),
    "a constant": lambda a, b: (ri.ones((5, 5), dtype=ri.float64), a),
    "padded": lambda a, b: (ri.concat([ri.zeros((1, 5), dtype=ri.float64), a[1:]]), b),
}


@pytest.mark.parametrize("name", OVERWRITTEN)
@pytest.mark.parametrize("donate", [(0,), (1,), (0, 1)])
def test_nothing_is_read_after_it_has_been_written_over(name, donate):
    check(OVERWRITTEN[name], donate, A, B)


@pytest.mark.parametrize("count", [1, 3])
def test_threads_do_not_read_what_others_have_written_over(count):
    before = ri.threads()
    x, b = RNG.normal(size=(2, 100_003))
    ri.set_threads(count)
    try:
        for function in (
            lambda x, b: ri.concat([x[1:], b[:1]]),
            lambda x, b: ri.concat([b[:1], x[:-1]]),
            lambda x, b: x * 2.0 + b,
            lambda x, b: x[::-1] * 2.0 + b,
        ):
            check(function, (0,), x, b)
    finally:
        ri.set_threads(before)


READERS = {
    "an array": lambda x: x.numpy(),
    "a view": lambda x: x[1:3].numpy(),
    "a transpose": lambda x: x.T.numpy(),
    "a buffer": lambda x: memoryview(x.numpy()),
    "a capsule": lambda x: np.from_dlpack(x),
    "a tensor": lambda x: ri.reshape(x, (-1,)).numpy(),
}


@pytest.mark.parametrize("array", [A, LARGE], ids=["small", "pooled"])
@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("is_first", [True, False])
def test_memory_that_somebody_else_can_read_is_not_written_to(array, name, is_first):
    compiled = ri.compile(lambda x: x + 1.0, donate=0)
    if not is_first:
        compiled(ri.tensor(array))
    x = ri.tensor(array)
    other = READERS[name](x)
    before = np.array(other)

    came = compiled(x)

    np.testing.assert_array_equal(np.asarray(other), before)
    np.testing.assert_array_equal(came, array + 1.0)


@pytest.mark.parametrize("array", [A, LARGE], ids=["small", "pooled"])
def test_a_part_that_is_given_up_leaves_the_whole_as_it_is(array):
    whole = ri.tensor(array)
    part = whole[1:4]

    came = ri.compile(lambda x: x + 1.0, donate=0)(part)

    np.testing.assert_array_equal(whole, array)
    np.testing.assert_array_equal(came, array[1:4] + 1.0)


def test_memory_of_another_framework_is_not_written_to():
    theirs = A.copy()

    ri.compile(lambda x: x + 1.0, donate=0)(ri.from_dlpack(theirs))

    np.testing.assert_array_equal(theirs, A)


def bytes_written(compiled):
    """By the kernels of what was compiled first, each array once."""
    (found,) = compiled._found.values()
    kernels = found.program.kernels
    return sum(x.step * k.extent for k in kernels for x in k.refs(k.writes))


def test_an_update_of_a_cache_that_is_given_up_touches_nothing_but_the_new_keys():
    def update(cache, keys):
        return cache.at[2:3].set(keys)

    compiled = ri.compile(update, donate=0)
    cache, keys = ri.tensor(LARGE), ri.tensor(LARGE[:1] * 2.0)
    place, needed = address(cache), update(cache, keys).numpy()

    came = compiled(cache, keys)

    assert address(came) == place
    np.testing.assert_array_equal(came, needed)
    assert bytes_written(compiled) == keys.numpy().nbytes


def test_an_update_of_a_value_inside_touches_nothing_but_its_part():
    def function(x, part):
        before = ri.sort(x, axis=0)
        return ri.sort(before.at[2:3].set(part), axis=0)

    compiled = ri.compile(function)
    part = ri.tensor(LARGE[:1] * 2.0)

    came = compiled(ri.tensor(LARGE), part)

    np.testing.assert_array_equal(came, function(ri.tensor(LARGE), part))
    assert bytes_written(compiled) == part.numpy().nbytes


def test_a_cache_that_is_read_afterwards_is_copied():
    def function(cache, keys):
        return cache.at[0:1].set(keys), ri.sum(cache)

    assert check(function, (0,), LARGE, LARGE[:1] * 2.0)[1] is None


def test_a_numpy_array_is_not_written_to():
    ours = A.copy()

    came = ri.compile(lambda x: x + 1.0, donate=0)(ours)

    np.testing.assert_array_equal(ours, A)
    np.testing.assert_array_equal(came, A + 1.0)


@pytest.mark.parametrize("donate", [(0,), (1,), (0, 1)])
def test_a_tensor_may_be_given_twice(donate):
    compiled = ri.compile(lambda x, y: (x + y, x - 2.0 * y), donate=donate)

    for _ in range(2):
        x = ri.tensor(A)
        total, difference = compiled(x, x)

        np.testing.assert_allclose(total, 2 * A, rtol=TOLERANCE)
        np.testing.assert_allclose(difference, -A, rtol=TOLERANCE)
        with pytest.raises(FreedError):
            x.numpy()


def test_what_does_not_lie_in_one_piece_is_given_up_too():
    x = ri.tensor(A).T

    came = ri.compile(lambda x: x * 2.0, donate=0)(x)

    np.testing.assert_array_equal(came, 2 * A.T)
    with pytest.raises(FreedError):
        x.numpy()


def test_an_error_before_anything_runs_loses_nothing():
    def step(x, labels):
        return x * 2.0, ri.softmax_cross_entropy(x, labels)

    x, compiled = ri.tensor(A), ri.compile(step, donate=0)
    compiled(ri.tensor(A), np.arange(5))

    with pytest.raises(RangeError, match="labels"):
        compiled(x, np.array([0, 1, 2, 3, 5]))
    np.testing.assert_array_equal(x, A)


DEFINITE = A @ A.T + np.eye(5)

REFUSED = {
    "written before": lambda p, a: (p * 2.0, ri.cholesky(a)),
    "written between": lambda p, a: (
        ri.sin(ri.inv(a)) + p,
        ri.cholesky(ri.sin(p) * 0.0 + a),
    ),
    "written after": lambda p, a: (p - ri.cholesky(a), ri.sum(a)),
    "written by a library": lambda p, a: (ri.sort(p, axis=0), ri.cholesky(a)),
    "of another shape": lambda p, a: (ri.sum(p), ri.cholesky(a)),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("donate", [(0,), (1,), (0, 1)])
def test_what_a_library_refuses_is_not_lost(name, donate):
    compiled = ri.compile(REFUSED[name], donate=donate)
    p, definite, indefinite = map(ri.tensor, (A, DEFINITE, -np.eye(5)))

    with pytest.raises(RangeError, match="cholesky: the matrix is not positive"):
        compiled(p, indefinite)

    np.testing.assert_array_equal(p, A)
    np.testing.assert_array_equal(indefinite, -np.eye(5))
    came = compiled(p, definite)
    needed = REFUSED[name](ri.tensor(A), ri.tensor(DEFINITE))
    for x, y in zip(came, needed, strict=True):
        np.testing.assert_allclose(x, y, rtol=TOLERANCE, atol=TOLERANCE)


def test_a_place_is_shared_when_no_library_can_refuse_any_more():
    def function(p, a):
        return p - ri.cholesky(a)

    assert check(function, (0,), A, DEFINITE) == [0]


@pytest.mark.parametrize("donate", [1, -1, (0, 2)])
def test_a_position_without_an_argument_is_refused(donate):
    compiled = ri.compile(lambda x: x + 1.0, donate=donate)
    x = ri.tensor(A)

    with pytest.raises(RangeError, match=r"compile: donate: .* with 1 argument$"):
        compiled(x)
    np.testing.assert_array_equal(x, A)


def test_a_device_without_room_loses_nothing(make_device):
    place = make_device(capacity_bytes=1 << 24)
    compiled = ri.compile(lambda x: (x + 1.0, x * 2.0), donate=0)
    size = (1 << 21) // 8
    compiled(ri.zeros(size, dtype=ri.float64, device=place))

    x = ri.ones(size, dtype=ri.float64, device=place)
    rest = place.pool.capacity_bytes - place.pool.statistics().allocated_bytes
    filler = ri.zeros(rest - (1 << 20), dtype=ri.uint8, device=place)
    with pytest.raises(OutOfMemoryError):
        compiled(x)

    assert x.numpy()[0] == 1
    assert filler.nbytes


def test_a_freed_argument_is_refused_again():
    compiled = ri.compile(lambda x: x + 1.0, donate=0)
    x = ri.tensor(A)
    compiled(x)

    with pytest.raises(FreedError):
        compiled(x)


def test_derivatives_need_their_arguments_which_stay():
    compiled = ri.compile(lambda x: x * x, donate=0)
    x = ri.tensor(A)

    came = ri.grad(lambda x: ri.sum(compiled(x)))(x)

    np.testing.assert_array_equal(came, 2 * A)
    np.testing.assert_array_equal(x, A)
