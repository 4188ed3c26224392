"""A folder that one writer at a time has for itself."""

from __future__ import annotations

import os
from pathlib import Path

from ..core.errors import FileError

try:
    import fcntl
except ImportError:  # Windows cannot lock folders
    fcntl = None  # type: ignore[assignment]


def locked(who: str, folder: Path) -> int | None:
    """A handle to close when the folder may be another's.

    The system closes it when the process ends, however that happens. Nothing comes
    where folders cannot be locked, as on Windows and some network disks.

    Raises
    ------
    FileError
        If another process has the folder, or another part of this one.
    """
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise FileError(
            f"{who}: {os.fspath(folder)} is in use by another {who}, of this process "
            f"or of one that still runs; end it, or choose another folder"
        ) from None
    except OSError:
        os.close(handle)
        return None
    return handle
