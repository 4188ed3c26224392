"""How a run over several experiments counts what is done."""

import io

from rich.console import Console

from workbench import progress
from workbench.experiment import experiment
from workbench.interruption import named
from workbench.progress import Tally


def test_a_tally_counts_over_all_experiments_and_ends_full():
    tally = Tally(experiments=2, each=8)

    assert tally.count("mlp", 1, 8) == (1, 16)
    assert tally.count("mlp", 3, 3) == (3, 11)  # nothing of it is timed
    assert tally.count("gpt", 1, 8) == (4, 11)
    assert tally.count("gpt", 8, 8) == (11, 11)


def test_a_model_at_another_number_of_threads_is_another_experiment_of_a_tally():
    one, two = (named(experiment("mlp", steps=5, threads=n)) for n in (1, 2))
    tally = Tally(experiments=2, each=8)

    assert tally.count(one, 8, 8) == (8, 16)
    assert tally.count(two, 1, 8) == (9, 16)


def test_without_a_terminal_every_line_says_how_far_a_run_has_come(monkeypatch):
    notes = Console(file=io.StringIO())
    monkeypatch.setattr(progress, "notes", notes)

    with progress.progress_bar(4) as told:
        told("checked jax", 1, 4)
        told("checked mxnet", 2, 3)  # one part less than was thought
        told("judged", 3, 3)

    assert notes.file.getvalue().splitlines() == [
        "checked jax (1 of 4)",
        "checked mxnet (2 of 3, about 1 min left)",
        "judged (3 of 3)",
    ]
