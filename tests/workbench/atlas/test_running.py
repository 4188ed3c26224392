"""What is said of a framework that answers otherwise, crashes or is not there."""

import json
import textwrap

import pytest

from adapters.contract import FRAMEWORKS
from atlas.row import Row
from workbench.atlas.command import holds
from workbench.atlas.running import SETTINGS, Column, Difference, differences, run
from workbench.environments import ENVIRONMENTS

# As MXNet has it in its documentation, on the page of environment variables.
DEFAULTS = {"MXNET_MKLDNN_ENABLED": "1", "MXNET_USE_MKLDNN_RNN": "1"}
# What frameworks say while they run, and that all of them run on the CPU.
HARMLESS = {
    "TF_CPP_MIN_LOG_LEVEL",
    "MXNET_STORAGE_FALLBACK_LOG_VERBOSE",
    "JAX_PLATFORMS",
}
READY = {"import_seconds": 1, "versions": {"jax": "99.0"}}
ROW = Row(
    "functions", 14, "gelu", "GELU of 1", "why", {"jax": 0.8}, remedy="r", agreed=0.9
)


def printing(**answer):
    """A statement that gives an answer to the first request."""
    return f"print({json.dumps({'id': 1, **answer})!r}, flush=True)"


@pytest.fixture
def answering(impostor):
    """A function: JAX is a process that does this when it is asked."""

    def answering(act):
        impostor(
            "jax",
            textwrap.dedent(f"""
                import sys
                print({json.dumps(READY)!r}, flush=True)
                sys.stdin.readline()
                {act}
            """),
        )
        return run([ROW], ["jax"], limit_seconds=30)

    return answering


def test_a_new_default_is_named_with_row_framework_version_and_both_results(answering):
    columns = answering(printing(prints=0.84, equal=0.9))

    (found,) = differences([ROW], columns)
    assert str(found) == "row 14 (gelu), jax (jax 99.0): expected 0.8, found 0.84"
    assert not holds(columns, [found])


def test_a_program_that_no_longer_agrees_is_named_too(answering):
    columns = answering(printing(prints=0.8, equal=0.91))

    (found,) = differences([ROW], columns)
    assert "when equalised, expected 0.9, found 0.91" in str(found)


def test_what_is_as_recorded_holds(answering):
    columns = answering(printing(prints=0.8, equal=0.9))

    assert not differences([ROW], columns)
    assert holds(columns, [])


def test_a_crash_is_a_trouble_and_does_not_hold(answering):
    columns = answering("sys.exit('out of ideas')")

    assert "out of ideas" in columns[0].trouble
    assert not holds(columns, [])


def test_a_framework_that_is_not_there_is_a_column_that_says_how_to_get_it(impostor):
    impostor("jax", """print('{"missing": "jax"}', flush=True)""")

    columns = run([ROW], ["jax"], limit_seconds=30)

    assert columns[0].is_missing
    assert "make setup FRAMEWORKS=jax" in columns[0].trouble
    assert not holds(columns, [])
    assert holds([*columns, Column("reference")], [])


def test_no_default_is_changed_but_the_effort_of_jax_s_compiler():
    changed = {
        name
        for framework in FRAMEWORKS
        for name, value in (
            ENVIRONMENTS[framework].settings | SETTINGS.get(framework, {})
        ).items()
        if name not in HARMLESS and value != DEFAULTS.get(name)
    }

    assert changed == {"XLA_FLAGS"}


def test_a_difference_is_one_of_a_row_and_a_column():
    column = Column("jax", {"jax": "1"}, {"gelu": {"prints": "raises TypeError"}})

    assert differences([ROW], [column]) == [
        Difference(ROW, column, 0.8, "raises TypeError", False)
    ]
