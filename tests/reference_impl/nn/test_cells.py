import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

N, H = 2, 3

# Of results of size 1, computed in float64 in another order.
TOLERANCE = 1e-14


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def parts(x, count):
    return np.split(x, count, axis=-1)


def test_an_rnn_cell_is_its_formula():
    h, gates, hidden = normal(N, H), normal(N, H, seed=1), normal(H, H, seed=2)

    came = nn.rnn_cell(*map(ri.tensor, (h, gates, hidden)))

    np.testing.assert_allclose(
        came.numpy(), np.tanh(gates + h @ hidden), atol=TOLERANCE
    )


def test_an_lstm_cell_is_its_formula():
    h, c, gates = normal(N, H), normal(N, H, seed=1), normal(N, 4 * H, seed=2)
    hidden = normal(H, 4 * H, seed=3)
    i, f, g, o = parts(gates + h @ hidden, 4)
    memory = sigmoid(f) * c + sigmoid(i) * np.tanh(g)

    state = (ri.tensor(h), ri.tensor(c))
    came = nn.lstm_cell(state, ri.tensor(gates), ri.tensor(hidden))

    needed = sigmoid(o) * np.tanh(memory), memory
    np.testing.assert_allclose(ri.stack(came).numpy(), needed, atol=TOLERANCE)


@pytest.mark.parametrize("has_bias", [False, True])
def test_a_gru_cell_is_its_formula(has_bias):
    h, gates, hidden = normal(N, H), normal(N, 3 * H, seed=1), normal(H, 3 * H, seed=2)
    bias = normal(3 * H, seed=3) if has_bias else np.zeros(3 * H)
    (r, z, n), (r_h, z_h, n_h) = parts(gates, 3), parts(h @ hidden + bias, 3)
    z, n = sigmoid(z + z_h), np.tanh(n + sigmoid(r + r_h) * n_h)

    given = ri.tensor(bias) if has_bias else None
    came = nn.gru_cell(*map(ri.tensor, (h, gates, hidden)), given)

    np.testing.assert_allclose(came.numpy(), (1 - z) * n + z * h, atol=TOLERANCE)


def test_a_gru_cell_that_resets_before_is_its_formula():
    h, gates, hidden = normal(N, H), normal(N, 3 * H, seed=1), normal(H, 3 * H, seed=2)
    (r, z, n), of_hidden = parts(gates, 3), parts(hidden, 3)
    r, z = sigmoid(r + h @ of_hidden[0]), sigmoid(z + h @ of_hidden[1])
    n = np.tanh(n + (r * h) @ of_hidden[2])

    came = nn.gru_cell_reset_before(*map(ri.tensor, (h, gates, hidden)))

    np.testing.assert_allclose(came.numpy(), (1 - z) * n + z * h, atol=TOLERANCE)


def test_gates_that_are_open_or_closed_keep_or_replace_the_memory():
    wide, nothing = 1e4, ri.zeros((H, 4 * H))
    state = (ri.ones((1, H)), ri.full((1, H), 7.0))
    keep = ri.tensor(np.repeat([-wide, wide, 0.0, -wide], H)[None], dtype=ri.float32)
    replace = ri.tensor(np.repeat([wide, -wide, wide, wide], H)[None], dtype=ri.float32)

    assert nn.lstm_cell(state, keep, nothing)[1].tolist() == [[7.0] * H]
    assert nn.lstm_cell(state, keep, nothing)[0].tolist() == [[0.0] * H]
    assert nn.lstm_cell(state, replace, nothing)[1].tolist() == [[1.0] * H]


def test_an_open_update_gate_keeps_the_state_exactly():
    h, hidden = ri.tensor(normal(N, H)), ri.zeros((H, 3 * H), dtype=ri.float64)
    gates = ri.tensor(np.tile(np.repeat([0.0, 1e4, 5.0], H), (N, 1)))

    np.testing.assert_allclose(
        nn.gru_cell(h, gates, hidden).numpy(), h.numpy(), atol=TOLERANCE
    )
