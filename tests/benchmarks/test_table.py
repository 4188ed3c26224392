"""What is printed at the end."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from benchmarks.rounds import Row
from benchmarks.table import reasons, show

BASIS = Row("gpt", "training", 1, "pytorch", "eager", median_seconds=0.035)
OURS = Row(
    "gpt",
    "training",
    1,
    "reference",
    "compiled",
    median_seconds=0.028,
    ratio_to_pytorch_eager=0.8,
    ratio_low=0.78,
    ratio_high=0.83,
    first_step_seconds=4.2,
    warm_first_step_seconds=0.6,
    peak_bytes=30_000_000,
    aim=0.9,
    stretch=0.75,
)


def printed(rows):
    console = Console(file=io.StringIO(), width=80)
    show(rows, console)
    return console.file.getvalue()


def test_the_table_has_seconds_ratios_quartiles_and_aims():
    text = printed([BASIS, OURS])

    for part in ("35.0 ms", "0.80", "0.78–0.83", "to be reached", "0.9 (0.75)"):
        assert part in text


def test_the_table_has_what_the_beginning_costs():
    text = printed([BASIS, OURS])

    for part in ("4.20 s", "600 ms", "30.0 MB"):
        assert part in text


@pytest.mark.parametrize(
    ("unknown", "caption"),
    [
        ((), "the first one; with a warm cache; growth of the process"),
        (("warm_first_step_seconds",), "the first one; growth of the process"),
        (("first_step_seconds", "warm_first_step_seconds"), "growth of the process"),
    ],
)
def test_the_caption_names_only_what_was_measured(unknown, caption):
    text = printed([BASIS, replace(OURS, **dict.fromkeys(unknown))])

    assert caption in text.splitlines()


def test_where_nothing_began_there_is_no_table_of_beginnings():
    assert printed([BASIS]).count("pytorch") == 1


def test_a_reason_is_said_once_for_all_whom_it_concerns():
    gone = replace(BASIS, framework="jax", mode="jit", median_seconds=None, reason="?")
    other = replace(gone, model="lstm")
    asked = replace(gone, phase="inference")

    assert reasons([gone, asked, other]) == {
        "?": ["jax jit (gpt, threads: 1)", "jax jit (lstm, threads: 1)"]
    }
    assert "lstm" in printed([gone, other])
