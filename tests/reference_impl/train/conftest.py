import importlib.util
from pathlib import Path

import pytest

import reference_impl as ri

SCRIPT = Path(__file__).with_name("training_run.py")


@pytest.fixture(scope="session")
def run():
    """The module of a small training, and in `path` the program that it is."""
    spec = importlib.util.spec_from_file_location("training_run", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.path = SCRIPT
    return module


@pytest.fixture(scope="session")
def bits():
    """The names, dtypes, shapes and bytes of all leaves of a tree."""

    def of(values):
        pairs = zip(ri.tree.names(values), ri.tree.flatten(values)[0], strict=True)
        return {name: (str(x.dtype), x.shape, x.numpy().tobytes()) for name, x in pairs}

    return of
