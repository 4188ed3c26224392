"""What passes a filter, whoever asks: the page has the same rules in `filter.js`."""

import pytest
from comparison_documents import document, row

from workbench.errors import UserError
from workbench.report.entries import entries
from workbench.report.facets import facets, passing

ROWS = [
    row("reference", "compiled"),
    row("reference", "eager"),
    row("pytorch", "eager"),
]
KNOWN = entries(
    [
        document(*ROWS, model="mlp", experiment_id="a"),
        document(*ROWS, model="mlp", experiment_id="b", threads=2),
        document(*ROWS, model="gpt", experiment_id="c"),
    ]
)


def found(wanted):
    """The rows that pass, by the experiment."""
    return {
        one.anchor: [f"{r['framework']} {r['mode']}" for r in one.rows]
        for one in passing(KNOWN, wanted)
    }


EVERY = ["reference compiled", "reference eager", "pytorch eager"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, dict.fromkeys("abc", EVERY)),
        ({"model": ["mlp"]}, dict.fromkeys("ab", EVERY)),
        ({"threads": ["2"]}, {"b": EVERY}),
        ({"model": ["mlp"], "threads": ["1"]}, {"a": EVERY}),
        ({"framework": ["pytorch"]}, dict.fromkeys("abc", EVERY[2:])),
        ({"mode": ["compiled"]}, dict.fromkeys("abc", EVERY[:1])),
        ({"mode": ["compiled", "eager"]}, dict.fromkeys("abc", EVERY)),
        ({"mode": ["default"]}, dict.fromkeys("abc", EVERY[::2])),
        ({"mode": ["all"]}, dict.fromkeys("abc", EVERY)),
        (
            {"framework": ["reference"], "mode": ["eager"]},
            dict.fromkeys("abc", EVERY[1:2]),
        ),
    ],
)
def test_a_row_passes_if_every_facet_agrees(wanted, expected):
    assert found(wanted) == expected


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (
            {"model": ["lstm"]},
            "unknown model in the last run 'lstm'; there are: mlp, gpt",
        ),
        (
            {"framework": ["pytorch", "jax"]},
            "unknown framework in the last run 'jax'; there are: reference, pytorch",
        ),
        (
            {"mode": ["jit"]},
            "unknown mode in the last run 'jit'; there are: "
            "default, all, compiled, eager",
        ),
        (
            {"threads": ["4"]},
            "unknown number of threads in the last run '4'; there are: 1, 2",
        ),
        ({"threads": []}, "name at least one number of threads of: 1, 2"),
        ({"framework": []}, "name at least one framework of: reference, pytorch"),
    ],
)
def test_a_value_that_does_not_occur_is_answered_with_those_that_do(wanted, words):
    with pytest.raises(UserError) as told:
        passing(KNOWN, wanted)

    assert str(told.value) == words


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (
            {"framework": ["pytorch"], "mode": ["compiled"]},
            "framework pytorch, mode compiled",
        ),
        ({"model": ["gpt"], "threads": ["2"]}, "model gpt, threads 2"),
    ],
)
def test_a_filter_that_matches_nothing_says_what_there_is(wanted, words):
    with pytest.raises(UserError) as told:
        passing(KNOWN, wanted)

    assert str(told.value) == (
        f"no row of the last run has {words}; there are: mlp (threads: 1), "
        "mlp (threads: 2), gpt (threads: 1), of reference (compiled), "
        "reference (eager), pytorch (eager)"
    )


def test_an_experiment_without_rows_is_there_as_long_as_nothing_is_filtered():
    known = entries([document(model="mlp")])

    assert passing(known, {}) == known
    with pytest.raises(UserError, match="no row of the last run has model mlp"):
        passing(known, {"model": ["mlp"]})


def test_facets_have_what_occurs_in_the_order_of_the_frameworks():
    documents = [
        document(row("mine"), row("jax", "op by op"), model="mlp", threads=10),
        document(row("pytorch", status="different"), row("jax", "jit"), model="gan"),
    ]

    assert facets(entries(documents)) == {
        "model": ["mlp", "gan"],
        "framework": ["pytorch", "jax", "mine"],
        "mode": ["eager", "jit", "op by op"],
        "threads": ["1", "10"],
        "status": ["equal", "different"],
    }
