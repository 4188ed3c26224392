"""A process with a deadline, of which nothing is left when it is over."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile


@dataclass(frozen=True)
class Ended:
    """How a process ended: `code` is `None` when it had to be stopped."""

    code: int | None
    output: bytes


def run(
    command: Sequence[str],
    *,
    seconds: float,
    text: str = "",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    output_bytes: int = 1 << 20,
) -> Ended:
    """Run a command, give it a text to read, and keep the first of what it prints.

    Input and output are files without a name. A pipe would stay open, and its
    reader would wait, as long as any child that was left behind holds its end.
    """
    with TemporaryFile() as stdin, TemporaryFile() as stdout:
        stdin.write(text.encode())
        stdin.seek(0)
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
        code = _wait(process, seconds)
        stdout.seek(0)
        return Ended(code, stdout.read(output_bytes))


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        # The group outlives its leader: this ends children left behind as well.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
