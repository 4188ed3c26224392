"""Which machine this is: numbers mean nothing without it."""

from __future__ import annotations

import datetime
import hashlib
import importlib
import json
import os
import platform
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from .environments import ROOT


def cores() -> list[int]:
    """The numbers of the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def memory_bytes() -> int:
    """The memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def description() -> dict[str, Any]:
    """Processor, cores, memory in bytes, system, Python, this code, and the date."""
    return {
        "cpu": _cpu(),
        "cores": len(cores()),
        "memory_bytes": memory_bytes(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "code": code(),
        "date": datetime.date.today().isoformat(),
    }


@cache
def code() -> str:
    """A hash of all that takes part in a comparison: numbers hold for this code."""
    found = hashlib.sha256()
    for package in ("adapters", "reference_impl", "workbench"):
        for path in sorted((ROOT / package).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:10]


def record(path: Path, packages: Sequence[str], **results: Any) -> None:
    """Write results as JSON, with the machine and the versions of packages."""
    versions = {name: importlib.import_module(name).__version__ for name in packages}
    document = {"machine": description(), "versions": versions, **results}
    path.write_text(json.dumps(document, indent=1) + "\n")


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
