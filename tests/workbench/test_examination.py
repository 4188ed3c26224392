import types

import pytest

from workbench import examination

STEPS, PATIENCE = 200, 10.0


class Slow:
    """A trainer of which every step takes some seconds, by a clock of its own."""

    def __init__(self, seconds):
        self._seconds, self.now = seconds, 0.0

    def restart(self, arrays):
        pass

    def parameters(self):
        return {}

    def predict(self, batch):
        return 0.0

    def train(self, batches):
        batches = list(batches)
        self.now += sum(map(self._seconds, batches))
        return {"loss": [float(step) for step in batches]}


@pytest.fixture
def made(monkeypatch):
    """A function from the seconds of each step to how many steps are made."""
    inputs = types.SimpleNamespace(
        start={},
        steps=STEPS,
        batches=range,
        test_batch=lambda: None,
        predicted=lambda trainer, batch: trainer.predict(batch),
    )

    def count(seconds):
        trainer = Slow(seconds)
        monkeypatch.setattr(
            examination, "time", types.SimpleNamespace(perf_counter=lambda: trainer.now)
        )
        results, steps = examination.training(trainer, inputs, [10, 100], PATIENCE)
        assert results["losses/loss"].tolist() == list(range(steps))
        return steps

    return count


@pytest.mark.parametrize(("seconds", "steps"), [(0.09, 200), (0.105, 100), (0.2, 10)])
def test_a_training_ends_where_the_way_on_would_take_too_long(made, seconds, steps):
    assert made(lambda step: seconds) == steps


@pytest.mark.parametrize("stalled", [0, 3, 7])
def test_a_step_that_compiles_or_is_disturbed_does_not_end_a_training(made, stalled):
    assert made(lambda step: 60.0 if step == stalled else 0.01) == STEPS
