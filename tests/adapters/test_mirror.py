"""Every adapter has the same files, with the same names in the same order."""

import ast
from pathlib import Path

import pytest

from adapters.contract import FRAMEWORKS, MODELS, MODES, Trainer, files

ADAPTERS = Path(__file__).resolve().parents[2] / "adapters"


def public_names(path):
    """Top-level functions, classes and constants of a file, in order."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets]
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
        return [n.name for n in body if isinstance(n, ast.FunctionDef)]

    contract = ast.parse((ADAPTERS / "contract.py").read_text())
    adapter = ast.parse((ADAPTERS / framework / "train.py").read_text())

    assert methods(adapter, "Trainer") == methods(contract, Trainer.__name__)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_models_file_builds_every_model_of_the_contract(framework):
    tree = ast.parse((ADAPTERS / framework / "models.py").read_text())
    (table,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "MODELS"
    )

    assert [key.value for key in table.keys] == list(MODELS)


def test_every_framework_has_a_mode():
    assert all(MODES[framework] for framework in FRAMEWORKS)
