"""Comparisons that take little time, for tests of what a comparison does."""

import pytest

from workbench.comparison import compare
from workbench.experiment import experiment
from workbench.request import Request

COMPARE_MLP = ["compare", "mlp"]
QUICK = [*COMPARE_MLP, "--frameworks", "reference", "--steps", "20"]

SHORT = experiment("mlp", steps=12)
TRIO = ("reference", "pytorch", "jax")


def rows(frameworks, made=SHORT, **options):
    """The rows of a comparison that measures nothing, by framework."""
    document = compare(made, Request(frameworks, measure=False, **options))
    return {row["framework"]: row for row in document["rows"]}


def installed(rows):
    """The rows, if all of their frameworks are installed; else the test skips."""
    for row in rows.values():
        if row["status"] == "missing":
            pytest.skip(f"{row['framework']}: {row['reason']}")
    return rows
