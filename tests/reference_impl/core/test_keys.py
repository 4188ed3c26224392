import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from forks import answer_of_a_child, needs_fork

import reference_impl as ri
from reference_impl import random
from reference_impl.core import continuous, tree
from reference_impl.core.errors import (
    DtypeError,
    FreedError,
    KeyReuseError,
    NoValueError,
    OutOfMemoryError,
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


# So many are no machine's: their bytes exceed what an address can reach.
TOO_MANY = 10**14

TOO_LARGE = {
    "bernoulli": lambda key: random.bernoulli(key, 0.5, TOO_MANY),
    "bits": lambda key: random.bits(key, TOO_MANY),
    "categorical": lambda key: random.categorical(key, ri.zeros(3), shape=TOO_MANY),
    "integers": lambda key: random.integers(key, TOO_MANY, high=9),
    "normal": lambda key: random.normal(key, TOO_MANY),
    "permutation": lambda key: random.permutation(key, TOO_MANY),
    "split": lambda key: random.split(key, TOO_MANY),
    "uniform": lambda key: random.uniform(key, TOO_MANY),
}


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


@each_consumer
def test_a_draw_that_finds_no_memory_does_not_use_the_key_up(name):
    key = random.key(0)
    with pytest.raises(OutOfMemoryError):
        TOO_LARGE[name](key)

    CONSUMERS[name](key)
    with pytest.raises(KeyReuseError, match=rf"used by {name}, "):
        CONSUMERS[name](key)


def test_a_number_that_is_not_folded_in_does_not_use_the_key_up(make_device):
    make_device(name="other")
    elsewhere, key = ri.tensor(1, device="other"), random.key(0)
    with pytest.raises(ri.DeviceError):
        random.fold_in(key, elsewhere)

    random.split(key)


def test_of_two_threads_that_draw_at_the_same_time_one_is_refused(monkeypatch):
    both, unit, key = Barrier(2, timeout=5), continuous.unit, random.key(0)

    def meeting(*args):
        both.wait()
        return unit(*args)

    monkeypatch.setattr(continuous, "unit", meeting)
    with ThreadPoolExecutor(2) as threads:
        draws = [threads.submit(random.uniform, key) for _ in range(2)]
    errors = [draw.exception() for draw in draws]

    assert sorted(map(type, errors), key=str) == [type(None), KeyReuseError]


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


JUNK = [1.5, "a", None, 1j, np.array([4, 5]), ri.tensor([5, 6])]


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_what_is_no_integer_is_no_seed_and_no_count(junk):
    with pytest.raises(DtypeError, match=r"^key: the seed must be an integer, .* came"):
        random.key(junk)
    with pytest.raises(DtypeError, match=r"^split: n must be an integer, .* came"):
        random.split(random.key(0), junk)


def test_a_seed_and_a_count_may_be_tensors_that_are_known():
    assert words(random.key(ri.tensor(5))) == words(random.key(5))
    assert len(random.split(random.key(0), ri.tensor(3))) == 3
    with pytest.raises(NoValueError, match=r"^key: the seed: the value of "):
        ri.compile(lambda seed: random.bits(random.key(seed)))(ri.tensor(5))


@pytest.mark.parametrize("junk", [1.5, "a", None, 1j, np.array([4, 5])], ids=repr)
def test_what_is_no_integer_cannot_be_folded_in(junk):
    needed = r"^fold_in: the number must be an integer, .* came"
    with pytest.raises(DtypeError, match=needed):
        random.fold_in(random.key(0), junk)


def test_a_negative_tensor_is_refused_if_it_is_known_and_else_counts_from_the_end():
    with pytest.raises(RangeError, match=r"^fold_in: the number .*, -1 came"):
        random.fold_in(random.key(0), ri.tensor(-1))

    came = ri.compile(random.fold_in)(random.key(0), ri.tensor(-1))
    assert words(came) == words(random.fold_in(random.key(0), 2**64 - 1))


WRONG_WORDS = {
    "three": (ri.zeros(3, dtype="uint32"), ShapeError, r"uint32\[3\]"),
    "a batch": (ri.zeros((2, 2), dtype="uint32"), ShapeError, r"uint32\[2, 2\]"),
    "int64": (ri.tensor([1, 2]), DtypeError, r"int64\[2\]"),
    "nothing": (None, DtypeError, "numbers are needed, object"),
}


@pytest.mark.parametrize(
    ("given", "kind", "came"), WRONG_WORDS.values(), ids=WRONG_WORDS
)
@pytest.mark.parametrize("name", [*CONSUMERS, "clone", "fold_in"])
def test_a_key_has_two_words(name, given, kind, came):
    use = {"clone": random.clone, "fold_in": lambda key: random.fold_in(key, 1)}

    with pytest.raises(kind, match=rf"^{name}: .*{came} came"):
        (CONSUMERS | use)[name](random.Key(given))


def test_a_key_whose_words_were_freed_is_refused_by_name():
    key = random.key(0)
    key.words.free()

    with pytest.raises(FreedError, match=r"^bits: "):
        random.bits(key)


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


@needs_fork
def test_a_process_that_is_forked_while_a_key_is_in_use_can_draw():
    prepare = "from reference_impl.core import keys; key = keys.key(0)"

    assert (
        answer_of_a_child(prepare, lock="keys._lock", answer="len(keys.split(key))")
        == 2
    )
