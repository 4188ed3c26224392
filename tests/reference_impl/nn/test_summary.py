import functools
from dataclasses import dataclass

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


def test_the_parts_of_a_transformer_have_rows():
    blocks = {"block": nn.TransformerBlock.init(ri.random.key(0), 8, 2)}
    row = {r.name: r for r in nn.Sequential(blocks).summary((N, 5, 8)).rows}

    parts = ("attention_norm", "attention", "mlp_norm", "mlp")
    projections = ("attention/query", "attention/key", "attention/value")
    inside = ("attention/output", "mlp/hidden", "mlp/activation", "mlp/output")
    names = [f"block/{name}" for name in (*parts, *projections, *inside)]
    assert sorted(row) == sorted(["block", *names])
    assert row["block/attention_norm"].kind == "LayerNorm"
    assert row["block/attention/query"].result == f"float32[{N}, 5, 8]"
    assert row["block/attention"].parameters == 4 * (8 * 8 + 8)
    assert row["block/mlp/activation"].kind == "tanh_gelu"
    assert row["block/mlp/hidden"].parameters == 8 * 32 + 32
    assert sum(row[f"block/{p}"].parameters for p in parts) == row["block"].parameters


@dataclass(frozen=True)
class Reader(nn.Layer):
    """Reads a sequence, and says something of its end."""

    gru: nn.GRU
    heads: list[nn.Linear]

    def __call__(self, x):
        with ri.scope("gru"):
            _, last = self.gru(x)
        with ri.scope("end"), ri.scope("scaled"):
            last = last * 2
        with ri.scope("0"):
            return self.heads[0](last)


def test_parts_of_a_recurrent_model_have_rows():
    first, second = ri.random.split(ri.random.key(0))
    gru, head = nn.GRU.init(first, 8, 4), nn.Linear.init(second, 4, 3)
    summary = Reader(gru, [head]).summary((N, 5, 8))
    rows = {row.name: row for row in summary.rows}

    assert list(rows) == ["gru", "end", "end/scaled", "0"]
    assert (rows["gru"].kind, rows["0"].kind) == ("GRU", "Linear")
    assert rows["gru"].parameters == 3 * (8 * 4 + 4 * 4 + 4 + 4)
    assert rows["gru"].operations > 5 * N * 2 * 4 * 12
    assert summary.total.parameters == rows["gru"].parameters + 4 * 3 + 3


def test_parts_of_stacked_layers_and_of_both_directions_have_rows():
    keys = ri.random.split(ri.random.key(0), 3)
    stack = nn.Stacked([nn.GRU.init(keys[0], 8, 4), nn.LSTM.init(keys[1], 4, 4)])
    both = nn.Bidirectional(stack, nn.RNN.init(keys[2], 8, 4))
    rows = {row.name: row for row in both.summary((N, 5, 8)).rows}

    kinds = {name: row.kind for name, row in rows.items()}
    assert kinds == {
        "forwards": "Stacked",
        "forwards/0": "GRU",
        "forwards/1": "LSTM",
        "backwards": "RNN",
    }
    assert rows["backwards"].parameters == 8 * 4 + 4 * 4 + 4


def test_a_scope_that_is_no_layer_has_a_result_and_no_parameters():
    model = Reader(nn.GRU.init(ri.random.key(0), 8, 4), [nn.Linear(ri.ones((4, 3)))])
    summary = model.summary((N, 5, 8))
    row = summary.rows[1]

    assert (row.name, row.kind, row.result) == ("end", "", f"float32[{N}, 4]")
    assert (row.parameters, row.nbytes, row.operations) == (None, None, N * 4)
    cells = str(summary).splitlines()[3].split("  ")
    assert [cell.strip() for cell in cells if cell] == ["end", row.result, str(N * 4)]


@dataclass(frozen=True)
class Outer(nn.Layer):
    """Calls its parts without scopes."""

    parts: list[nn.Layer]

    def __call__(self, x):
        for part in self.parts:
            x = part(x)
        return x


def test_a_layer_is_found_in_a_part_without_a_scope_if_there_is_only_one():
    first, second = ri.random.split(ri.random.key(0))
    one = nn.Sequential({"a": nn.Linear.init(first, 8, 8)})
    other = nn.Sequential({"a": nn.Linear.init(second, 8, 8)})

    for parts, found in (([one], 72), ([one, one], 72), ([one, other], None)):
        summary = Outer(parts).summary((N, 8))
        assert [row.parameters for row in summary.rows] == [found] * len(parts)


def test_a_shared_parameter_counts_once():
    linear = nn.Linear.init(ri.random.key(0), 8, 8)
    summary = nn.Sequential({"first": linear, "again": linear}).summary((N, 8))

    assert summary.total.parameters == 8 * 8 + 8
    assert summary.total.nbytes == 4 * (8 * 8 + 8)
    assert [row.parameters for row in summary.rows] == [72, 72]


def test_a_function_with_arguments_is_named():
    gelu = functools.partial(nn.gelu, approximate="tanh")
    row = nn.Sequential({"gelu": nn.Activation(gelu)}).summary((N, 8)).rows[0]

    assert row.kind == "gelu"


def test_inputs_may_be_integers():
    model = nn.Sequential({"embedding": nn.Embedding.init(ri.random.key(0), 10, 4)})

    row = model.summary((N, 5), dtype=ri.int64).rows[0]

    assert (row.kind, row.result) == ("Embedding", f"float32[{N}, 5, 4]")


def test_inputs_that_do_not_fit_raise_what_the_model_raises(model):
    with pytest.raises(ri.ShapeError, match="matmul: inner sizes differ"):
        model.summary((N, 7))
