"""What `fit` cannot work with is refused before it works."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import data, nn, optim, train

X, Y = np.ones((4, 2), np.float32), np.zeros(4, int)


def fit(**changed):
    given = {
        "model": nn.Linear.init(ri.random.key(0), 2, 3),
        "loss": nn.cross_entropy,
        "optimiser": optim.sgd(lr=0.1),
        "loader": data.Loader((X, Y), 2),
        "epochs": 1,
        **changed,
    }
    return train.fit(**given)


WRONG = [
    ("loader", (X, Y), "a `data.Loader`.*; a tuple came"),
    ("loader", [(X, Y)], "a `data.Loader`.*; a list came"),
    ("loader", data.Loader, "a `data.Loader`.*; the class Loader came"),
    ("optimiser", optim.adam, r"an Optimiser, .*`optim.adam\(\)`; a function came"),
    ("optimiser", None, "an Optimiser, .*; a NoneType came"),
    ("loss", None, r"a function \(prediction, y\) -> scalar; a NoneType came"),
    ("key", 0, "a key, .*; a int came"),
    ("evaluate", {"a": 1}, "a function of a model, or None; a dict came"),
    ("callbacks", train.Progress(), "a sequence of callbacks, .*; a Progress came"),
    ("callbacks", None, "a sequence of callbacks, .*; a NoneType came"),
]


@pytest.mark.parametrize(("name", "wrong", "message"), WRONG)
def test_an_argument_of_another_kind_is_named(name, wrong, message):
    with pytest.raises(ri.DtypeError, match=f"fit: {name} must (be|have) {message}"):
        fit(**{name: wrong})


@pytest.mark.parametrize(
    ("wrong", "came"),
    [(train.Progress, "the class Progress"), (print, "a builtin_function_or_method")],
)
def test_a_callback_that_is_none_is_named(wrong, came):
    message = rf"fit: callbacks\[1\] must be a Callback; {came} came"
    with pytest.raises(ri.DtypeError, match=message):
        fit(callbacks=[train.Callback(), wrong])
