"""Rows, from what workers answer; a failure is a row with its reason."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

from benchmarks import rounds
from benchmarks.cases import BASIS, Contender, Group
from benchmarks.rounds import Contest, Effort
from workbench.process import Failed, Missing

OURS = Contender("reference", "compiled")
OTHER = Contender("jax", "jit")


STEP_SECONDS = {"pytorch": 0.010, "reference": 0.004, "jax": 0.020}
SHORT = Effort(rounds=3, seconds=0.1)


class Pretended:
    """A worker that answers at once; class attributes say how."""

    missing = ()
    failing = None
    wrong = ()
    versions: ClassVar = {"some": "1"}
    alive = 0

    def __init__(self, framework, folder, *, cores, settings, **options):
        if framework in self.missing:
            raise Missing("not installed")
        self.framework, self.cores = framework, cores
        self.turns = 0
        type(self).alive += 1

    def ask(self, job, *, output=None, **arguments):
        if self.failing == (self.framework, job, self.turns):
            raise Failed(f"{job}: the process ended")
        if job == "time":
            self.turns += arguments["phase"] == "training"
            return {"seconds": STEP_SECONDS[self.framework] * self.turns}
        losses = [1.0, 1.0, 1.0, 1.0 + (self.framework in self.wrong)]
        arrays = {f"parameter/{n}": p for n, p in self.start().items()}
        np.savez(output, losses=losses, output=np.ones(1), **arrays)
        # The more cores, the sooner something is compiled.
        both = dict.fromkeys(("training", "inference"), 1 / len(self.cores))
        return {"first_step_seconds": both, "peak_bytes": both}

    def stop(self, *exception):
        type(self).alive -= 1

    def __enter__(self):
        return self

    __exit__ = stop

    @staticmethod
    def start():
        return {name: p * 0.5 for name, p in first().items()}


def first():
    rng = np.random.default_rng(rounds.SEED)
    return rounds.first_values("mlp", rng)


@pytest.fixture
def rows(monkeypatch, tmp_path):
    """A function that runs a contest of pretended workers and returns its rows."""

    def run(*, threads=1, **behaviour):
        kind = type("Kind", (Pretended,), behaviour)
        monkeypatch.setattr(rounds, "Worker", kind)
        monkeypatch.setattr(rounds.machine, "cores", lambda: [0, 1])
        group = Group("mlp-8", threads, (BASIS, OURS, OTHER))
        contest = Contest(group, tmp_path, SHORT)
        contest.run()
        contest.stop()
        assert kind.alive == 0
        return {(r.framework, r.phase): r for r in contest.rows()}

    return run


def test_ratios_are_taken_round_by_round(rows):
    found = rows()["reference", "training"]

    assert found.median_seconds == pytest.approx(0.008)
    assert found.ratio_to_pytorch_eager == pytest.approx(0.4)
    assert (found.ratio_low, found.ratio_high) == pytest.approx((0.4, 0.4))


def test_a_row_says_what_is_to_be_reached(rows):
    found = rows()["reference", "training"]

    assert (found.aim, found.stretch) == (0.45, 0.35)


def test_a_row_says_how_its_phase_began(rows):
    found = rows()["jax", "inference"]

    assert (found.first_step_seconds, found.peak_bytes) == (1.0, 1.0)
    assert found.warm_first_step_seconds is None


def test_where_there_is_little_time_groups_share_what_is_on_disk(monkeypatch, tmp_path):
    folders = set()

    class Watched(Pretended):
        def __init__(self, framework, folder, *, settings, **options):
            super().__init__(framework, folder, settings=settings, **options)
            folders.add(settings["REFERENCE_IMPL_CACHE"])

    monkeypatch.setattr(rounds, "Worker", Watched)
    group, little = Group("mlp-8", 1, (BASIS, OURS)), replace(SHORT, first_steps=False)
    contest = Contest(group, tmp_path, little, shared=tmp_path / "shared")
    contest.run()

    assert folders == {str(tmp_path / "shared")}
    assert {row.first_step_seconds for row in contest.rows()} == {None}
    assert all(row.peak_bytes for row in contest.rows())


def test_who_keeps_things_on_disk_begins_on_all_cores_and_then_again(rows):
    found = rows()["reference", "training"]

    assert (found.first_step_seconds, found.warm_first_step_seconds) == (0.5, 1.0)


def test_a_framework_that_is_missing_is_a_row_with_its_reason(rows):
    found = rows(missing=("jax",))

    assert found["jax", "training"].reason == "not installed"
    assert found["jax", "training"].median_seconds is None
    assert found["reference", "training"].reason is None


@pytest.mark.parametrize("moment", [("open", 0), ("time", 2)])
def test_a_framework_that_dies_is_a_row_with_its_reason(rows, moment):
    found = rows(failing=("reference", *moment))

    assert "the process ended" in found["reference", "training"].reason
    assert found["reference", "training"].median_seconds is None
    assert found["jax", "training"].ratio_to_pytorch_eager == pytest.approx(2)


def test_what_is_not_equal_is_not_timed(rows):
    found = rows(wrong=("reference",))["reference", "training"]

    assert found.reason.startswith("not equal, so not timed: the loss of step 4 is 2")
    assert found.median_seconds is None


def test_without_pytorch_there_is_nothing_to_be_equal_to(rows):
    found = rows(missing=("pytorch",))

    assert found["pytorch", "training"].reason == "not installed"
    assert "there is nothing to be equal to" in found["jax", "training"].reason


def test_more_threads_than_cores_are_refused_in_every_row(rows):
    found = rows(threads=3)

    assert {row.reason for row in found.values()} == {"there is no more than 2 core"}
