"""Bad input is refused by every framework in the same words, before it is used."""

import pytest

from adapters.contract import MODES

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("refusals")]

JOBS = "refusing"
MOMENTUM = {"name": "momentum", "lr": 0.5, "momentum": 0.25}
NO_LR = {"name": "momentum", "momentum": 0.25}

REFUSED = {
    "missing": ({"arrays": "missing"}, "parameters: output.bias is missing"),
    "extra": ({"arrays": "extra"}, "parameters: output.scale is unknown"),
    "misshapen": (
        {"arrays": "misshapen"},
        "parameters: output.bias must be (1,), (2,) came",
    ),
    "mixed dtypes": (
        {"arrays": "mixed dtypes"},
        "parameters: all must be of one dtype, "
        "float64 (output.weight) and float32 (output.bias) came",
    ),
    "integers": (
        {"arrays": "integers"},
        "parameters: output.bias must be float32 or float64, int64 came",
    ),
    "big-endian": (
        {"arrays": "big-endian"},
        "parameters: output.bias must be float32 or float64, >f8 came",
    ),
    "not a number": (
        {"arrays": "not a number"},
        "parameters: output.bias must be finite, nan came",
    ),
    "infinite": (
        {"arrays": "infinite"},
        "parameters: output.bias must be finite, -inf came",
    ),
    "a list": (
        {"arrays": "a list"},
        "parameters: output.bias must be a NumPy array, list came",
    ),
    "no such model": (
        {"model": "perceptron"},
        "{framework}: no model 'perceptron'; there is: linear_regression, ",
    ),
    "no such mode": (
        {"mode": "interpreted"},
        "{framework}: no mode 'interpreted'; there is: {modes}",
    ),
    "no such optimiser": (
        {"optimiser": {"name": "lion", "lr": 0.5}},
        "optimiser: no rule 'lion'; there is: momentum, adam",
    ),
    "no dict": ({"optimiser": None}, "optimiser: must be a dict, NoneType came"),
    "true": (
        {"optimiser": MOMENTUM | {"lr": True}},
        "optimiser: momentum: lr must be a finite number, True came",
    ),
    "no name": (
        {"optimiser": {"lr": 0.5}},
        "optimiser: no rule None; there is: momentum, adam",
    ),
    "missing setting": (
        {"optimiser": NO_LR},
        "optimiser: momentum: lr is missing",
    ),
    "extra setting": (
        {"optimiser": MOMENTUM | {"nesterov": True}},
        "optimiser: momentum: nesterov is unknown",
    ),
    "no number": (
        {"optimiser": MOMENTUM | {"lr": "0.5"}},
        "optimiser: momentum: lr must be a finite number, '0.5' came",
    ),
    "not finite": (
        {"optimiser": MOMENTUM | {"lr": float("inf")}},
        "optimiser: momentum: lr must be a finite number, inf came",
    ),
}


@pytest.fixture
def refusal(worker):
    """A function from what is different in a request to what is said against it."""
    usual = {
        "model": "linear_regression",
        "mode": MODES[worker.framework][0],
        "optimiser": MOMENTUM,
    }
    return lambda **change: worker.ask("refusal", **usual | change)


@pytest.mark.parametrize("arrays", [None, "backward in memory"])
def test_what_fits_is_taken(refusal, arrays):
    assert refusal(arrays=arrays) == {"said": None, "is_begun": True}


@pytest.mark.parametrize("is_native", [False, True])
@pytest.mark.parametrize(("change", "words"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused(refusal, worker, change, words, is_native):
    modes = ", ".join(MODES[worker.framework])
    words = words.format(framework=worker.framework, modes=modes)

    said = refusal(**change, is_native=is_native)["said"]

    assert said is not None
    assert said.startswith(words)


def test_nothing_is_begun_before_it_is_refused(refusal, worker):
    for mode in MODES[worker.framework]:
        answer = refusal(model="mlp", mode=mode)

        assert answer["said"].startswith("parameters: hidden.weight is missing")
        assert not answer["is_begun"]
