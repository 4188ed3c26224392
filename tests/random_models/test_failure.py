"""A difference that is planted is found, shrunk, and shown by programs of their own.

The programs run in the processes that have the frameworks already; nightly, each in a
process of its own.
"""

import json
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, find, settings
from random_models import profile
from random_models.failure import found, programs
from random_models.strategies import models
from random_models.worker import LAYERS

from adapters.contract import FRAMEWORKS
from workbench.environments import interpreter, variables
from workbench.gates import GATES

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("random models")]

EXAMPLES = 50  # enough for a softmax to be drawn
RIGHT, PLANTED = "F.softmax(x, axis)", "F.softmax(1.001 * x, axis)"


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """Tables of layers, of which PyTorch's has another temperature."""
    folder = tmp_path_factory.mktemp("planted") / "layers"
    shutil.copytree(LAYERS, folder)
    table = folder / "pytorch.py"
    text = table.read_text()
    assert RIGHT in text
    table.write_text(text.replace(RIGHT, PLANTED))
    return folder


@pytest.fixture(scope="module")
def shrunk(frameworks, layers):
    """The simplest model with a difference, and the difference."""
    if "pytorch" not in frameworks:
        pytest.skip(f"pytorch: {frameworks.missing['pytorch']}")
    two = frameworks.of(("reference", "pytorch"), layers=str(layers))
    model = find(
        models(),
        lambda model: found(model, two) is not None,
        settings=settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return model, found(model, two)


def test_a_planted_difference_is_located(shrunk):
    _, difference = shrunk

    assert difference.framework == "reference and pytorch"
    assert "(softmax)" in difference.text


def test_a_failure_shrinks_to_the_layer_that_differs(shrunk):
    model, _ = shrunk

    assert [layer.kind for layer in model.layers] == ["softmax"]


@pytest.fixture(scope="module")
def printed(frameworks, shrunk, layers, tmp_path_factory):
    """The array that each framework's program prints."""
    folder = tmp_path_factory.mktemp("programs")
    found = {}
    for framework, text in programs(*shrunk, list(frameworks), layers).items():
        place = folder / f"{framework}_program.py"
        place.write_text(text)
        run = alone if profile.IS_NIGHTLY else frameworks.printed
        found[framework] = json.loads(run(framework, place).splitlines()[-1])
    return found


def alone(framework, place):
    """What a program prints that is run on its own in an empty folder."""
    done = subprocess.run(
        [str(interpreter(framework)), str(place)],
        capture_output=True,
        text=True,
        cwd=place.parent,
        env=variables(framework, threads=1),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_program_shows_the_difference(frameworks, printed, framework):
    if framework not in printed:
        pytest.skip(f"{framework}: {frameworks.missing[framework]}")
    off = largest_difference(printed[framework], printed["reference"])

    if framework == "pytorch":
        assert off > 1e-6
    else:
        assert off <= GATES["float64"].forward


def largest_difference(x, y):
    if isinstance(x, list):
        return max(largest_difference(*pair) for pair in zip(x, y, strict=True))
    return abs(x - y)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_program_needs_nothing_of_this_project(shrunk, framework):
    text = programs(*shrunk, [framework])[framework]

    for name in ("adapters", "workbench", "random_models"):
        assert name not in text
    assert ("reference_impl" in text) == (framework == "reference")
