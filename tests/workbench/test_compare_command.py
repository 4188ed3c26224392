"""How a run over several models counts what is done."""

from workbench.compare_command import Tally


def test_a_tally_counts_over_all_models_and_ends_full():
    tally = Tally(models=2, each=8)

    assert tally.count("mlp", 1, 8) == (1, 16)
    assert tally.count("mlp", 3, 3) == (3, 11)  # nothing of it is timed
    assert tally.count("gpt", 1, 8) == (4, 11)
    assert tally.count("gpt", 8, 8) == (11, 11)
