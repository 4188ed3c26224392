"""What the file of a model declares is what the zoo says, or no model is made of it.

Loading may replace declared arrays, and the right thing be computed by a wrong file.
"""

import shutil
from pathlib import Path

import pytest

from adapters.contract import FRAMEWORKS, MODES, in_order

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("declared")]

JOBS = "refusing"
ADAPTERS = Path(__file__).resolve().parents[2] / "adapters"

# What is planted in a model's file, where all frameworks but Keras write alike.
SIZE = ("linear(64, 128, dtype)", "linear(640, 5, dtype)")
NAME = ("output=linear(", "outptu=linear(")
KERAS = {
    "mlp": ("(64,),\n        linear(128", "(640,),\n        linear(5"),
    "linear_regression": ('"output"', '"outptu"'),
}
SAID = {
    "mlp": "hidden.weight must be (64, 128), (640, 5) is declared; "
    "hidden.bias must be (128,), (5,) is declared",
    "linear_regression": "output.weight is missing; output.bias is missing; "
    "outptu.weight is unknown; outptu.bias is unknown",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with the adapters, in which files of models are wrong or missing."""
    folder = tmp_path_factory.mktemp("planted")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ADAPTERS, folder / "adapters", ignore=ignored)
    for framework in FRAMEWORKS:
        models = folder / "adapters" / framework / "models"
        for model, change in {"mlp": SIZE, "linear_regression": NAME}.items():
            plant(models / f"{model}.py", framework, model, change)
        (models / "softmax_regression.py").unlink()
    return folder


def plant(path, framework, model, change):
    """Change one place in the file of a model."""
    text, instead = KERAS[model] if framework == "tensorflow" else change
    source = path.read_text(encoding="utf-8")
    assert source.count(text) == 1, f"{text!r} must stand once in {path}"
    path.write_text(source.replace(text, instead), encoding="utf-8")


@pytest.fixture
def refusal(worker):
    """A function from a model to what is said against its file, in a mode."""
    momentum = {"name": "momentum", "lr": 0.5, "momentum": 0.25}
    return lambda model, mode: worker.ask(
        "refusal_of_file", model=model, mode=mode, optimiser=momentum
    )["said"]


@pytest.mark.parametrize("model", SAID)
def test_a_file_that_declares_other_arrays_is_refused(refusal, worker, model):
    framework = worker.framework
    for mode in MODES[framework]:
        said = refusal(model, mode)

        file = f"adapters/{framework}/models/{model}.py"
        # Keras learns from a wrong size what the next layer declares.
        assert said.startswith(f"{framework}: {file}: {SAID[model]}")


def test_a_missing_file_is_named(refusal, worker):
    framework = worker.framework

    said = refusal("softmax_regression", MODES[framework][0])

    place = f"{framework}: adapters/{framework}/models/softmax_regression.py"
    assert said == f"{place} is not there"


def test_a_layer_without_a_result_is_named():
    with pytest.raises(ValueError, match=r"^jax: no result of relu: .* hidden, relu$"):
        in_order("jax", {"hidden": 1, "rleu": 2}, ["hidden", "relu"])
