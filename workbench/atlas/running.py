"""The witnesses of the atlas, run: each framework in a process of its own.

What came out is compared with what is recorded in `atlas.rows`, so that a release that
changes a default is noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from atlas.row import Row, same

from ..laboratory import Laboratory, share_out
from ..process import Failed, Missing

LIMIT_SECONDS = 120.0

# Besides those of `workbench.environments`, which change defaults for comparisons.
SETTINGS = {
    # As MXNet comes, with oneDNN: row 62 is about it.
    "mxnet": {"MXNET_MKLDNN_ENABLED": "1", "MXNET_USE_MKLDNN_RNN": "1"},
    # The only default that is changed. JAX compiles every op, to run it once: without
    # its costly passes in half the time. Every row holds with them, too.
    "jax": {
        "XLA_FLAGS": "--xla_backend_optimization_level=0 "
        "--xla_llvm_disable_expensive_passes=true"
    },
}


@dataclass(frozen=True)
class Column:
    """What one framework said.

    Attributes
    ----------
    versions : dict of str
    results : dict
        By slug: `prints`, and `equal` where a witness has an equalised twin.
    trouble : str or None
        Why there are no results, or not all.
    is_missing : bool
        Whether the framework is not installed, which is nobody's mistake.
    """

    framework: str
    versions: dict[str, str] = field(default_factory=dict)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    trouble: str | None = None
    is_missing: bool = False


@dataclass(frozen=True)
class Difference:
    """A witness that says something else than what is recorded."""

    row: Row
    column: Column
    expected: Any
    found: Any
    is_equalised: bool

    def __str__(self) -> str:
        what = "when equalised, " if self.is_equalised else ""
        versions = ", ".join(f"{n} {v}" for n, v in self.column.versions.items())
        return (
            f"row {self.row.number} ({self.row.slug}), {self.column.framework} "
            f"({versions}): {what}expected {self.expected}, found {self.found}"
        )


def run(
    rows: Sequence[Row],
    frameworks: Sequence[str],
    *,
    limit_seconds: float = LIMIT_SECONDS,
) -> list[Column]:
    """A column for each framework, all at once."""
    columns: dict[str, Column] = {}
    with Laboratory(limit_seconds=limit_seconds) as laboratory:

        def work(framework: str, cores: list[int]) -> Column:
            return _column(framework, rows, laboratory, cores)

        places = [laboratory.cores] * len(frameworks)
        share_out(frameworks, places, work, columns.__setitem__)
    return [columns[framework] for framework in frameworks]


def _column(
    framework: str, rows: Sequence[Row], laboratory: Laboratory, cores: list[int]
) -> Column:
    results: dict[str, dict[str, Any]] = {}
    versions: dict[str, str] = {}
    try:
        with laboratory.worker(
            framework,
            cores,
            module="workbench.atlas.worker",
            settings=SETTINGS.get(framework),
        ) as worker:
            versions = worker.versions
            for row in rows:
                if framework in row.expected():
                    results[row.slug] = worker.ask("run", slug=row.slug)
    except Missing as missing:
        return Column(framework, trouble=str(missing), is_missing=True)
    except Failed as failed:
        return Column(framework, versions, results, trouble=str(failed))
    return Column(framework, versions, results)


def differences(rows: Sequence[Row], columns: Sequence[Column]) -> list[Difference]:
    """Every result that is not the recorded one."""
    return [
        found
        for row in rows
        for column in columns
        if row.slug in column.results
        for found in _differences(row, column)
    ]


def _differences(row: Row, column: Column) -> list[Difference]:
    result, expected = column.results[row.slug], row.expected()[column.framework]
    pairs = [(result.get("prints"), expected, False)]
    if "equal" in result:
        pairs.append((result["equal"], row.agreed, True))
    return [
        Difference(row, column, wanted, found, is_equalised)
        for found, wanted, is_equalised in pairs
        if not same(found, wanted, row.digits)
    ]
