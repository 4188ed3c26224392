"""Every adapter has the same files, with the same names and words in the same order.

What differs between two adapters is then what differs between two frameworks.
"""

import ast
import itertools
from pathlib import Path

import pytest

from adapters.contract import FILES, FRAMEWORKS, Trainer, files, model_names
from adapters.zoo import MODELS

ADAPTERS = Path(__file__).resolve().parents[2] / "adapters"
SHARED = (*FILES, "models/__init__.py", *(f"models/{name}.py" for name in MODELS))
# What a docstring calls the framework.
CALLED = {
    "reference": "the reference framework",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "mxnet": "MXNet",
    "jax": "JAX",
}
# Parameters that a framework's functions have and those of the reference framework do
# not, or the other way around. "models" stands for every model's file.
DEMANDED: dict[tuple[str, str], set[str]] = {
    # A model that is an object is handed over whole, not as two trees.
    ("pytorch", "autodiff.py"): {"model", "rest"},
    ("tensorflow", "autodiff.py"): {"model", "rest"},
    # A compiled loss knows its model.
    ("mxnet", "autodiff.py"): {"rest"},
    # Parameters stand beside the model.
    ("jax", "autodiff.py"): {"model"},
    ("jax", "io.py"): {"model", "params"},
    # Keras learns D_in from the input, pads by a layer of its own, and casts inputs to
    # the dtype of the layer; a layer carries its name, a model its input's shape.
    ("tensorflow", "layers.py"): {
        *("inputs", "channels", "size", "padding", "name", "dtype"),
        *("layers", "parts", "shape"),
    },
    # A symbol has no shape and no dtype: attention must be told those of its mask.
    ("mxnet", "layers.py"): {"steps", "size", "dtype"},
    # `F` is the name space of arrays or of symbols.
    ("mxnet", "losses.py"): {"F"},
    ("mxnet", "models"): {"F"},
    # What is changed in place need not be donated; a graph is that of a model's arrays.
    ("pytorch", "compile.py"): {"donate"},
    ("tensorflow", "compile.py"): {"donate"},
    ("mxnet", "compile.py"): {"donate", "model"},
    # Gradients do not have the model's structure: the model says what each is called.
    ("pytorch", "io.py"): {"model"},
    ("tensorflow", "io.py"): {"model", "variables"},
    ("mxnet", "io.py"): {"model"},
}


def tree(framework, file):
    """What a file of an adapter says."""
    return ast.parse((ADAPTERS / framework / file).read_text())


def names(framework, file):
    """All top-level names of a file, in order."""
    return [name for node in tree(framework, file).body for name in defined(node)]


def defined(node):
    """The names that a statement gives to functions, classes or values."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets]
    return [node.target.id] if isinstance(node, ast.AnnAssign) else []


def public_names(framework, file):
    """Top-level functions, classes and constants of a file, in order."""
    return tuple(name for name in names(framework, file) if not name.startswith("_"))


def public_functions(body, path=""):
    """Public functions and classes, and the public methods of these, by name."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name[0] != "_":
            yield path + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public_functions(node.body, f"{node.name}.")


def first_lines(framework, file):
    """The first line of each public docstring, without the framework's name."""
    module = tree(framework, file)
    documented = {"module": module, **dict(public_functions(module.body))}
    lines = {n: ast.get_docstring(d).split("\n")[0] for n, d in documented.items()}
    return {
        n: line.replace(CALLED[framework], "FRAMEWORK") for n, line in lines.items()
    }


def parameters(framework, file):
    """The names of each public function's parameters, in order."""
    return {
        name: [a.arg for a in in_order(node.args)]
        for name, node in public_functions(tree(framework, file).body)
        if isinstance(node, ast.FunctionDef)
    }


def in_order(signature):
    """The parameters of a signature."""
    starred = [a for a in (signature.vararg, signature.kwarg) if a]
    return [*signature.posonlyargs, *signature.args, *signature.kwonlyargs, *starred]


def demanded(framework, file):
    """The parameters in which each function differs from the reference framework's."""
    common = parameters("reference", file)
    return {
        name: set(found) ^ set(common[name])
        for name, found in parameters(framework, file).items()
    }


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_an_adapter_has_the_contracts_files_and_no_others(framework):
    found = {path.name for path in (ADAPTERS / framework).glob("*.py")}

    assert found == {"__init__.py", *files(framework)}


@pytest.mark.parametrize(
    ("framework", "file"), [(f, file) for f in FRAMEWORKS for file in files(f)]
)
def test_a_file_has_the_contracts_names_in_its_order(framework, file):
    assert public_names(framework, file) == files(framework)[file]


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
    file = f"models/{model}.py"

    assert public_names(framework, file) == model_names(MODELS[model])


@pytest.mark.parametrize("file", SHARED)
def test_docstrings_begin_with_the_same_words(file):
    found = {framework: first_lines(framework, file) for framework in FRAMEWORKS}

    assert found == dict.fromkeys(FRAMEWORKS, found["reference"])


@pytest.mark.parametrize("file", SHARED)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_parameters_have_the_same_names_in_the_same_order(framework, file):
    folder, _, _ = file.rpartition("/")
    allowed = DEMANDED.get((framework, folder or file), set())
    common = parameters("reference", file)

    assert set().union(*demanded(framework, file).values()) <= allowed
    for name, found in parameters(framework, file).items():
        assert [p for p in found if p in common[name]] == [
            p for p in common[name] if p in found
        ]


def test_every_declared_difference_is_there():
    found: dict[tuple[str, str], set[str]] = {}
    for framework in FRAMEWORKS:
        for file in SHARED:
            key = (framework, file.rpartition("/")[0] or file)
            differences = demanded(framework, file).values()
            found[key] = found.get(key, set()).union(*differences)

    assert {key: names for key, names in found.items() if names} == DEMANDED


@pytest.mark.parametrize("file", SHARED)
def test_what_two_adapters_name_alike_stands_in_the_same_order(file):
    for one, other in itertools.combinations(FRAMEWORKS, 2):
        here, there = names(one, file), names(other, file)

        assert [n for n in here if n in there] == [n for n in there if n in here]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_parts_of_a_model_stand_before_it(framework, model):
    found = names(framework, f"models/{model}.py")
    parts = [name for name in found if name.startswith("_")]

    assert found[: len(parts)] == parts


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_only_its_own_file_names_a_model(framework):
    named = {
        f"{path.name}: {node.value}"
        for path in (ADAPTERS / framework).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and node.value in MODELS
        # Layers of the same name.
        and node.value not in ("lstm", "gru")
    }

    assert not named
