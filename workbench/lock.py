"""Locks between processes; one is lifted when its process ends, however that ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import UserError


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Be the only process that writes a file.

    The lock is a file beside it, which stays: whoever removed it could remove the one
    that the next process has just locked.

    Raises
    ------
    UserError
        If another process is at it, or the place does not allow a lock.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        opened = lock.open("a+")
    except OSError as error:
        raise UserError(f"{lock} cannot be opened: {error.strerror}") from None
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise UserError(
                f"another run (process {file.read().strip()}) is writing {path}; wait "
                f"until it ends, or write elsewhere"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}")
        file.flush()
        yield
