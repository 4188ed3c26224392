import itertools
import os

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import train


def fit(run, folder, *, every=1, **options):
    clock = itertools.count(1_700_000_000).__next__
    board = train.TensorBoard(folder, every=every, clock=clock)
    return run.fit(callbacks=[board], **options)


def written(folder):
    (name,) = os.listdir(folder)
    return (folder / name).read_bytes()


def test_there_is_a_number_for_every_step_and_every_score(run, tmp_path):
    scores = {"accuracy": 0.5, "matrix": np.eye(2)}
    fit(run, tmp_path, epochs=2, evaluate=lambda model: scores)
    contents = written(tmp_path)

    assert contents.count(b"step/loss") == 12
    assert contents.count(b"\x0atrain_loss\x15") == 2
    assert contents.count(b"\x08accuracy\x15") == 2
    assert b"matrix" not in contents


def test_of_many_steps_some_are_written(run, tmp_path):
    fit(run, tmp_path, every=5, epochs=2)

    assert written(tmp_path).count(b"step/loss") == 2


def test_the_name_is_one_that_tensorboard_looks_for(run, tmp_path):
    for count in (1, 2):
        fit(run, tmp_path, epochs=1)
        names = os.listdir(tmp_path)
        assert len(names) == count
        assert all(n.startswith("events.out.tfevents.1700000000.") for n in names)


def test_tensorboard_reads_it(run, tmp_path):
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="TensorBoard is not installed",
    )
    fit(run, tmp_path, epochs=2)

    events = accumulator.EventAccumulator(str(tmp_path)).Reload()

    assert sorted(events.Tags()["scalars"]) == ["step/loss", "train_loss"]
    assert [event.step for event in events.Scalars("train_loss")] == [6, 12]


def test_every_must_be_positive(tmp_path):
    with pytest.raises(ri.RangeError, match="TensorBoard: every must be at least 1"):
        train.TensorBoard(tmp_path, every=0)
    with pytest.raises(ri.DtypeError, match="TensorBoard: every must be an integer"):
        train.TensorBoard(tmp_path, every=1.5)


def test_a_full_disk_is_an_error_with_the_name_of_the_file(run, tmp_path):
    resource = pytest.importorskip("resource", reason="there are no limits to set")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, limits[1]))
    try:
        with pytest.raises(OSError, match=r"too large: '.*/events\.out\.tfevents"):
            fit(run, tmp_path, epochs=2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
