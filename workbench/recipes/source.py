"""Which code has trained: a training holds for it, and is made again by other code.

Of a program only what runs counts; comments, docstrings and layout do not.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ..environments import ENVIRONMENTS, ROOT

ADAPTERS = ROOT / "adapters"

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def of_adapter(framework: str) -> str:
    """A hash of what all models share in an adapter, and of how its process starts."""
    paths = [*(ADAPTERS / framework).glob("*.py"), ADAPTERS / "zoo" / "model.py"]
    if framework == "reference":  # its version stays the same from day to day
        paths += (ROOT / "reference_impl").rglob("*.py")
    return _hash(paths, str(ENVIRONMENTS[framework].settings))


@cache
def of_model(framework: str, model: str) -> str:
    """A hash of a model's file in an adapter, and of that in the zoo."""
    name = f"{model}.py"
    return _hash([ADAPTERS / framework / "models" / name, ADAPTERS / "zoo" / name])


def _hash(paths: Iterable[Path], settings: str = "") -> str:
    found = hashlib.sha256(settings.encode())
    for path in sorted(paths):
        found.update(f"{path.relative_to(ROOT)} {_program(path.read_text())}".encode())
    return found.hexdigest()[:10]


def _program(text: str) -> str:
    """What Python makes of a source, without its docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)
