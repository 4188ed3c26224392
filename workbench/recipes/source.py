"""Which adapter has trained: a training holds for its code, and is made again by other.

Of a program only what runs counts; comments, docstrings and layout do not.
"""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

from ..environments import ENVIRONMENTS, ROOT

ADAPTERS = ROOT / "adapters"

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def of(framework: str, model: str) -> str:
    """A hash of a framework's code for a model, and of how its process starts.

    An adapter has files that all models share, and one of this model; so has the zoo.
    """
    adapter, zoo, name = ADAPTERS / framework, ADAPTERS / "zoo", f"{model}.py"
    paths = [*adapter.glob("*.py"), adapter / "models" / name]
    paths += [zoo / shared for shared in ("model.py", "metrics.py", name)]
    if framework == "reference":  # its version stays the same from day to day
        paths += (ROOT / "reference_impl").rglob("*.py")
    found = hashlib.sha256(str(ENVIRONMENTS[framework].settings).encode())
    for path in sorted(paths):
        found.update(f"{path.relative_to(ROOT)} {_program(path)}".encode())
    return found.hexdigest()[:10]


@cache
def _program(path: Path) -> str:
    """What Python makes of a source, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)
