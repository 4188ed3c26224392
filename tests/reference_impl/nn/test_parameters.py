import pytest

import reference_impl as ri
from reference_impl import nn

MADE = {
    nn.Linear: (3, 2),
    nn.Conv2d: (3, 2, 2),
    nn.ConvTranspose1d: (3, 2, 2),
    nn.LSTM: (3, 2),
    nn.GRU: (3, 2),
    nn.MultiHeadAttention: (4, 2),
}


def init(kind, *sizes, **options):
    return kind.init(ri.random.key(0), *(sizes or MADE[kind]), **options)


@pytest.mark.parametrize("kind", MADE)
def test_a_bias_is_left_out_by_none_and_not_by_false(kind):
    init(kind, bias=None)
    with pytest.raises(TypeError, match=r"bias must be None, to leave it.* False came"):
        init(kind, bias=False)


@pytest.mark.parametrize("kind", MADE)
def test_a_weight_begins_by_an_initialiser(kind):
    with pytest.raises(TypeError, match=r"weight must be an initialiser, such as `nn"):
        init(kind, weight=ri.ones((3, 2)))


def test_other_parameters_begin_by_initialisers_too():
    with pytest.raises(TypeError, match="Embedding: weight must be an initialiser"):
        init(nn.Embedding, 3, 2, weight=ri.ones((3, 2)))
    with pytest.raises(TypeError, match="GRU: hidden_bias must be None, to leave"):
        init(nn.GRU, 3, 2, hidden_bias=False)
    with pytest.raises(TypeError, match="LSTM: hidden_weight must be an initialiser"):
        init(nn.LSTM, 3, 2, hidden_weight=None)


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (nn.Linear(3, 2), "weight"),
        (nn.Conv2d(3, 2), "weight"),
        (nn.ConvTranspose2d(3, 2), "weight"),
        (nn.LSTM(3, 2), "weight"),
        (nn.Embedding(3, 2), "weight"),
        (nn.LayerNorm(3), "shape"),
        (nn.RMSNorm(3), "shape"),
    ],
    ids=lambda given: type(given).__name__,
)
def test_a_layer_is_made_from_sizes_by_init(layer, name):
    kind = type(layer).__name__
    message = rf"{kind}: {name} cannot be a number, 3 came; `{kind}.init\(...\)` makes"
    with pytest.raises(TypeError, match=message):
        layer(ri.ones((1, 3, 3)))


def test_a_tree_like_a_layer_may_hold_numbers():
    sizes = ri.tree.map(lambda x: x.size, init(nn.Linear))

    assert (sizes.weight, sizes.bias) == (6, 2)
