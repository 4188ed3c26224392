"""Training that is interrupted anywhere ends as if it had not been."""

import functools
import os
import shutil
import signal
import subprocess
import sys

import pytest

import reference_impl as ri
from reference_impl import data, nn, optim, train
from reference_impl.train import checkpoints

FURTHER = 15  # steps after the interruption; more than two epochs

both = pytest.mark.parametrize("mode", ["eager", "compiled"])


def resumed(run, folder, mode, steps):
    return run.fit(steps=steps, resume=folder, compiled=mode == "compiled")


@both
def test_training_killed_at_any_time_ends_with_the_same_bits(run, bits, tmp_path, mode):
    command = [sys.executable, str(run.path), str(tmp_path), mode]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while int(process.stdout.readline() or "0") < 20:
            assert process.poll() is None
        process.kill()
    assert process.returncode == -signal.SIGKILL
    last = train.read_checkpoint(checkpoints(tmp_path)[-1]).metadata
    steps = int(last["step"]) + FURTHER

    came = resumed(run, tmp_path, mode, steps)

    assert bits(came) == bits(run.fit(steps=steps, compiled=mode == "compiled"))


KILLED_WHILE_WRITING = """
import os, runpy, signal, sys
real, writes = os.fsync, []

def fsync(handle):
    writes.append(handle)
    if len(writes) == 7:  # of the fourth draft: each has two, its own and the folder's
        os.kill(os.getpid(), signal.SIGKILL)
    real(handle)

os.fsync = fsync
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_training_killed_while_it_writes_leaves_the_checkpoint_before(
    run, bits, tmp_path
):
    arguments = [str(run.path), str(tmp_path), "eager"]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_WRITING, *arguments], capture_output=True
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()

    names = [path.name for path in checkpoints(tmp_path)]
    assert names == ["step-00000006.safetensors", "step-00000009.safetensors"]
    assert len(os.listdir(tmp_path)) == 3  # and the draft of step 12

    again = train.Checkpoint(tmp_path, every=3)
    came = run.fit(steps=20, resume=tmp_path, callbacks=[again])
    assert bits(came) == bits(run.fit(steps=20))
    assert os.listdir(tmp_path) == ["step-00000018.safetensors"]


@both
@pytest.mark.parametrize("kept", range(1, 14))
def test_training_goes_on_from_every_step(run, bits, every_step, kept, mode):
    path = every_step(mode) / f"step-{kept:08}.safetensors"

    expected = run.fit(steps=14, compiled=mode == "compiled")
    assert bits(resumed(run, path, mode, 14)) == bits(expected)


@pytest.fixture(scope="module")
def every_step(run, tmp_path_factory):
    """The folder of a training that wrote a checkpoint after every step."""

    @functools.cache
    def folder(mode):
        made = tmp_path_factory.mktemp(mode)
        keeper = train.Checkpoint(made, every=1, keep=99)
        run.fit(steps=13, callbacks=[keeper], compiled=mode == "compiled")
        return made

    return folder


@pytest.fixture
def interrupted(every_step):
    return every_step("eager")


class Scores(train.Callback):
    def __init__(self):
        self.all = []

    def after_evaluation(self, moment):
        self.all.append(moment.scores)


@pytest.mark.parametrize("kept", [2, 6, 7, 12, 15])
def test_evaluations_and_early_stopping_go_on_as_if_nothing_was(
    run, bits, tmp_path, kept
):
    def callbacks():
        stopping = train.EarlyStopping("train_loss", patience=2, minimum_change=0.2)
        return [stopping, Scores()]

    first = callbacks()
    expected = run.fit(epochs=9, callbacks=first)
    assert expected.step.item() < 9 * 6  # it did stop early

    keeper = train.Checkpoint(tmp_path, every=1, keep=99)
    run.fit(steps=kept, callbacks=[keeper, *callbacks()])
    then = callbacks()
    came = run.fit(epochs=9, resume=tmp_path, callbacks=then)

    assert bits(came) == bits(expected)
    assert then[1].all == first[1].all[-len(then[1].all) :]


def test_a_folder_without_checkpoints_starts_at_the_beginning(run, bits, tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert bits(run.fit(epochs=1, resume=folder)) == bits(run.fit(epochs=1))


def test_a_file_that_is_not_there_is_an_error(run, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"best\.safetensors"):
        run.fit(epochs=1, resume=tmp_path / "best.safetensors")


def test_a_damaged_checkpoint_is_refused_by_name(run, interrupted, tmp_path):
    path = shutil.copy(interrupted / "step-00000013.safetensors", tmp_path)
    with open(path, "r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x7f")

    with pytest.raises(ri.FileError, match=r"step-00000013\.safetensors: it is dam"):
        run.fit(epochs=9, resume=tmp_path)


def test_a_checkpoint_of_another_model_names_the_array(run, interrupted):
    model = nn.Linear.init(ri.random.key(0), 4, 3)

    with pytest.raises(ri.TreeError, match=r"state\.params\.weight is missing"):
        train.fit(
            model,
            nn.cross_entropy,
            optim.sgd(lr=0.1, momentum=0.9),
            run.loader(),
            steps=20,
            resume=interrupted,
        )


def test_a_loader_with_other_batches_is_refused(run, interrupted):
    other = data.Loader((run.X, run.Y), batch_size=11)

    with pytest.raises(ri.RangeError, match="6 batches an epoch, one with 2 came"):
        resumed_with(run, interrupted, loader=other)


@pytest.mark.parametrize("options", [{"seed": 6}, {"shuffle": False}], ids=str)
def test_a_loader_with_another_order_is_refused(run, interrupted, options):
    options = {"shuffle": True, "seed": 5, **options}
    other = data.Loader((run.X, run.Y), batch_size=4, **options)

    with pytest.raises(ri.RangeError, match=r"loader: .* another seed, order or batch"):
        resumed_with(run, interrupted, loader=other)


def test_another_key_is_refused(run, interrupted):
    with pytest.raises(ri.RangeError, match=r"fit: key: .* words 0 2, one of 0 9 came"):
        resumed_with(run, interrupted, key=ri.random.key(9))


class WithoutOrder:
    """A loader that does not say what its order is."""

    def __init__(self, loader):
        self.epoch, self.size = loader.epoch, len(loader)

    def __len__(self):
        return self.size


def test_a_loader_need_not_say_its_order(run, bits, tmp_path):
    def fit(**options):
        model, optimiser = run.model(), optim.sgd(lr=0.1, momentum=0.9)
        loader, key = WithoutOrder(run.loader()), ri.random.key(2)
        return train.fit(model, nn.cross_entropy, optimiser, loader, key=key, **options)

    fit(steps=8, callbacks=[train.Checkpoint(tmp_path, every=8)])

    assert bits(fit(steps=13, resume=tmp_path)) == bits(run.fit(steps=13))


def resumed_with(run, folder, **options):
    given = {"loader": run.loader(), "key": ri.random.key(2), **options}
    optimiser = optim.sgd(lr=0.1, momentum=0.9)
    return train.fit(
        run.model(), nn.cross_entropy, optimiser, steps=20, resume=folder, **given
    )
