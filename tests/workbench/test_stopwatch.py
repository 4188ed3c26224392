import types
from itertools import pairwise

import numpy as np
import pytest

from adapters.zoo import MODELS
from workbench import stopwatch
from workbench.stopwatch import MOST_AT_ONCE, WARM_UP_SECONDS, WARM_UP_STEPS, Stopwatch

RESNET, GAN = MODELS["resnet8"], MODELS["gan"]

ROUND_SECONDS, FIRST, START_UP, STEP, PREDICTION = 1.0, 8.0, 0.25, 0.0625, 0.03125
START = {"weight": np.zeros(3)}
EXACTLY = 1e-9  # sums of such seconds round, and nothing else does


class Clocked:
    """A trainer with a clock of its own: a call takes a while to start, then steps do.

    `calls` are the batches of each call, and `restarts` how many calls there had been.
    One call may be `stalled` by what else the machine does.
    """

    def __init__(self, *, start_up=START_UP, step=STEP, stalled=None):
        self._start_up, self.step, self._stalled = start_up, step, stalled
        self.now, self.calls, self.restarts, self.predictions = 0.0, [], [], 0

    def restart(self, arrays):
        assert arrays is START
        self.restarts.append(len(self.calls))
        self.now += 100.0  # nobody's step

    def train(self, batches):
        batches = list(batches)
        self.now += 0 if self.calls else FIRST
        self.now += ROUND_SECONDS if len(self.calls) == self._stalled else 0
        self.now += self._start_up + len(batches) * self.step
        self.calls.append(batches)

    def predict(self, sample):
        self.predictions += 1
        self.now += PREDICTION
        return sample


@pytest.fixture
def timed(monkeypatch):
    """A function from a trainer to the stopwatch that times it, by its clock."""

    def build(trainer):
        clock = types.SimpleNamespace(perf_counter=lambda: trainer.now)
        monkeypatch.setattr(stopwatch, "time", clock)
        return Stopwatch(
            model=RESNET,
            trainer=trainer,
            batches=["first", "second", "third"],
            sample="sample",
            to_numpy=np.asarray,
            start=START,
        )

    return build


@pytest.fixture
def settled(timed):
    """A function from a trainer to the stopwatch, when its first step has been made."""

    def build(trainer):
        watch = timed(trainer)
        watch.first_step()
        watch.settle(ROUND_SECONDS)
        return watch

    return build


def test_the_first_step_is_one_with_all_that_is_compiled_in_it(timed):
    trainer = Clocked()

    seconds = timed(trainer).first_step()

    assert seconds == pytest.approx(FIRST + START_UP + STEP, EXACTLY)
    assert trainer.calls == [["first"]]


def test_a_warm_up_is_some_steps_and_predictions(timed):
    trainer = Clocked(start_up=0.0)
    watch = timed(trainer)
    watch.first_step()

    watch.warm_up()

    assert [len(call) for call in trainer.calls[1:]] == [1] * WARM_UP_STEPS
    assert trainer.predictions == WARM_UP_STEPS


def test_slow_steps_warm_up_until_the_time_is_over(timed):
    trainer = Clocked(start_up=0.0, step=WARM_UP_SECONDS / 4)
    watch = timed(trainer)
    watch.first_step()

    watch.warm_up()

    assert len(trainer.calls) == 1 + 5


def test_a_round_takes_about_the_time_that_it_is_given(settled):
    trainer = Clocked()
    watch = settled(trainer)

    watch.step()

    seconds = START_UP + len(trainer.calls[-1]) * STEP
    assert ROUND_SECONDS / 2 <= seconds <= ROUND_SECONDS


def test_a_step_takes_the_seconds_of_its_round_divided_by_its_steps(settled):
    trainer = Clocked()
    watch = settled(trainer)

    seconds = watch.step()

    count = len(trainer.calls[-1])
    assert count > 1
    assert seconds == pytest.approx(START_UP / count + STEP, EXACTLY)


def test_all_rounds_make_as_many_steps_though_later_ones_are_faster(settled):
    trainer = Clocked()
    watch = settled(trainer)
    before = len(trainer.calls)

    watch.step()
    trainer.step /= 4
    watch.step()
    trainer.step *= 16
    watch.step()

    first, *others = trainer.calls[before:]
    assert others == [first, first]


def test_every_round_restarts_and_begins_at_the_first_batch(settled):
    trainer = Clocked()
    watch = settled(trainer)
    before = len(trainer.calls)

    for _ in range(3):
        watch.step()

    assert trainer.restarts[-3:] == [before, before + 1, before + 2]
    for call in trainer.calls[before:]:
        assert call[:4] == ["first", "second", "third", "first"]


def test_what_settles_a_round_restarts_as_a_round_does(settled):
    trainer = Clocked()

    settled(trainer)

    assert trainer.restarts == list(range(1, len(trainer.calls)))
    assert {call[0] for call in trainer.calls} == {"first"}


@pytest.mark.parametrize("step", [ROUND_SECONDS / 2, 10 * ROUND_SECONDS])
def test_a_slow_step_is_made_twice_more_and_then_alone(settled, step):
    trainer = Clocked(step=step)
    watch = settled(trainer)
    before = len(trainer.calls)

    watch.step()

    assert before == 1 + 2
    assert trainer.calls == [["first"]] * (before + 1)


@pytest.mark.parametrize("stalled", [1, 2, 3, 4])
def test_a_disturbed_call_settles_nothing(settled, stalled):
    trainer = Clocked(stalled=stalled)
    watch = settled(trainer)

    watch.step()

    seconds = START_UP + len(trainer.calls[-1]) * STEP
    assert ROUND_SECONDS / 2 <= seconds <= ROUND_SECONDS


def test_a_start_up_does_not_make_the_steps_grow_by_ones(settled):
    trainer = Clocked(start_up=0.45 * ROUND_SECONDS, step=ROUND_SECONDS / 1000)

    settled(trainer)

    counts = [len(call) for call in trainer.calls[2:]]
    assert all(later >= 2 * one for one, later in pairwise(counts))


def test_what_settles_a_round_takes_no_longer_than_one(settled):
    trainer = Clocked(start_up=0.0, step=ROUND_SECONDS / 500)

    settled(trainer)

    _, *calls = trainer.calls
    assert sum(map(len, calls)) * ROUND_SECONDS / 500 <= ROUND_SECONDS


def test_fast_steps_are_as_many_as_are_allowed(settled):
    trainer = Clocked(start_up=0.0, step=ROUND_SECONDS / 1e6)

    settled(trainer).step()

    assert len(trainer.calls[-1]) == MOST_AT_ONCE


def test_latency_is_the_time_of_one_prediction(timed):
    trainer = Clocked()

    seconds = timed(trainer).prediction(ROUND_SECONDS)

    assert seconds == pytest.approx(PREDICTION, EXACTLY)
    assert trainer.predictions * PREDICTION >= ROUND_SECONDS
    assert not trainer.calls


def watched(model, moves):
    """A model of which steps move some arrays."""
    start = model.first_values(np.random.default_rng(0))
    now = {name: array + (name in moves) for name, array in start.items()}
    return Stopwatch(
        model=model,
        trainer=types.SimpleNamespace(parameters=lambda: now),
        batches=[],
        sample={},
        to_numpy=np.asarray,
        start=start,
    )


@pytest.mark.parametrize("model", [RESNET, GAN])
def test_what_each_objective_trains_must_move(model):
    firsts = [model.trained(objective)[0] for objective in model.objectives]

    assert watched(model, firsts).has_trained()
    for name in firsts:
        assert not watched(model, {*firsts} - {name}).has_trained()


def test_running_statistics_are_no_training():
    assert not watched(RESNET, RESNET.statistics).has_trained()
