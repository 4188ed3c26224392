"""How cells are run: on the tree that the book stands in, and again when it changes.

The kernels find the packages of this repository before any installed copy. myst-nb
keeps results by the text of the cells; here they also depend on the code that the
cells call, because every version of it has a cache of its own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

# What the cells run and read.
PATTERNS = (
    "reference_impl/**/*.py",
    "adapters/**/*.py",
    "atlas/**/*.py",
    "workbench/**/*.py",
    "chapters/*.py",
    "benchmarks/results/*.json",
)


def fingerprint(root: Path, patterns: Iterable[str] = PATTERNS) -> str:
    """A text that changes with the content of any file that matches."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def prepare(app: Sphinx, config: Config) -> None:
    """Point the kernels to this tree and the cache to this version of it."""
    root = Path(app.srcdir)
    cache = Path(app.outdir).parent / ".jupyter_cache" / fingerprint(root)
    config["nb_execution_cache_path"] = str(cache)
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), *inherited]))
    # chapters/show.py draws for a page of the book instead of a notebook.
    os.environ["MAPPING_BOOK"] = "1"


def setup(app: Sphinx) -> None:
    """Prepare every build."""
    app.connect("config-inited", prepare)
