"""Where in the user's program an error arose.

The traceback of an error in a capture ends inside of an op. The line that a person can
change is the last one outside of the framework.
"""

from __future__ import annotations

import linecache
import os
import sys
import traceback
from pathlib import Path

from .errors import MappingError

_FRAMEWORK = str(Path(__file__).parents[1]) + os.sep


def name_line(error: MappingError) -> None:
    """Add the user's line to an error's message, as `; at model.py:12: ...`.

    In a notebook it is `; at cell In[3], line 2: ...`.
    """
    lines = [
        (frame.f_code.co_filename, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith(_FRAMEWORK)
    ]
    if not lines:
        return  # the user's line is the one that began the capture
    path, number = lines[-1]
    text = linecache.getline(path, number).strip()
    place = _cell_line(path, number) or f"{os.path.basename(path)}:{number}"
    error.args = (f"{error}; at {place}" + (f": `{text}`" if text else ""),)


def _cell_line(path: str, number: int) -> str | None:
    """A line of a notebook's cell by its number; IPython runs cells as files."""
    ipython = sys.modules.get("IPython")  # nobody else has cells
    shell = ipython.get_ipython() if ipython is not None else None
    named = shell.compile.format_code_name(path) if shell is not None else None
    return f"cell {named[1]}, line {number}" if named is not None else None
