import pytest

import reference_impl as ri
from reference_impl import nn

N = 16


@pytest.fixture
def model():
    first, second = ri.random.split(ri.random.key(0))
    body = nn.Sequential({"linear": nn.Linear.init(first, 8, 8)})
    return nn.Sequential(
        {
            "block": nn.Residual(body),
            "relu": nn.Activation(ri.relu),
            "drop": nn.Dropout(0.5),
            "output": nn.Linear.init(second, 8, 3, bias=None),
        }
    )


def rows(model):
    return {row.name: row for row in model.summary((N, 8)).rows}


def test_every_named_layer_has_a_row_in_the_order_of_the_data(model):
    assert list(rows(model)) == [
        *("block", "block/body", "block/body/linear", "relu", "drop", "output"),
    ]


def test_a_row_says_what_a_layer_is_and_returns(model):
    kinds = {name: (row.kind, row.result) for name, row in rows(model).items()}

    assert kinds["block/body/linear"] == ("Linear", f"float32[{N}, 8]")
    assert kinds["relu"] == ("relu", f"float32[{N}, 8]")
    assert kinds["drop"] == ("Dropout", "as it came")
    assert kinds["output"] == ("Linear", f"float32[{N}, 3]")


def test_parameters_bytes_and_operations_are_those_of_the_formula(model):
    linear, output = (rows(model)[name] for name in ("block/body/linear", "output"))

    assert (linear.parameters, linear.nbytes) == (8 * 8 + 8, 4 * (8 * 8 + 8))
    assert linear.operations == N * (2 * 8 * 8 + 8)
    assert (output.parameters, output.operations) == (8 * 3, N * 2 * 8 * 3)


def test_the_last_line_is_about_the_whole_model(model):
    summary = model.summary((N, 8))

    assert summary.total.parameters == 8 * 8 + 8 + 8 * 3
    parts = ("block", "relu", "output")
    assert summary.total.operations == sum(rows(model)[p].operations for p in parts)
    assert str(summary).splitlines()[-1].split()[:2] == ["all", "Sequential"]


def test_statistics_have_bytes_and_are_no_parameters():
    row = nn.Sequential({"norm": nn.BatchNorm.init(3)}).summary((N, 3)).rows[0]

    assert (row.parameters, row.nbytes) == (6, 4 * 12)


def test_lines_are_aligned_and_inner_layers_indented(model):
    lines = str(model.summary((N, 8))).splitlines()

    assert lines[4].startswith("    linear  Linear")
    assert len({len(line) for line in lines}) == 1


def test_inputs_may_be_integers():
    model = nn.Sequential({"embedding": nn.Embedding.init(ri.random.key(0), 10, 4)})

    row = model.summary((N, 5), dtype=ri.int64).rows[0]

    assert (row.kind, row.result) == ("Embedding", f"float32[{N}, 5, 4]")


def test_inputs_that_do_not_fit_raise_what_the_model_raises(model):
    with pytest.raises(ri.ShapeError, match="matmul: inner sizes differ"):
        model.summary((N, 7))
