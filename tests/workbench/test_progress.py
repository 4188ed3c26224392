"""How a run over several experiments counts what is done."""

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
