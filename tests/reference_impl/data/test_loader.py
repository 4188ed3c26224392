"""Batches: complete, in an order that only the seed decides, whoever prepares them."""

import threading
import time
import traceback
from functools import partial

import numpy as np
import pytest

from reference_impl import DtypeError, RangeError, ShapeError
from reference_impl.data import Loader, transforms

X = np.arange(20.0).reshape(10, 2)
Y = np.arange(10)

WORKERS = (0, 1, 3)
each_workers = pytest.mark.parametrize("workers", WORKERS)


def noisy(rng, batch):
    x, y = batch
    return x + rng.normal(size=x.shape), y


def assert_equal(came, needed):
    """Two lists of batches are equal to the bit."""
    assert len(came) == len(needed)
    for a, b in zip(came, needed, strict=True):
        assert all((p == q).all() for p, q in zip(a, b, strict=True))


def loader_threads():
    return [t for t in threading.enumerate() if t.name.startswith("loader")]


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(
    ("samples", "batch_size"), [(1, 1), (7, 7), (8, 1), (8, 2), (8, 3), (9, 8)]
)
def test_an_epoch_has_every_sample_once(samples, batch_size, shuffle, drop_last):
    x = np.arange(samples)

    loader = Loader((x,), batch_size, shuffle=shuffle, drop_last=drop_last)
    batches = [batch for (batch,) in loader.epoch(0)]

    assert len(batches) == len(loader)
    assert all(len(batch) == batch_size for batch in batches[:-1])
    seen = np.concatenate(batches).tolist()
    if not shuffle:
        assert seen == x[: len(seen)].tolist()
    assert len({*seen}) == len(seen)
    assert len(seen) == samples - (samples % batch_size if drop_last else 0)


def test_arrays_stay_together():
    for x, y in Loader((X, Y), 3, shuffle=True).epoch(0):
        assert (x == X[y]).all()


def test_the_order_is_a_function_of_the_seed_and_the_epoch():
    orders = {
        tuple(Loader((Y,), 2, shuffle=True, seed=seed).order(epoch))
        for seed in (0, 1, 2**64 - 1)
        for epoch in (0, 1, 1000)
    }
    again = Loader((Y,), 5, shuffle=True, seed=1, workers=2).order(1000)

    assert len(orders) == 9
    assert tuple(again) in orders


def test_the_order_is_that_of_the_words_of_philox():
    # Known numbers: what was trained with them can be trained again.
    order = Loader((Y,), 1, shuffle=True, seed=5).order(7)

    assert order.tolist() == [4, 0, 9, 2, 7, 5, 8, 6, 3, 1]


def test_a_fingerprint_tells_loaders_and_epochs_apart():
    loaders = [
        Loader((Y,), 2, shuffle=True),
        Loader((Y,), 2, shuffle=True, seed=1),
        Loader((Y,), 2),
        Loader((Y,), 2, seed=1),  # another for transforms
        Loader((Y,), 3, shuffle=True),
        Loader((Y[:9],), 2, shuffle=True),
    ]

    said = [each.fingerprint(0) for each in loaders]

    assert len({*said, loaders[0].fingerprint(1)}) == len(loaders) + 1
    again = Loader((X,), np.int64(2), shuffle=True, workers=2, transform=noisy)
    assert again.fingerprint(0) == said[0]


def test_every_order_is_about_equally_likely():
    loader = Loader((np.arange(3),), 1, shuffle=True)

    orders = [tuple(loader.order(epoch)) for epoch in range(600)]

    # 600 draws of 6: 100 on average, with a standard deviation of 9.
    assert min(orders.count(each) for each in {*orders}) > 50
    assert len({*orders}) == 6


@each_workers
@pytest.mark.parametrize("start", range(5))
def test_an_epoch_goes_on_at_any_batch(workers, start):
    whole = Loader((X, Y), 3, shuffle=True, transform=noisy)
    resumed = Loader((X, Y), 3, shuffle=True, transform=noisy, workers=workers)

    rest = [*resumed.epoch(4, start=start)]

    assert_equal(rest, [*whole.epoch(4)][start:])


@pytest.mark.parametrize("epoch", [0, 3])
@pytest.mark.parametrize("prefetch", [1, 4])
@pytest.mark.parametrize("workers", [0, 1, 2, 4])
def test_the_batches_are_those_of_one_thread(workers, prefetch, epoch):
    def slow(rng, batch):
        time.sleep(rng.random() * 1e-3)  # so that later ones are ready before
        return noisy(rng, batch)

    alone = Loader((X, Y), 1, shuffle=True, transform=slow)
    several = Loader(
        (X, Y), 1, shuffle=True, transform=slow, workers=workers, prefetch=prefetch
    )

    assert_equal([*several.epoch(epoch)], [*alone.epoch(epoch)])


def test_transforms_draw_anew_in_every_batch():
    zeros = np.zeros((8, 1))
    loader = Loader((zeros, Y[:8]), 2, transform=noisy)

    drawn = [x.item(0) for epoch in range(3) for x, _ in loader.epoch(epoch)]

    assert len({*drawn}) == 12


def test_image_transforms_are_taken():
    crop = partial(transforms.random_crop, padding=1)
    images = np.arange(72).reshape(8, 1, 3, 3)

    loader = Loader((images, Y[:8]), 4, transform=transforms.inputs(crop), workers=2)

    assert [x.shape for x, _ in loader.epoch(0)] == [(4, 1, 3, 3)] * 2


@each_workers
def test_batches_are_copies(workers):
    x = X.copy()
    for (batch,) in Loader((x,), 3, workers=workers).epoch(0):
        batch[:] = -1

    assert (x == X).all()


def test_workers_are_ahead_by_no_more_than_prefetch():
    prepared = []

    def noting(rng, batch):
        prepared.append(len(batch[0]))
        return batch

    epoch = Loader((np.arange(100),), 1, transform=noting, workers=2, prefetch=3).epoch(
        0
    )
    next(epoch)
    deadline = time.monotonic() + 10
    while len(prepared) < 7 and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.02)

    assert len(prepared) == 7  # one was handed out, two workers have three each
    epoch.close()


@each_workers
def test_closing_early_leaves_no_threads(workers):
    epoch = Loader((X, Y), 1, workers=workers).epoch(0)
    next(epoch)
    assert bool(loader_threads()) == (workers > 0)

    epoch.close()

    assert not loader_threads()


@each_workers
def test_leaving_the_loop_leaves_no_threads(workers):
    for _ in Loader((X, Y), 1, workers=workers).epoch(0):
        break
    assert not loader_threads()

    assert len([*Loader((X, Y), 1, workers=workers).epoch(0)]) == 10
    assert not loader_threads()


@each_workers
def test_what_a_worker_raises_comes_at_its_batch_with_its_place(workers):
    def failing(rng, batch):
        if 6 in batch[1]:
            raise KeyError("broken")
        return batch

    epoch = Loader((X, Y), 2, transform=failing, workers=workers).epoch(5)
    seen = [next(epoch)[1].tolist() for _ in range(3)]
    with pytest.raises(KeyError) as caught:
        next(epoch)

    assert seen == [[0, 1], [2, 3], [4, 5]]
    assert caught.value.__notes__ == ["Loader: in batch 3 of epoch 5"]
    assert traceback.extract_tb(caught.tb)[-1].name == "failing"
    assert not loader_threads()
    assert [*epoch] == []


WRONG = [
    (X, {}, DtypeError, "arrays must be several NumPy arrays, an ndarray came"),
    ((X, [1, 2]), {}, DtypeError, "arrays must be NumPy arrays, list came"),
    ((), {}, ShapeError, r"arrays must be one or more .*, \[\] came"),
    ((np.array(1),), {}, ShapeError, r"arrays .* first axis, \[\(\)\] came"),
    ((X, Y[:9]), {}, ShapeError, r"arrays must have equally many .*, \[10, 9\] came"),
    ((X[:0],), {}, RangeError, "arrays must have a sample at least, none came"),
    (
        (X,),
        {"batch_size": 11},
        RangeError,
        r"batch_size must lie in \[1, 11\), 11 came",
    ),
    ((X,), {"batch_size": 0}, RangeError, r"batch_size must lie in \[1, 11\), 0 came"),
    ((X,), {"batch_size": 2.5}, DtypeError, "batch_size must be an integer, 2.5 came"),
    ((X,), {"seed": -1}, RangeError, "seed must .*, -1 came"),
    ((X,), {"seed": 2**64}, RangeError, "seed must .*, 18446744073709551616 came"),
    ((X,), {"workers": -1}, RangeError, "workers must be at least 0, -1 came"),
    ((X,), {"prefetch": 0}, RangeError, "prefetch must be at least 1, 0 came"),
]


@pytest.mark.parametrize(("arrays", "options", "kind", "message"), WRONG, ids=str)
def test_wrong_arguments_are_named(arrays, options, kind, message):
    with pytest.raises(kind, match=f"Loader: {message}"):
        Loader(arrays, **{"batch_size": 1, **options})


def test_an_epoch_has_a_number_and_a_start_within_it():
    loader = Loader((X,), 4)

    assert [*loader.epoch(0, start=3)] == []
    with pytest.raises(RangeError, match=r"start must lie in \[0, 4\), 4 came"):
        loader.epoch(0, start=4)
    with pytest.raises(RangeError, match="number must be at least 0, -1 came"):
        loader.epoch(-1)
    with pytest.raises(DtypeError, match=r"number must be an integer, 0\.5 came"):
        loader.epoch(0.5)


@pytest.mark.parametrize("options", [{"workers": 2**63}, {"prefetch": 2**63}], ids=str)
def test_more_than_all_batches_are_never_ahead(options):
    loader = Loader((X, Y), 3, **{"workers": 1, **options})

    assert_equal([*loader.epoch(0)], [*Loader((X, Y), 3).epoch(0)])
