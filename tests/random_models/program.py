"""A model as a program of one framework, which needs nothing of this project.

The functions that it calls are copied from the framework's table of layers, with what
they need in turn; so the program runs the very code that was compared.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

from random_models.model import SHARE, TAP, Model
from random_models.worker import LAYERS

from workbench.environments import ENVIRONMENTS

IMPORT = "import numpy as np"
TEMPLATE = '''\
"""{framework}: {place} in a random model."""

{environment}import numpy as np

{table}


rng = np.random.default_rng({seed})
arrays = {{
{arrays}
}}


def model(a):
{body}


values, gradients = differentiated(model, arrays)
print({found}.tolist())
'''


def program(
    framework: str,
    model: Model,
    name: str,
    *,
    is_gradient: bool = False,
    layers: Path = LAYERS,
) -> str:
    """The text of a program that prints a value, or a gradient, of a model.

    Parameters
    ----------
    name : str
        Of a layer, or of an array whose gradient is meant.
    layers : Path
        The folder with the tables of layers.
    """
    source = (layers / f"{framework}.py").read_text(encoding="utf-8")
    needed = model.kinds() | {"reduce_all", "differentiated"}
    arrays = [f'    "{n}": {r.text(model.dtype)},' for n, r in model.recipes().items()]
    found = f'{"gradients" if is_gradient else "values"}["{name}"]'
    return TEMPLATE.format(
        framework=framework,
        place=f"{'the gradient by ' if is_gradient else ''}{name}",
        environment=_environment(framework),
        table=excerpt(source, needed),
        seed=model.seed,
        arrays="\n".join(arrays),
        body="\n".join(f"    {line}" for line in _body(model)),
        found=found,
    )


def _environment(framework: str) -> str:
    """What must be set before the framework is imported, if anything."""
    settings = ENVIRONMENTS[framework].settings
    if not settings:
        return ""
    return f"import os\n\nos.environ.update({json.dumps(settings, indent=4)})\n\n"


def _body(model: Model) -> list[str]:
    lines = [f'{e.name} = {e.call("a")} + a["{e.name}{TAP}"]' for e in model.layers]
    outputs = [layer.name for layer in model.outputs()]
    terms = [f'reduce_all({name} * a["{name}{SHARE}"])' for name in outputs]
    results = ", ".join(f'"{layer.name}": {layer.name}' for layer in model.layers)
    loss = " + ".join(terms)
    return [*lines, f"loss = {loss}", f'return {{{results}, "loss": loss}}']


def excerpt(source: str, needed: set[str]) -> str:
    """The definitions of these names, and of those that they use, and what is done.

    Imports, functions and assignments at the top of a module are definitions; other
    statements there, such as settings, are always kept. NumPy is imported already.
    """
    statements = [s for s in ast.parse(source).body if not _is_left_out(source, s)]
    wanted = set(needed)
    while True:
        kept = [s for s in statements if not _defined(s) or _defined(s) & wanted]
        used = wanted.union(*map(_used, kept))
        if used == wanted:
            text = "\n".join(_text(source, s) for s in kept)
            return re.sub(r"\n{4,}", "\n\n\n", text).strip()
        wanted = used


def _is_left_out(source: str, statement: ast.stmt) -> bool:
    is_docstring = isinstance(statement, ast.Expr) and isinstance(
        statement.value, ast.Constant
    )
    return is_docstring or ast.get_source_segment(source, statement) == IMPORT


def _defined(statement: ast.stmt) -> set[str]:
    """The names that a statement binds."""
    if isinstance(statement, ast.FunctionDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        names = (alias.asname or alias.name.split(".")[0] for alias in statement.names)
        return set(names)
    if isinstance(statement, ast.Assign):
        return {
            target.id for target in statement.targets if isinstance(target, ast.Name)
        }
    return set()


def _used(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _text(source: str, statement: ast.stmt) -> str:
    """The statement with the air around it that functions have."""
    text = ast.get_source_segment(source, statement) or ""
    return f"\n\n{text}\n\n" if isinstance(statement, ast.FunctionDef) else text
