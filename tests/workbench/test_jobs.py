"""The jobs of a worker, asked of a framework that is written here, in NumPy."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from workbench import stopwatch
from workbench.arrays import under
from workbench.experiment import experiment
from workbench.inputs import one_ulp_off
from workbench.jobs import WARM_UP_SECONDS, WARM_UP_STEPS, Jobs


class Trainer:
    """Linear regression by hand."""

    def __init__(self, model, arrays, *, mode, optimiser, is_native=False):
        assert (model, mode, is_native) == ("linear_regression", "by hand", False)
        self.lr, self.momentum = optimiser["lr"], optimiser["momentum"]
        self.looks = 0
        self.restart(arrays)

    def restart(self, arrays):
        self.values = {n: a.copy() for n, a in arrays.items()}
        self.velocities = {n: np.zeros_like(a) for n, a in arrays.items()}

    def predict(self, batch):
        return batch["x"] @ self.values["output.weight"] + self.values["output.bias"]

    def activations(self, batch):
        return {"output": self.predict(batch)}

    def layer_seconds(self, batch):
        self.looks += 1
        return {"output": float(self.looks)}

    def gradients(self, batch):
        errors = self.predict(batch) - batch["y"]
        g = 2 * errors / errors.size
        gradients = {"output.weight": batch["x"].T @ g, "output.bias": g.sum(0)}
        return {"loss": float((errors**2).mean())}, gradients

    def train(self, batches):
        losses = []
        for batch in batches:
            loss, gradients = self.gradients(batch)
            losses.append(loss["loss"])
            for name, g in gradients.items():
                v = self.momentum * self.velocities[name] + g
                self.velocities[name] = v
                self.values[name] = self.values[name] - self.lr * v
        return {"loss": losses}

    def parameters(self):
        return dict(self.values)


@pytest.fixture
def jobs(monkeypatch):
    tensor, data = ModuleType("tensor"), ModuleType("data")
    tensor.configure = lambda threads: None
    tensor.from_numpy = tensor.to_numpy = np.array

    def batches(train, noise, order):
        for i, rows in enumerate(order):
            yield {
                **{n: a[rows] for n, a in train.items()},
                **{n: a[i] for n, a in noise.items()},
            }

    data.batches = batches
    for module in (tensor, data):
        monkeypatch.setitem(sys.modules, f"adapters.hand.{module.__name__}", module)
    monkeypatch.setitem(sys.modules, "adapters.hand", ModuleType("adapters.hand"))
    return Jobs("hand", Trainer, threads=1)


@pytest.fixture
def one():
    return experiment("linear_regression", steps=25)


@pytest.fixture
def options(one, tmp_path):
    path = tmp_path / "inputs.npz"
    np.savez(path, **one.inputs("float64"))
    return {
        "inputs": str(path),
        "model": one.model,
        "mode": "by hand",
        "optimiser": one.optimiser.as_dict(),
    }


def answer(path):
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


@pytest.fixture
def checked(jobs, one, options, tmp_path):
    output = str(tmp_path / "output.npz")
    asked = {"snapshots": one.snapshots, "with_slope": True, "noise_runs": 2}
    asked |= {"patience_seconds": 100}
    jobs.check(output=output, **asked, **options)
    return answer(output)


def test_an_answer_has_what_the_experiment_demands_in_its_shapes(one, checked):
    demanded = one.shapes("float64") | one.shapes("float32", noise_runs=2)

    assert checked.keys() == demanded.keys()
    for name, shape in demanded.items():
        assert shape in (None, checked[name].shape)


def test_the_slope_is_what_the_gradient_promises(one, checked):
    directions = under("direction", one.inputs("float64"))
    gradients = under("gradient", checked)
    along = sum((gradients[n] * d).sum() for n, d in directions.items())
    length = np.sqrt(sum((d**2).sum() for d in directions.values()))

    assert checked["slope/loss"] == pytest.approx(along / length, rel=1e-8)


def test_parameters_after_some_steps_are_those_of_a_shorter_training(
    jobs, options, one, tmp_path, checked
):
    inputs = one.inputs("float64")
    inputs["order"] = inputs["order"][:10]
    np.savez(tmp_path / "short.npz", **inputs)
    output = str(tmp_path / "short output.npz")
    asked = {"snapshots": [], "with_slope": False, "noise_runs": 0}
    asked |= {"patience_seconds": 100}

    jobs.check(output=output, **asked, **options | {"inputs": tmp_path / "short.npz"})

    for name, array in under("trained", answer(output)).items():
        np.testing.assert_array_equal(array, checked[f"after 10/{name}"])


def test_a_run_with_noise_ends_near_the_one_without(checked):
    for name, array in under("after 10", checked).items():
        near = checked[f"after 10, run 0/{name}"]
        assert (near != array).any()
        np.testing.assert_allclose(near, array, rtol=1e-9, atol=1e-12)


def test_what_is_learned_is_what_a_check_ends_with(jobs, options, tmp_path, checked):
    output = str(tmp_path / "learned.npz")

    jobs.learn(output=output, **options)

    for name, array in answer(output).items():
        np.testing.assert_array_equal(array, checked[name])


def test_what_is_learned_one_rounding_off_is_near_and_starts_like_a_check(
    jobs, options, tmp_path, checked
):
    output = str(tmp_path / "learned.npz")

    jobs.learn(output=output, noise_runs=2, **options)

    found = answer(output)
    own = {name for name in found if not name.startswith("run ")}
    assert own == {"prediction", "losses/loss"}
    assert found.keys() == own | {f"run {i}/{name}" for i in range(2) for name in own}
    for name in own:
        assert (found[name] == checked[name]).all()
        first, second = found[f"run 0/{name}"], found[f"run 1/{name}"]
        assert (first != found[name]).any()
        assert (first != second).any()
        np.testing.assert_allclose(first, found[name], rtol=1e-9, atol=1e-12)


def test_what_is_timed_takes_time(jobs, options):
    mode, seconds = options["mode"], 0.01

    assert jobs.open(seconds=seconds, **options)["first_step_seconds"] > 0
    assert 0 < jobs.time_steps(mode=mode)["seconds"] < 1
    assert 0 < jobs.time_predictions(mode=mode, seconds=seconds)["seconds"] < 1
    assert jobs.peak()["peak_bytes"] > 1 << 20


STEP_SECONDS = WARM_UP_SECONDS / 2  # so that the third step ends a warm-up


@pytest.fixture
def trained(monkeypatch):
    """How many steps each call makes, by a clock that moves with every step."""
    counts = []
    train = Trainer.train

    def counted(trainer, batches):
        counts.append(len(list(batches)))
        return train(trainer, batches)

    clock = SimpleNamespace(perf_counter=lambda: sum(counts) * STEP_SECONDS)
    monkeypatch.setattr(Trainer, "train", counted)
    monkeypatch.setattr(stopwatch, "time", clock)
    return counts


def test_a_new_trainer_makes_its_first_step_warms_up_and_settles(
    jobs, options, trained
):
    answer = jobs.open(seconds=4 * STEP_SECONDS, **options)

    assert answer == {"first_step_seconds": STEP_SECONDS}
    first, warm_up, settling = trained[:1], trained[1:4], trained[4:]
    assert (first, warm_up, settling) == ([1], [1, 1, 1], [1, 1, 3])


def test_a_checked_trainer_is_warm_and_settles(jobs, options, checked, trained):
    jobs.open(seconds=4 * STEP_SECONDS, **options)

    first, settling = trained[:1], trained[1:]
    assert (first, settling) == ([1], [1, 1, 3])


def test_every_round_makes_the_steps_that_were_settled(jobs, options, trained):
    jobs.open(seconds=4 * STEP_SECONDS, **options)
    trained.clear()

    rounds = [jobs.time_steps(mode=options["mode"]) for _ in range(3)]

    assert trained == [3, 3, 3]
    assert rounds == [{"seconds": STEP_SECONDS}] * 3


def test_layers_are_timed_in_rounds_that_follow_a_warm_up(jobs, options):
    rounds = jobs.layers(rounds=3, **options)["layers"]

    assert rounds.keys() == {"output"}
    first, *others = rounds["output"]
    assert others == [first + 1, first + 2]
    assert 1 < first <= WARM_UP_STEPS + 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_ulp_off_is_the_next_number_above_or_below(dtype):
    rng = np.random.default_rng(0)
    x = rng.normal(size=1000).astype(dtype)

    near = one_ulp_off({"x": x}, rng)["x"]

    assert near.dtype == dtype
    assert (np.abs(near - x) == np.abs(np.spacing(np.minimum(abs(near), abs(x))))).all()
    assert 400 < (near > x).sum() < 600
