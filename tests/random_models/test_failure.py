"""A difference that is planted is found, shrunk, and shown by programs of their own."""

import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from hypothesis import HealthCheck, find, settings
from random_models.failure import found, programs
from random_models.frameworks import started
from random_models.strategies import models
from random_models.worker import LAYERS

from adapters.contract import FRAMEWORKS
from workbench.environments import how_to_get, interpreter, variables
from workbench.equality import GATES

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("random models")]

EXAMPLES = 400  # enough for a layer normalisation to be drawn
PLANTED = "F.layer_norm(x, x.shape[-1:], weight, bias, eps)"


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """Tables of layers, of which PyTorch's has another epsilon."""
    folder = tmp_path_factory.mktemp("planted") / "layers"
    shutil.copytree(LAYERS, folder)
    table = folder / "pytorch.py"
    text = table.read_text()
    assert PLANTED in text
    table.write_text(text.replace(PLANTED, PLANTED.replace("eps", "1e-3")))
    return folder


@pytest.fixture(scope="module")
def shrunk(layers):
    """The simplest model with a difference, and the difference."""
    pytest.importorskip("torch", reason="PyTorch is not installed")
    with started(("reference", "pytorch"), layers) as running:
        model = find(
            models(),
            lambda model: found(model, running) is not None,
            settings=settings(
                max_examples=EXAMPLES,
                derandomize=True,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        return model, found(model, running)


def test_a_planted_difference_is_located(shrunk):
    _, difference = shrunk

    assert difference.framework == "pytorch"
    assert "(layer_norm)" in difference.text


def test_a_failure_shrinks_to_the_layer_that_differs(shrunk):
    model, _ = shrunk

    assert [layer.kind for layer in model.layers] == ["layer_norm"]


@pytest.fixture(scope="module")
def printed(shrunk, layers, tmp_path_factory):
    """What each framework's program prints; nothing where it is not installed."""
    folder = tmp_path_factory.mktemp("programs")
    texts = programs(*shrunk, list(FRAMEWORKS), layers)
    with ThreadPoolExecutor(len(texts)) as pool:
        outputs = pool.map(partial(run, folder), texts, texts.values())
        return dict(zip(texts, outputs, strict=True))


def run(folder, framework, text):
    """The array that a program prints, run on its own in an empty folder."""
    python = interpreter(framework)
    if python is None:
        return None
    place = folder / f"{framework}_program.py"
    place.write_text(text)
    done = subprocess.run(
        [str(python), str(place)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=variables(framework, threads=1),
        check=False,
    )
    if "ModuleNotFoundError" in done.stderr:
        return None
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_program_shows_the_difference(printed, framework):
    if printed[framework] is None:
        pytest.skip(f"not installed; {how_to_get(framework)}")
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
