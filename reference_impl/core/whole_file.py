"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path


def write_whole(path: str | os.PathLike[str], contents: bytes | bytearray) -> None:
    """Write a file, or replace one, at once: whoever reads it sees the old or the new.

    The draft, `.NAME.*.part` in the same folder, is on the disk before it takes the
    name. It remains only if the process is killed meanwhile. Who may read the file is
    as it was, or as for any new file of the process.

    Raises
    ------
    OSError
        If the file cannot be written, as on a full disk; an older one is as it was.
    """
    path = Path(path)
    draft = path.parent / f".{path.name}.{secrets.token_hex(4)}.part"
    try:
        with draft.open("xb") as file:
            if path.exists():
                shutil.copymode(path, draft)
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError):  # a failed write does not know its file
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Put the new name on the disk, too, where a folder can be opened for that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
