"""Mistakes planted in adapters, one at a time: each must be caught, and located.

A mistake is planted in the source of a copy of the adapter. Its framework is compared
with two whose adapters are as they are; where it is planted in another mode than the
first, the first stands beside it. The check must find it in the row that has it, name
the dtype and the place, and find nothing in the others.
"""

import json
import os
import re
from pathlib import Path

import pytest
from planted_mistakes import PLANTS
from short_comparisons import installed

from adapters.contract import FRAMEWORKS, MODES
from workbench.comparison import compare
from workbench.experiment import experiment
from workbench.laboratory import Laboratory
from workbench.request import Request

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("planted")]

STEPS = 12  # so that parameters are compared after 10
BATCH = 32  # smaller than that of some recipes, which take long
LIMIT_SECONDS = 300


class Remembering:
    """A worker that is asked for nothing twice: the same question has one answer."""

    def __init__(self, worker, answers):
        self._worker, self._answers = worker, answers
        self.versions = worker.versions

    def ask(self, job, *, inputs, output, **arguments):
        place = (self._worker.framework, Path(inputs).name)
        key = (*place, json.dumps({"job": job, **arguments}, sort_keys=True))
        if key not in self._answers:
            answer = self._worker.ask(job, inputs=inputs, output=output, **arguments)
            written = Path(output).read_bytes() if Path(output).exists() else b""
            self._answers[key] = answer, written
        answer, written = self._answers[key]
        Path(output).write_bytes(written)
        return answer


class Host(Laboratory):
    """Where the adapters are as they are; all experiments have the same seed."""

    def __init__(self):
        super().__init__(limit_seconds=LIMIT_SECONDS)
        self.cores = self.cores[:1]  # on more, each framework would be loaded on each
        self._answers = {}

    def shared(self, framework, cores):
        return Remembering(super().shared(framework, cores), self._answers)


class Visited(Laboratory):
    """Lends the workers of another laboratory, but has its own of one framework."""

    def __init__(self, host, framework):
        super().__init__(limit_seconds=LIMIT_SECONDS)
        self._host, self._framework, self.cores = host, framework, host.cores

    def shared(self, framework, cores):
        if framework == self._framework:
            return super().shared(framework, cores)
        return self._host.shared(framework, cores)

    def places(self, framework):
        if framework == self._framework:
            return super().places(framework)
        return self._host.places(framework)

    def dismiss(self, framework, cores):
        if framework == self._framework:
            super().dismiss(framework, cores)
        else:
            self._host.dismiss(framework, cores)


@pytest.fixture(scope="module")
def laboratory():
    """Where the adapters are as they are."""
    with Host() as host:
        yield host


def compared(model, frameworks, laboratory, modes=()):
    """The rows of a comparison by framework and mode; skips where one is missing."""
    request = Request(
        frameworks, ("default", *modes), measure=False, patience_seconds=LIMIT_SECONDS
    )
    document = compare(
        experiment(model, steps=STEPS, batch=BATCH), request, laboratory=laboratory
    )
    return installed({(r["framework"], r["mode"]): r for r in document["rows"]})


def beside(framework, model):
    """Two other frameworks, those that take the least time."""
    # In float32, MXNet's batch normalisation sums less exactly than the others'.
    third = "jax" if model == "resnet8" else "mxnet"
    quick = [f for f in ("pytorch", "reference", third) if f != framework]
    return tuple(quick[:2])


def by_night(is_costly):
    """What makes a test wait for the night."""
    reason = "takes long; `make nightly` runs it"
    return pytest.mark.skipif(is_costly and "NIGHTLY" not in os.environ, reason=reason)


PLACES = dict.fromkeys((p.framework, p.model, p.mode) for p in PLANTS.values())
BY_DAY = {(p.framework, p.model, p.mode) for p in PLANTS.values() if not p.is_costly}


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param(plant, id=name, marks=by_night(plant.is_costly))
        for name, plant in PLANTS.items()
    ],
)
def test_a_planted_mistake_is_caught_and_located(plant, planted, laboratory):
    framework, place = plant.framework, (plant.file, plant.text, plant.instead)
    everyone = (framework, *beside(framework, plant.model))
    mode = plant.mode or MODES[framework][0]
    planted(framework, *place)

    with Visited(laboratory, framework) as visited:
        rows = compared(plant.model, everyone, visited, [mode])

    wrong = {
        key: row["status"] for key, row in rows.items() if row["status"] != "equal"
    }
    assert wrong == {(framework, mode): "different"}
    reason = rows[framework, mode]["reason"]
    assert re.match(rf"{plant.dtype}: {plant.found}( \(|, most in | by |$)", reason), (
        reason
    )


@pytest.mark.parametrize(
    ("framework", "model", "mode"),
    [
        pytest.param(*place, marks=by_night(is_costly=place not in BY_DAY))
        for place in PLACES
    ],
)
def test_where_nothing_is_planted_nothing_is_found(framework, model, mode, laboratory):
    everyone = (framework, *beside(framework, model))

    rows = compared(model, everyone, laboratory, [mode] if mode else [])

    assert {key: row["reason"] for key, row in rows.items()} == dict.fromkeys(rows)


def test_every_framework_and_mode_has_a_planted_mistake():
    planted = {(f, mode or MODES[f][0]) for f, _, mode in PLACES}
    assert planted == {(f, mode) for f in FRAMEWORKS for mode in MODES[f]}
    assert {framework for framework, _, _ in BY_DAY} == set(FRAMEWORKS)
