"""What the report says of a comparison in a sentence."""

import pytest
from comparison_documents import (
    document,
    empty,
    row,
)

from workbench.gates import GATES
from workbench.report import verdict
from workbench.rows import PASSED, STATUSES


def test_the_verdict_on_equal_frameworks_has_the_errors_and_their_gates():
    worst = row("jax", gradient_error=5.9e-16, trajectory_error=3e-13)

    sentence = verdict.sentence(document(row("reference"), row("pytorch"), worst))

    assert sentence.startswith("All three frameworks computed the same: ")
    assert "agree to 5.9e-16" in sentence
    assert "to 3.0e-13" in sentence
    assert f"{GATES['float64'].gradient:.0e}" in sentence


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "No framework was compared."),
        (
            [row("reference"), row("pytorch"), row("jax", status="different")],
            "Two of three frameworks computed the same (reference and pytorch); "
            "jax differs.",
        ),
        (
            [row("reference"), row("jax"), empty("mxnet", "missing")],
            "Two of three frameworks computed the same (reference and jax); "
            "mxnet is missing.",
        ),
        (
            [row("reference", status="alone"), empty("mxnet", "missing")],
            "reference ran alone, so there is nothing to compare it with; "
            "mxnet is missing.",
        ),
        (
            [
                row("jax", "jit", status="alone"),
                row("jax", "op by op", status="alone"),
                empty("mxnet", "missing"),
            ],
            "jax (jit) and jax (op by op) agree, and no other framework was compared "
            "with them; mxnet is missing.",
        ),
        (
            [row("reference"), empty("mxnet", "failed"), empty("jax", "failed")],
            "reference ran alone, so there is nothing to compare it with; "
            "mxnet and jax failed.",
        ),
        (
            [row("reference", status="different")],
            "reference ran alone, and what it computed does not hold.",
        ),
        (
            [row("reference"), row("jax", status="different")],
            "No two frameworks computed the same; jax differs.",
        ),
        ([empty("jax", "missing")], "No framework finished; jax is missing."),
        (
            [row("jax"), row("jax", mode="jit"), empty("mxnet", "missing")],
            "Two of three modes of two frameworks computed the same "
            "(jax (eager) and jax (jit)); mxnet is missing.",
        ),
        (
            [
                row("reference"),
                row("pytorch"),
                row("jax", status="different", cause="float32 inside"),
                empty("tensorflow", "unsupported", "one objective only"),
            ],
            "Two of four frameworks computed the same (reference and pytorch); "
            "jax differs, for a documented cause; tensorflow does not support it.",
        ),
    ],
)
def test_the_verdict_names_everyone_who_did_not_agree(rows, sentence):
    assert verdict.sentence(document(*rows)) == sentence


def test_of_what_was_interrupted_the_verdict_says_so_first():
    found = document(row("reference"), row("jax")) | {"is_complete": False}

    said = verdict.sentence(found)

    assert said.startswith("Interrupted: this is what was finished. Both frameworks")
    assert verdict.is_all_equal(found | {"is_complete": True})
    assert not verdict.is_all_equal(found)


@pytest.mark.parametrize("status", [one for one in STATUSES if one not in PASSED])
def test_the_verdict_names_who_did_not_agree_whatever_the_status(status):
    rows = [row("reference"), row("pytorch"), empty("jax", status)]

    assert "; jax " in verdict.sentence(document(*rows))


def test_a_verdict_needs_no_number():
    rows = [row(name, forward_error=None) for name in ("reference", "jax")]

    assert verdict.sentence(document(*rows)) == "Both frameworks computed the same."


@pytest.mark.parametrize("reason", [None, "module mxnet is not installed"])
def test_a_missing_framework_comes_with_how_to_get_it(reason):
    (remark,) = verdict.remarks([row("jax"), empty("mxnet", "missing", reason)])

    assert remark.remedy == "make setup FRAMEWORKS=mxnet"


def test_how_to_get_a_framework_is_not_said_twice():
    reason = "not installed; make setup FRAMEWORKS=mxnet"

    (remark,) = verdict.remarks([empty("mxnet", "missing", reason)])

    assert remark.remedy is None
