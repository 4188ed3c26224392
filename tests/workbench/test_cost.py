import pytest

from workbench.candidates import Candidate
from workbench.cost import (
    LATENCY_SECONDS,
    ROUND_SECONDS,
    Measurement,
    Timed,
    ratios,
    spread,
)
from workbench.experiment import experiment
from workbench.laboratory import Laboratory
from workbench.process import Failed

LINEAR = experiment("linear_regression", steps=3)

# A framework with two modes: a step takes 1 s in one and 2 s in the other. The first
# time that it is asked for the steps of `late`, it answers only when asked again.
LATE = """
    import json, sys

    ANSWERS = {
        "open": {"first_step_seconds": 1.0},
        "time_predictions": {"seconds": 0.5},
        "has_trained": {"has_trained": True},
    }

    def answer(message):
        print(json.dumps(message), flush=True)

    answer({"import_seconds": 0.1, "versions": {}})
    waiting = None
    for line in sys.stdin:
        request = json.loads(line)
        number, job, mode = (request.get(key) for key in ("id", "job", "mode"))
        seconds = {"seconds": 1.0 if mode == "late" else 2.0}
        reply = {"id": number, **ANSWERS.get(job, seconds)}
        if (job, mode, waiting) == ("time_steps", "late", None):
            waiting = reply
            continue
        if waiting:
            answer(waiting)
            waiting = {}
        answer(reply)
"""
LIMIT_SECONDS = 3.0  # what a Python without a framework needs to start, many times
ROUNDS = 3


@pytest.fixture
def laboratory():
    with Laboratory(limit_seconds=LIMIT_SECONDS) as laboratory:
        yield laboratory


@pytest.mark.parametrize("first", [0, 1])
def test_a_late_answer_is_not_taken_for_that_of_another_row(
    impostor, laboratory, first
):
    impostor("jax", LATE)
    impostor("pytorch", LATE)
    cores = laboratory.cores[:1]
    late, punctual = Candidate("jax", "late"), Candidate("jax", "punctual")
    elsewhere = Candidate("pytorch", "punctual")
    measurement = Measurement(LINEAR, cores)
    worker = laboratory.shared("jax", cores)

    for row in (late, punctual, elsewhere):
        place = laboratory.shared(row.framework, cores)
        measurement.add(row, measurement.start(row, place, "inputs", home=cores))
    for number in range(first, first + ROUNDS):  # in another order
        measurement.round(number)
    measurement.check()

    assert measurement.failures.keys() == {late.key, punctual.key}
    assert "time_steps: no answer within 3 seconds" in measurement.failures[late.key]
    assert "the process has been ended" in measurement.failures[punctual.key]
    (cost,) = measurement.costs(None).values()
    assert cost.step_seconds == {"median": 2.0, "low": 2.0, "high": 2.0}
    assert laboratory.shared("jax", cores) is not worker


class Asked:
    """A worker that answers at once, and remembers what it was asked."""

    import_seconds = 0.5

    def __init__(self):
        self.questions, self._steps = [], iter([1.0, 2.0, 6.0])

    def ask(self, job, **arguments):
        self.questions.append((job, arguments))
        return {
            "open": lambda: {"first_step_seconds": 8.0},
            "move": dict,
            "time_steps": lambda: {"seconds": next(self._steps)},
            "time_predictions": lambda: {"seconds": 0.25},
            "peak": lambda: {"peak_bytes": 64},
        }[job]()


def test_what_was_measured_is_kept_where_layers_cannot_be_timed():
    class Dies(Asked):
        def ask(self, job, **arguments):
            if job == "layers":
                raise Failed("layers: the process has been ended")
            return super().ask(job, **arguments)

    row, measurement = Candidate("jax", "jit"), Measurement(LINEAR, [3])
    measurement.add(row, measurement.start(row, Dies(), "inputs"))
    measurement.round(0)

    measurement.time_layers(row, "inputs", rounds=1)

    cost = measurement.costs(row.key)[row.key]
    assert cost.step_seconds["median"] == 1.0
    assert cost.step_ratio["median"] == 1.0
    assert cost.layer_seconds is None
    said = "layers not timed: layers: the process has been ended"
    assert measurement.failures == {row.key: said}


def test_a_row_is_opened_with_the_time_of_its_rounds_and_then_moved():
    worker, one = Asked(), LINEAR

    timed = Measurement(one, [3]).start(Candidate("jax", "jit"), worker, "inputs")

    assert worker.questions == [
        ("open", {"inputs": "inputs", "seconds": ROUND_SECONDS, **one.options("jit")}),
        ("move", {"cores": [3]}),
    ]
    assert (timed.first_step_seconds, timed.is_its_own) == (8.0, True)


def test_a_round_asks_for_steps_and_for_predictions():
    worker = Asked()

    Timed(worker, "jit", is_its_own=False, first_step_seconds=8.0).measure()

    assert worker.questions == [
        ("time_steps", {"mode": "jit"}),
        ("time_predictions", {"mode": "jit", "seconds": LATENCY_SECONDS}),
    ]


def test_a_cost_is_the_spread_of_what_was_answered_in_rounds():
    timed = Timed(Asked(), "jit", is_its_own=True, first_step_seconds=8.0)

    for _ in range(3):
        timed.measure()

    cost = timed.cost([0.5, 1.0, 2.0])
    assert cost.step_seconds == {"median": 2.0, "low": 1.5, "high": 4.0}
    assert cost.step_ratio == {"median": 2.0, "low": 2.0, "high": 2.5}
    assert cost.latency_seconds == {"median": 0.25, "low": 0.25, "high": 0.25}
    assert (cost.first_step_seconds, cost.import_seconds) == (8.0, 0.5)
    assert cost.peak_bytes == 64


def test_a_shared_worker_does_not_say_what_its_first_row_would_cost():
    timed = Timed(Asked(), "jit", is_its_own=False, first_step_seconds=8.0)

    timed.measure()

    cost = timed.cost([])
    assert cost.first_step_seconds is cost.import_seconds is cost.peak_bytes is None


def test_the_spread_is_the_median_and_its_quartiles():
    assert spread([5.0, 1.0, 3.0, 2.0, 4.0]) == {"median": 3.0, "low": 2.0, "high": 4.0}


def test_no_rounds_have_no_spread():
    assert spread([]) is None


def test_ratios_are_taken_round_by_round():
    assert ratios([2.0, 20.0, 4.0], [1.0, 10.0, 2.0]) == [2.0, 2.0, 2.0]


def test_a_round_that_one_side_missed_has_no_ratio():
    assert ratios([2.0, 20.0], [1.0]) == [2.0]
    assert ratios([2.0], []) == []
