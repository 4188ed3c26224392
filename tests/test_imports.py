"""Who may import whom: imports go down only (DESIGN: levels of the framework)."""

import ast
import itertools
from pathlib import Path

import pytest

from adapters.contract import FRAMEWORKS

ROOT = Path(__file__).resolve().parent.parent

# Names that each package may import from outside the standard library.
ALLOWED = {
    "reference_impl/core": {"llvmlite", "ml_dtypes", "numba", "numpy"},
    "reference_impl/array_api": {"ml_dtypes", "numpy"},
    "reference_impl/io": {"numpy", "safetensors"},
    "reference_impl/nn": set(),
    "reference_impl/optim": set(),
    "reference_impl/data": {"numpy", "sklearn"},
    "reference_impl/train": {
        "numpy",
        # For progress bars and live plots, if they are there.
        "rich",
        "plotly",
        "IPython",
        "reference_impl.io",
        "reference_impl.nn",
        "reference_impl.optim",
    },
    "adapters/zoo": {"numpy"},
    "adapters/reference": {"numpy", "reference_impl"},
    "adapters/pytorch": {"numpy", "torch"},
    "adapters/tensorflow": {"numpy", "tensorflow", "keras"},
    "adapters/mxnet": {"numpy", "mxnet"},
    "adapters/jax": {"numpy", "jax", "jaxlib"},
    "atlas/rows": {"atlas.row"},
    "atlas/reference": {"numpy", "reference_impl"},
    "atlas/pytorch": {"numpy", "torch"},
    "atlas/tensorflow": {"numpy", "tensorflow", "keras"},
    "atlas/mxnet": {"numpy", "mxnet"},
    "atlas/jax": {"numpy", "jax"},
    "workbench": {
        "numpy",
        "rich",
        "typer",
        "jinja2",
        "plotly",
        "scipy",
        "adapters.contract",
        "adapters.deviations",
        "adapters.formulas",
        "adapters.zoo",
        "atlas",
        "reference_impl.data",
        "exercises.cli",
    },
    "exercises": {"numpy", "rich", "typer", "pytest", "reference_impl"},
}

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


def levels(package):
    """The modules of a package, line by line of the table in its docstring.

    Two spaces or more stand between the names and what they are about.
    """
    source = (ROOT / package / "__init__.py").read_text()
    docstring = ast.get_docstring(ast.parse(source))
    rows = [line[4:] for line in docstring.splitlines() if line.startswith("    ")]
    return [row.split("  ")[0].replace("/", "").split() for row in rows]


def module(path, depth):
    return path.relative_to(ROOT).parts[depth].removesuffix(".py")


def files(package):
    return [p for p in sorted((ROOT / package).rglob("*.py")) if "01_" not in str(p)]


def is_under(name, allowed):
    return any(name == a or name.startswith(f"{a}.") for a in allowed)


each_level = pytest.mark.parametrize(
    "package", ["reference_impl/core", "reference_impl/core/ops"]
)


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_it_may_know(package):
    own = {package.replace("/", "."), "adapters.contract"}
    if package.removeprefix("adapters/") in FRAMEWORKS:
        own |= {"adapters.clock", "adapters.zoo"}
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


def test_what_all_adapters_share_needs_numpy_alone():
    shared = sorted((ROOT / "adapters").glob("*.py"))
    own = {"numpy", "adapters.zoo", *(f"adapters.{path.stem}" for path in shared)}

    strangers = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in shared
        for name in imported(path)
        if name.split(".")[0] not in STANDARD and not is_under(name, own)
    }

    assert not strangers


@each_level
def test_modules_import_downwards_only(package):
    depth, prefix = package.count("/") + 1, package.replace("/", ".") + "."
    level = {name: i for i, names in enumerate(levels(package)) for name in names}
    upward = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(package)
        for name in imported(path)
        if name.startswith(prefix)
        and path.name != "__init__.py"
        and level[name.split(".")[depth]] > level[module(path, depth)]
    }

    assert not upward


@each_level
def test_every_module_has_one_level(package):
    modules = {module(path, package.count("/") + 1) for path in files(package)}

    assert sorted(modules - {"__init__"}) == sorted(itertools.chain(*levels(package)))


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
