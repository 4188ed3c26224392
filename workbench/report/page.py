"""The page: tables and data go into one template, with styles and scripts inside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from adapters.contract import FILES, FRAMEWORKS

from .. import units
from . import verdict
from .costs import COSTS, cost, lines_of_code
from .data import data, frameworks
from .proof import equality
from .table import Table
from .training import first_trained, training

# Each is one concern of the page; the last one starts the others.
SCRIPTS = (
    "page.js",
    "tabs.js",
    "sort.js",
    "filter.js",
    "plot.js",
    "plot_errors.js",
    "plot_costs.js",
    "plot_losses.js",
    "listing.js",
    "download.js",
    "start.js",
)


@dataclass(frozen=True)
class Panel:
    """One document as the template wants it."""

    anchor: str
    model: str
    sentence: str
    is_all_equal: bool
    remarks: list[verdict.Remark]
    experiment: dict[str, str]
    machine: dict[str, str]
    versions: dict[str, str]
    equality: Table
    cost: Table
    training: Table
    first_trained: str
    is_timed: bool


def html(documents: Sequence[dict[str, Any]]) -> str:
    """The whole page."""
    named = dict(zip(anchors(documents), documents, strict=True))
    script = "\n".join(_text(name) for name in SCRIPTS)
    return (
        _environment()
        .get_template("report.html")
        .render(
            panels=[panel(anchor, document) for anchor, document in named.items()],
            frameworks=frameworks(documents),
            adapters=FRAMEWORKS,
            files=FILES,
            costs=COSTS,
            lines_of_code=lines_of_code(),
            data=data(named),
            style=_text("report.css"),
            script=script,
            script_hash=base64.b64encode(
                hashlib.sha256(script.encode()).digest()
            ).decode(),
        )
    )


def panel(anchor: str, document: dict[str, Any]) -> Panel:
    """Everything that is said about one document."""
    rows = document["rows"]
    first = first_trained(rows)
    return Panel(
        anchor=anchor,
        model=document["experiment"]["model"],
        sentence=verdict.sentence(document),
        is_all_equal=verdict.is_all_equal(document),
        remarks=verdict.remarks(rows),
        experiment=_experiment(document["experiment"]),
        machine=_machine(document["machine"]),
        versions=_versions(rows),
        equality=equality(document),
        cost=cost(document),
        training=training(document),
        first_trained=verdict.name(first, rows) if first else "the first",
        is_timed=any(row[cost.key] is not None for row in rows for cost in COSTS),
    )


def anchors(documents: Sequence[dict[str, Any]]) -> list[str]:
    """The ids of the experiments; one that comes again gets a number."""
    found: list[str] = []
    ids = [document["experiment"]["id"] for document in documents]
    for position, name in enumerate(ids):
        earlier = ids[:position].count(name)
        found.append(f"{name}.{earlier + 1}" if earlier else name)
    return found


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("workbench", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"allow_nan": False}
    return environment


def _text(name: str) -> str:
    return files("workbench").joinpath("templates", name).read_text(encoding="utf-8")


def _experiment(experiment: dict[str, Any]) -> dict[str, str]:
    names = {"lr": "learning rate"}
    return {names.get(key, key): f"{value}" for key, value in experiment.items()}


def _machine(machine: dict[str, Any]) -> dict[str, str]:
    facts = {key: value for key, value in machine.items() if value is not None}
    if "memory_bytes" in facts:
        facts["memory"] = units.quantity(facts.pop("memory_bytes"), units.BYTES)
    return {key: f"{value}" for key, value in facts.items()}


def _versions(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The versions of every framework, in words."""
    return {
        row["framework"]: ", ".join(f"{n} {v}" for n, v in row["versions"].items())
        for row in rows
        if row["versions"]
    }
