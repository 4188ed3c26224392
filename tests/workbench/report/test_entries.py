"""What experiments are called on the page."""

import pytest
from comparison_documents import document

from workbench.report.entries import entries


def test_experiments_on_the_same_model_are_told_apart():
    documents = [
        document(experiment_id="a", model="mlp"),
        document(experiment_id="b", model="mlp", threads=2, is_native=True),
        document(experiment_id="c", model="gan"),
        document(experiment_id="c", model="gan"),
    ]

    assert [one.label for one in entries(documents)] == [
        "mlp, 1 thread, shared formula",
        "mlp, 2 threads, native updates",
        "gan, run 1",
        "gan, run 2",
    ]


@pytest.mark.parametrize("number", ["lr", "momentum", "beta1", "beta2", "eps"])
def test_experiments_are_told_apart_by_any_number_of_their_optimiser(number):
    documents = [document(experiment_id=str(n), **{number: n / 16}) for n in (1, 2)]

    assert [one.label for one in entries(documents)] == [
        f"mlp, {number} 0.0625",
        f"mlp, {number} 0.125",
    ]


def test_what_one_optimiser_has_not_tells_nothing():
    adam = document(experiment_id="a", optimiser="adam", beta1=0.5)
    momentum = document(experiment_id="b")

    assert [one.label for one in entries([adam, momentum])] == [
        "mlp, optimiser adam, beta1 0.5",
        "mlp, optimiser momentum",
    ]
