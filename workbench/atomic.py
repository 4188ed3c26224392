"""Files that are written whole or not at all, and folders that take them."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def replace(path: Path, content: bytes) -> None:
    """Give a file new content in one moment; readers see the old or the new."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def check_folder(folder: Path) -> None:
    """Find out whether a folder takes files.

    Permissions do not tell all: a file system may be full, or only for reading.

    Raises
    ------
    OSError
        If it does not.
    """
    with tempfile.TemporaryFile(dir=folder):
        pass
