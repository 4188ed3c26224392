import copy
import pickle

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import random
from reference_impl.core import tree
from reference_impl.core.errors import (
    DtypeError,
    KeyReuseError,
    RangeError,
    ShapeError,
)

CONSUMERS = {
    "bernoulli": random.bernoulli,
    "bits": random.bits,
    "categorical": lambda key: random.categorical(key, ri.zeros(3)),
    "integers": lambda key: random.integers(key, high=9),
    "normal": random.normal,
    "permutation": lambda key: random.permutation(key, 3),
    "split": random.split,
    "uniform": random.uniform,
}

each_consumer = pytest.mark.parametrize("name", CONSUMERS)


def words(key):
    return key.words.tolist()


@each_consumer
def test_a_key_is_good_for_one_use(name):
    key = random.key(0)
    CONSUMERS[name](key)

    with pytest.raises(KeyReuseError, match=rf"^bits: .* used by {name}, .*split\(key"):
        random.bits(key)


@each_consumer
def test_a_key_that_was_used_serves_nobody(name):
    key = random.key(0)
    random.fold_in(key, 1)

    with pytest.raises(KeyReuseError, match=rf"^{name}: .* used by fold_in, .*clone"):
        CONSUMERS[name](key)


@each_consumer
def test_what_is_no_key_is_refused(name):
    with pytest.raises(DtypeError, match=rf"^{name}: a key is needed, int came; `rand"):
        CONSUMERS[name](42)


def test_a_call_that_fails_does_not_use_the_key_up():
    key = random.key(0)
    with pytest.raises(ShapeError):
        random.uniform(key, -1)
    with pytest.raises(RangeError):
        random.split(key, -1)

    random.uniform(key)


def test_a_clone_repeats_on_purpose():
    key = random.key(0)
    first = random.uniform(random.clone(key), 3)
    random.split(key)

    assert random.uniform(random.clone(key), 3).tolist() == first.tolist()


def test_numbers_can_be_folded_into_one_key_again_and_again():
    key = random.key(0)

    made = {tuple(words(random.fold_in(key, number))) for number in range(1000)}

    assert len(made) == 1000


def test_split_keys_differ_from_one_another_and_from_their_parent():
    key = random.key(0)

    made = {tuple(words(each)) for each in (key, *random.split(key, 1000))}

    assert len(made) == 1001


def test_a_key_can_be_split_into_none():
    assert random.split(random.key(0), 0) == ()


@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**64 - 1])
def test_a_seed_becomes_two_words(seed):
    high, low = words(random.key(seed))

    assert high * 2**32 + low == seed


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(RangeError, match=rf"^key: the seed .* {seed} came"):
        random.key(seed)
    with pytest.raises(RangeError, match=rf"^fold_in: the number .* {seed} came"):
        random.fold_in(random.key(0), seed)


def test_what_is_no_single_integer_cannot_be_folded_in():
    with pytest.raises(DtypeError, match=r"^fold_in: .*float32 came"):
        random.fold_in(random.key(0), ri.tensor(1.0))
    with pytest.raises(ShapeError, match=r"^fold_in: one number .*\(3,\) came"):
        random.fold_in(random.key(0), ri.tensor([1, 2, 3]))


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_a_tensor_folds_in_as_its_number_does(dtype):
    came = random.fold_in(random.key(0), ri.tensor(7, dtype=dtype))

    assert words(came) == words(random.fold_in(random.key(0), 7))


def test_a_key_is_a_tree_and_comes_out_of_one_unused():
    key = random.key(5)
    random.bits(key)

    assert tree.names({"noise": key}) == ["noise.words"]
    random.bits(tree.map(lambda words: words, key))


@pytest.mark.parametrize(
    "copied", [copy.copy, lambda key: pickle.loads(pickle.dumps(key))]
)
def test_a_copy_of_a_used_key_is_used(copied):
    key = random.key(5)
    random.bits(key)

    with pytest.raises(KeyReuseError):
        random.bits(copied(key))


def test_a_compiled_function_draws_what_the_eager_one_does():
    def step(key, number):
        first, second = random.split(random.fold_in(key, number))
        return random.normal(first, 5), random.uniform(second, 5)

    compiled, key = ri.compile(step), random.key(3)

    for number in (0, 1):
        came = compiled(key, ri.tensor(number))
        needed = step(random.clone(key), number)
        for x, y in zip(came, needed, strict=True):
            np.testing.assert_array_equal(x, y)
    assert len(compiled.graph(key, ri.tensor(0)).inputs) == 2


def test_a_key_is_good_for_one_use_while_a_function_is_captured():
    def draws_twice(key):
        return random.uniform(key) + random.uniform(key)

    with pytest.raises(KeyReuseError, match=r"^uniform: .* used by uniform"):
        ri.compile(draws_twice)(random.key(0))
