"""Whole comparisons, with the reference and with impostors of it."""

import tempfile

import pytest
from short_comparisons import SHORT, TRIO, installed, rows

from workbench import machine
from workbench.candidates import Candidate
from workbench.comparison import (
    USUAL,
    Interrupted,
    check,
    compare,
    parts,
    worth_timing,
)
from workbench.errors import UserError
from workbench.experiment import DTYPES, experiment
from workbench.laboratory import Laboratory
from workbench.request import Request


def test_the_reference_alone_is_checked_against_its_own_loss():
    row = rows(("reference",))["reference"]

    assert row["status"] == "alone"
    assert "nothing but differences of its own loss" in row["reason"]
    assert row["forward_error"] is None
    assert len(row["losses"]["loss"]) == SHORT.steps
    assert (row["steps"], row["remark"]) == (None, None)


def test_modes_of_a_lone_framework_are_held_against_each_other():
    document = compare(SHORT, Request(("reference",), ("all",), measure=False))

    assert [row["status"] for row in document["rows"]] == ["alone", "alone"]
    assert all(row["forward_error"] is not None for row in document["rows"])


@pytest.mark.frameworks
def test_of_a_training_shorter_than_10_steps_the_end_is_compared_in_float32(planted):
    planted(
        "pytorch",
        "optim.py",
        "v.mul_(momentum).add_(g)",
        "v.mul_(momentum).add_(g + 1e-3 * g.abs().max() * (g.dtype == torch.float32))",
    )

    found = installed(rows(TRIO, experiment("linear_regression", steps=3)))

    assert [found[name]["status"] for name in TRIO] == ["equal", "different", "equal"]
    assert (
        "float32: training differs after 3 steps, most in" in found["pytorch"]["reason"]
    )


def test_a_wrong_gradient_of_the_reference_alone_is_found_by_its_own_loss(planted):
    planted(
        "reference",
        "train.py",
        "arrays |= io.named(grads)",
        "arrays |= {n: a * 1.001 for n, a in io.named(grads).items()}",
    )

    row = rows(("reference",))["reference"]

    assert row["status"] == "different"
    assert "differences of its own loss" in row["reason"]


@pytest.mark.frameworks
def test_an_answer_of_another_shape_is_told_by_its_name(planted):
    planted("jax", "train.py", "to_numpy(results[name])", "to_numpy(results[name])[:3]")

    found = installed(rows(TRIO))

    assert [found[name]["status"] for name in TRIO] == ["equal", "equal", "different"]
    words = "activation of hidden must be float64[64, 128], float64[3, 128] came"
    assert words in found["jax"]["reason"]


@pytest.mark.frameworks
def test_of_two_that_differ_in_value_neither_is_called_right(planted):
    planted(
        "pytorch",
        "losses.py",
        "labels.flatten())",
        "labels.flatten(), label_smoothing=0.1)",
    )

    found = installed(rows(("reference", "pytorch")))

    for row in found.values():
        assert row["status"] == "different"
        assert "nothing says which of them is right" in row["reason"]


@pytest.mark.frameworks
def test_of_two_whose_gradients_differ_the_one_with_the_wrong_slope_is(planted):
    planted(
        "pytorch",
        "autodiff.py",
        "torch.autograd.grad(value, params)",
        "tuple(1.001 * g for g in torch.autograd.grad(value, params))",
    )

    found = installed(rows(("reference", "pytorch")))

    assert found["reference"]["status"] == "alone"
    assert found["pytorch"]["status"] == "different"
    assert "gradient differs first in output.weight" in found["pytorch"]["reason"]
    assert "differences of its own loss" in found["pytorch"]["reason"]


def test_cost_is_measured_for_what_is_equal():
    document = compare(SHORT, Request(("reference",), rounds=2))

    (row,) = document["rows"]
    step = row["step_seconds"]
    assert 0 < step["low"] <= step["median"] <= step["high"]
    assert row["latency_seconds"]["median"] > 0
    assert row["first_step_seconds"] > 0
    assert row["import_seconds"] > 0
    assert row["peak_bytes"] > 10**7


def test_a_quick_comparison_times_the_process_that_was_checked():
    document = compare(SHORT, Request(("reference",), rounds=2, is_quick=True))

    (row,) = document["rows"]
    assert row["step_seconds"]["median"] > 0
    assert row["import_seconds"] is row["peak_bytes"] is None


def test_progress_goes_from_one_part_to_all_of_them():
    request, calls = Request(("reference",), rounds=1), []

    compare(
        SHORT,
        request,
        progress=lambda what, done, total: calls.append((done, total)),
    )

    total = parts(request)
    assert calls == [(done, total) for done in range(1, total + 1)]


def test_progress_ends_full_though_not_every_row_is_timed(impostor):
    impostor("jax", "import sys; sys.exit('no')")
    request, calls = Request(("reference", "jax"), rounds=1), []

    compare(
        SHORT,
        request,
        progress=lambda what, done, total: calls.append((done, total)),
    )

    # Two rows were checked in two dtypes; one was started, timed, and timed by layer.
    assert [total for _, total in calls] == [parts(request)] * 4 + [8] * 4
    assert [done for done, _ in calls] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert parts(request) == 10


def test_progress_ends_full_though_nothing_is_timed(impostor):
    impostor("jax", "import sys; sys.exit('no')")
    calls = []

    compare(
        SHORT,
        Request(("jax",)),
        progress=lambda what, done, total: calls.append((done, total)),
    )

    assert calls[-1] == (3, 3)


def test_what_is_known_is_kept_before_its_cost_is_and_after_it():
    kept = []

    document = compare(SHORT, Request(("reference",), rounds=1), keep=kept.append)

    assert [d["rows"][0]["step_seconds"] is None for d in kept] == [True, False]
    assert kept[-1]["rows"] == document["rows"]


def test_an_interrupt_brings_what_was_finished():
    def interrupt(what, done, total):
        if done == len(DTYPES):
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as stopped:
        compare(SHORT, Request(("reference",), measure=False), progress=interrupt)

    (row,) = stopped.value.document["rows"]
    assert row["status"] == "alone"


def test_after_an_interrupt_nobody_is_alone_while_others_have_not_answered(impostor):
    impostor("pytorch", "import time; time.sleep(600)")

    def interrupt(what, done, total):
        if done == len(DTYPES):
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as stopped:
        compare(
            SHORT,
            Request(("pytorch", "reference"), measure=False),
            progress=interrupt,
        )

    assert stopped.value.document["rows"] == []


def test_workers_of_a_laboratory_stay_for_the_next_comparison():
    request = Request(("reference",), measure=False)

    with Laboratory(limit_seconds=60) as laboratory:
        compare(SHORT, request, laboratory=laboratory)
        places = laboratory.places("reference")
        compare(
            experiment("linear_regression", steps=2), request, laboratory=laboratory
        )

        assert places
        assert laboratory.places("reference") == places


@pytest.mark.frameworks
def test_nothing_is_left_in_the_folder_for_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)  # it is asked only once

    found = installed(rows(("tensorflow",)))

    assert found["tensorflow"]["status"] == "alone"
    assert list(tmp_path.iterdir()) == []


def test_what_differs_for_a_known_cause_is_worth_timing():
    rows = [Candidate("jax", m, status="different") for m in ("jit", "op by op")]
    rows[1].cause = "its own momentum"

    assert worth_timing(rows, Request()) == rows[1:]
    assert worth_timing(rows, Request(even_if_different=True)) == rows
    assert worth_timing(rows, Request(measure=False)) == []


def test_more_threads_than_cores_are_refused():
    with pytest.raises(UserError, match="at most"):
        compare(experiment("mlp", threads=4096))


def test_random_numbers_that_memory_cannot_hold_are_refused(monkeypatch):
    one = experiment("vae", steps=100, batch=64)
    monkeypatch.setattr(machine, "memory_bytes", lambda: 8 * one.noise_bytes)
    check([one], USUAL)
    monkeypatch.setattr(machine, "memory_bytes", lambda: 7 * one.noise_bytes)

    with pytest.raises(
        UserError, match=r"vae: 100 steps of 64 samples need 8 times .* kB for"
    ):
        check([one], USUAL)
