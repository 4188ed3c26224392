"""Where in the user's program an error arose.

What is captured fails far from where it is run: the traceback of a shape error ends
inside of an op. The line that a person can change is the last one outside of the
framework.
"""

from __future__ import annotations

import linecache
import os
import traceback
from pathlib import Path

from .errors import MappingError

_FRAMEWORK = str(Path(__file__).parents[1]) + os.sep


def name_line(error: MappingError) -> None:
    """Add the user's line to an error's message, as `; at model.py:12: ...`."""
    lines = [
        (frame.f_code.co_filename, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith(_FRAMEWORK)
    ]
    if not lines:
        return  # the user's line is the one that began the capture
    path, number = lines[-1]
    text = linecache.getline(path, number).strip()
    place = f"{os.path.basename(path)}:{number}" + (f": `{text}`" if text else "")
    error.args = (f"{error}; at {place}",)
