import errno
import os
import subprocess
import sys

import pytest

import reference_impl as ri
from reference_impl import nn, train
from reference_impl.core import whole_file
from reference_impl.train import folder_lock


def names(folder):
    return sorted(os.listdir(folder))


def test_a_checkpoint_follows_every_evaluation(run, tmp_path):
    run.fit(epochs=2, callbacks=[train.Checkpoint(tmp_path / "new" / "folder")])

    assert names(tmp_path / "new" / "folder") == ["step-00000012.safetensors"]


def test_the_last_ones_stay(run, tmp_path):
    run.fit(steps=11, callbacks=[train.Checkpoint(tmp_path, every=3, keep=2)])

    assert names(tmp_path) == [
        "step-00000006.safetensors",
        "step-00000009.safetensors",
    ]
    assert [path.name for path in train.checkpoints(tmp_path)] == names(tmp_path)


def test_the_best_stays_and_its_model_can_be_loaded(run, bits, tmp_path):
    scores = iter([3.0, 1.0, 2.0])
    keeper = train.Checkpoint(tmp_path, best="score")
    run.fit(
        epochs=3,
        evaluate=lambda model: {"score": next(scores)},
        callbacks=[keeper],
    )

    params, statistics = nn.partition(run.model())
    like = {"state": {"params": params, "statistics": statistics}}
    loaded = train.load_checkpoint(tmp_path / "best.safetensors", like, exact=False)

    assert names(tmp_path) == ["best.safetensors", "step-00000018.safetensors"]
    assert bits(nn.combine(*loaded["state"].values())) == bits(run.fit(epochs=2).model)


def test_the_best_is_remembered_by_training_that_goes_on(run, tmp_path):
    def fit(scores, **options):
        keeper = train.Checkpoint(tmp_path, best="score", larger_is_better=True)
        given = iter(scores)
        run.fit(
            evaluate=lambda model: {"score": next(given)},
            callbacks=[keeper],
            **options,
        )
        best = train.read_checkpoint(tmp_path / "best.safetensors")
        return best.metadata["step"]

    assert fit([2.0], epochs=1) == "6"
    assert fit([1.0], epochs=2, resume=tmp_path) == "6"
    assert fit([3.0], epochs=3, resume=tmp_path) == "18"


def test_the_header_says_where_training_is(run, tmp_path):
    run.fit(steps=8, callbacks=[train.Checkpoint(tmp_path, every=1)])

    stored = train.read_checkpoint(train.checkpoints(tmp_path)[-1])

    assert stored.metadata == {"step": "8", "epoch": "1", "position": "2", "key": "0 2"}
    assert stored.arrays["state.key.words"].tolist() == [0, 2]


def test_a_checkpoint_of_a_later_step_is_not_taken_for_ones_own(run, tmp_path):
    run.fit(steps=8, callbacks=[train.Checkpoint(tmp_path, every=8)])

    with pytest.raises(
        ri.FileError, match=r"step-00000008\.safetensors is of a later step than 0"
    ):
        run.fit(steps=8, callbacks=[train.Checkpoint(tmp_path, every=8)])


def test_a_full_disk_leaves_the_checkpoint_before(run, bits, tmp_path, monkeypatch):
    written = []

    def fsync(handle):
        written.append(handle)
        if len(written) > 4:  # two checkpoints, each with its folder
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(whole_file.os, "fsync", fsync)
    with pytest.raises(OSError, match=r"No space left .*step-00000006\.safetensors"):
        run.fit(steps=8, callbacks=[train.Checkpoint(tmp_path, every=2)])
    monkeypatch.undo()

    assert names(tmp_path) == ["step-00000004.safetensors"]
    assert bits(run.fit(steps=8, resume=tmp_path)) == bits(run.fit(steps=8))


def test_what_is_written_holds_what_callbacks_remember_whatever_their_order(
    run, tmp_path
):
    keeper, stopping = train.Checkpoint(tmp_path), train.EarlyStopping("train_loss")
    run.fit(epochs=1, callbacks=[keeper, stopping])

    arrays = train.read_checkpoint(train.checkpoints(tmp_path)[-1]).arrays
    assert arrays["callbacks.EarlyStopping.0.best"] < 10.0


def test_two_callbacks_of_a_kind_remember_each_their_own(run, bits, tmp_path):
    def callbacks():
        return [
            train.EarlyStopping("train_loss", patience=3),
            train.EarlyStopping("train_loss", patience=2, minimum_change=0.3),
        ]

    run.fit(steps=7, callbacks=[*callbacks(), train.Checkpoint(tmp_path, every=1)])
    came = run.fit(epochs=5, callbacks=callbacks(), resume=tmp_path)

    assert bits(came) == bits(run.fit(epochs=5, callbacks=callbacks()))


@pytest.mark.parametrize("name", ["keep", "every"])
def test_numbers_that_are_no_counts_are_named(tmp_path, name):
    with pytest.raises(ri.RangeError, match=f"Checkpoint: {name} must be at least 1"):
        train.Checkpoint(tmp_path, **{name: 0})
    with pytest.raises(ri.DtypeError, match=f"Checkpoint: {name} must be an integer"):
        train.Checkpoint(tmp_path, **{name: 2.5})


def test_a_score_that_is_not_there_is_named(run, tmp_path):
    with pytest.raises(ri.RangeError, match="Checkpoint: there is no score 'accuracy'"):
        run.fit(epochs=1, callbacks=[train.Checkpoint(tmp_path, best="accuracy")])


def test_a_folder_belongs_to_one_training_that_runs(run, bits, tmp_path):
    command = [sys.executable, str(run.path), str(tmp_path), "eager"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            read_steps(process, 9)
            draft = tmp_path / ".step-00000099.safetensors.ab.part"
            draft.write_bytes(b"")
            with pytest.raises(ri.FileError, match="is in use by another Checkpoint"):
                run.fit(steps=10**9, callbacks=[train.Checkpoint(tmp_path)])
            assert draft.exists()
            read_steps(process, 9)  # it goes on
        finally:
            process.kill()

    # What was killed has the folder no more.
    steps = train.read_checkpoint(train.checkpoints(tmp_path)[-1]).metadata["step"]
    end = int(steps) + 9
    keeper = train.Checkpoint(tmp_path, every=1)
    assert bits(run.fit(steps=end, resume=tmp_path, callbacks=[keeper])) == bits(
        run.fit(steps=end)
    )
    assert names(tmp_path) == [f"step-{end:08}.safetensors"]


def read_steps(process, count):
    for _ in range(count):
        assert process.stdout.readline()


def test_two_checkpoints_of_one_training_have_two_folders(run, tmp_path):
    two = [train.Checkpoint(tmp_path), train.Checkpoint(tmp_path, best="train_loss")]
    with pytest.raises(ri.FileError, match="is in use by another Checkpoint, of this"):
        run.fit(epochs=1, callbacks=two)

    run.fit(epochs=1, callbacks=two[:1])  # an error has left the folder


def refusing(error):
    def flock(handle, operation):
        raise OSError(error, os.strerror(error))

    return flock


def test_where_folders_cannot_be_locked_drafts_stay(run, tmp_path, monkeypatch):
    draft = tmp_path / ".step-00000099.safetensors.ab.part"
    draft.write_bytes(b"")
    keeper = train.Checkpoint(tmp_path)

    if folder_lock.fcntl is not None:
        monkeypatch.setattr(folder_lock.fcntl, "flock", refusing(errno.EBADF))
        run.fit(epochs=1, callbacks=[keeper])
    monkeypatch.setattr(folder_lock, "fcntl", None)
    run.fit(epochs=2, callbacks=[keeper], resume=tmp_path)

    assert names(tmp_path) == [draft.name, "step-00000012.safetensors"]
