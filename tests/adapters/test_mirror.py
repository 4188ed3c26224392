"""Every adapter has the same files, with the same names in the same order."""

import ast
from pathlib import Path

import pytest

from adapters.contract import FRAMEWORKS, MODES, Trainer, files, model_names
from adapters.zoo import MODELS

ADAPTERS = Path(__file__).resolve().parents[2] / "adapters"


def public_names(path):
    """Top-level functions, classes and constants of a file, in order."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets]
        elif isinstance(node, ast.AnnAssign):
            names = [node.target.id]
        else:
            continue
        yield from (name for name in names if not name.startswith("_"))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_an_adapter_has_the_contracts_files_and_no_others(framework):
    found = {path.name for path in (ADAPTERS / framework).glob("*.py")}

    assert found == {"__init__.py", *files(framework)}


@pytest.mark.parametrize(
    ("framework", "file"), [(f, file) for f in FRAMEWORKS for file in files(f)]
)
def test_a_file_has_the_contracts_names_in_its_order(framework, file):
    assert tuple(public_names(ADAPTERS / framework / file)) == files(framework)[file]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_trainer_has_the_contracts_methods_in_its_order(framework):
    def methods(tree, name):
        (body,) = (n.body for n in tree.body if getattr(n, "name", None) == name)
        found = [n.name for n in body if isinstance(n, ast.FunctionDef)]
        return [n for n in found if n == "__init__" or not n.startswith("_")]

    contract = ast.parse((ADAPTERS / "contract.py").read_text())
    adapter = ast.parse((ADAPTERS / framework / "train.py").read_text())

    assert methods(adapter, "Trainer") == methods(contract, Trainer.__name__)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_an_adapter_has_a_file_for_every_model_and_no_others(framework):
    found = {path.name for path in (ADAPTERS / framework / "models").glob("*.py")}

    assert found == {"__init__.py", *(f"{name}.py" for name in MODELS)}


@pytest.mark.parametrize(
    ("framework", "model"), [(f, model) for f in FRAMEWORKS for model in MODELS]
)
def test_a_models_file_has_what_the_model_demands_in_its_order(framework, model):
    path = ADAPTERS / framework / "models" / f"{model}.py"

    assert tuple(public_names(path)) == model_names(MODELS[model])


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_only_its_own_file_names_a_model(framework):
    others = [p for p in (ADAPTERS / framework).glob("*.py") if p.stem != "contract"]
    named = {
        f"{path.name}: {node.value}"
        for path in others
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and node.value in MODELS
        # Layers of the same name.
        and node.value not in ("lstm", "gru")
    }

    assert not named


def test_every_framework_has_a_mode():
    assert all(MODES[framework] for framework in FRAMEWORKS)
