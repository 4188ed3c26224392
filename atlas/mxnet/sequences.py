"""Recurrent layers and attention: gates, axes, masks."""

from mxnet import nd
from mxnet.gluon import rnn


def lstm_parameters():
    layer = rnn.LSTM(5, input_size=3)
    return [p.shape for p in layer.collect_params().values()]


def lstm_parameters_equal():
    layer = rnn.LSTM(1, input_size=1, h2h_weight_initializer="zeros")
    layer.initialize()
    layer.l0_i2h_weight.set_data(nd.array([[0.1], [0.2], [0.3], [0.4]]))
    return layer(nd.ones((2, 1, 1)))[-1]


def lstm_output():
    layer = rnn.LSTM(5, layout="NTC")
    layer.initialize()
    return layer(nd.zeros((2, 4, 3))).shape


def lstm_forget_bias():
    layer = rnn.LSTM(1000, input_size=3)
    layer.initialize()
    _, forget, _, _ = nd.split(layer.l0_i2h_bias.data(), 4, axis=0)
    return forget.min()


def lstm_forget_bias_equal():
    layer = rnn.LSTM(1000, input_size=3)
    layer.initialize()
    layer.l0_i2h_bias.data()[1000:2000] = 1
    return nd.split(layer.l0_i2h_bias.data(), 4, axis=0)[1].min()


def gru_gates():
    layer = rnn.GRU(1, input_size=1)
    layer.initialize()
    for p, numbers in zip(
        layer.collect_params().values(),
        ([0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.0, 0.0, 0.0], [0.0, 0.0, 0.7]),
        strict=True,
    ):
        p.set_data(nd.array(numbers).reshape(p.shape))
    return layer(nd.ones((1, 1, 1)), nd.ones((1, 1, 1)))[0][0, 0, 0]


def sequences_read():
    layer = rnn.LSTM(4)
    layer.initialize()
    _, (h, _) = layer(nd.zeros((5, 7, 3)), layer.begin_state(7))
    return h.shape[1]


def sequences_read_equal():
    layer = rnn.LSTM(4, layout="NTC")
    layer.initialize()
    _, (h, _) = layer(nd.zeros((5, 7, 3)), layer.begin_state(5))
    return h.shape[1]
