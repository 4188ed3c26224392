"""Who may import whom: imports go down only (DESIGN: levels of the framework)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Names that each package may import from outside the standard library.
ALLOWED = {
    "reference_impl/core": {"ml_dtypes", "numpy"},
    "reference_impl/array_api": {"ml_dtypes", "numpy"},
    "reference_impl/io": {"numpy"},
    "reference_impl/nn": set(),
    "reference_impl/optim": set(),
    "reference_impl/data": {"numpy", "sklearn"},
    "adapters/reference": {"numpy", "reference_impl"},
    "adapters/pytorch": {"numpy", "torch"},
    "adapters/tensorflow": {"numpy", "tensorflow", "keras"},
    "adapters/mxnet": {"numpy", "mxnet"},
    "adapters/jax": {"numpy", "jax", "jaxlib"},
    "workbench": {
        "numpy",
        "rich",
        "typer",
        "jinja2",
        "plotly",
        "adapters.contract",
        "reference_impl.data",
        "exercises.cli",
    },
    "exercises": {"numpy", "rich", "typer", "pytest", "reference_impl"},
}

# Inside the framework, a module imports from its own level or from lower ones.
LEVELS = [
    {"errors", "dtype", "shape", "tree", "location"},
    {"blocks", "memory", "arena", "device", "dlpack"},
    {"tensor"},
    {"elements"},
    {"operands", "scope"},
    {"op"},
    {"kinds"},
    {"bundle"},
    {"ops"},
    {"walk", "chosen", "keys", "unit_interval", "parameters", "random"},
    {"show", "draw", "graph", "autodiff"},
    {"jacobian"},
    {"compile"},
    {"body", "closure", "alike"},
    {"cond", "scan", "while_loop", "checkpoint", "custom"},
]

STANDARD = set(__import__("sys").stdlib_module_names)


def imported(path):
    """The absolute names that a file imports."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1]
            if node.module:
                yield ".".join((*base, node.module))
            else:
                yield from (".".join((*base, alias.name)) for alias in node.names)


def files(package):
    return [p for p in sorted((ROOT / package).rglob("*.py")) if "01_" not in str(p)]


def is_under(name, allowed):
    return any(name == a or name.startswith(f"{a}.") for a in allowed)


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_it_may_know(package):
    own = {package.replace("/", "."), "adapters.contract"}
    if package.startswith("adapters/"):
        own.add("adapters")
    if package.startswith("reference_impl/"):
        own.add("reference_impl.core")

    strangers = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(package)
        for name in imported(path)
        if name.split(".")[0] not in STANDARD
        and not is_under(name, ALLOWED[package] | own)
    }

    assert not strangers


def test_an_adapter_imports_no_other_adapter():
    strangers = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files("adapters")
        for name in imported(path)
        if name.startswith("adapters.")
        and name.split(".")[1] not in {path.parent.name, "contract"}
    }

    assert not strangers


def test_the_core_imports_downwards_only():
    level = {name: i for i, names in enumerate(LEVELS) for name in names}
    upward = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files("reference_impl/core")
        for name in imported(path)
        if name.startswith("reference_impl.core.")
        and path.name != "__init__.py"
        and level[name.split(".")[2]]
        > level[path.relative_to(ROOT).parts[2].removesuffix(".py")]
    }

    assert not upward


def test_every_module_of_the_core_has_a_level():
    modules = {
        path.relative_to(ROOT).parts[2].removesuffix(".py")
        for path in files("reference_impl/core")
    }

    assert modules - {"__init__"} == set().union(*LEVELS)


def test_no_function_imports():
    inside = {
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for package in ("reference_impl", "adapters", "workbench", "exercises")
        for path in files(package)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
    }

    assert not inside
