"""The page: tables and data go into one template, with styles and scripts inside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from adapters.contract import FRAMEWORKS

from .. import units
from ..environments import ENVIRONMENTS
from ..gates import GATES
from . import listings, verdict
from .costs import COSTS, cost, is_timed, lines_of_adapters, lines_of_models
from .data import data, frameworks
from .deviations import deviations, noise_floors
from .entries import Entry, entries, name
from .facets import facets
from .layers import layers
from .overview import SHADES, overview
from .proof import equality
from .table import Table
from .training import first_trained, in_words, objectives, training

# Each is one concern of the page; the last one starts the others.
SCRIPTS = (
    "page.js",
    "filter.js",
    "view.js",
    "overview.js",
    "sort.js",
    "plot.js",
    "plot_errors.js",
    "plot_costs.js",
    "plot_losses.js",
    "plot_layers.js",
    "listing.js",
    "download.js",
    "images.js",
    "start.js",
)


@dataclass(frozen=True)
class Panel:
    """One document as the template wants it."""

    anchor: str
    label: str
    sentence: str
    is_all_equal: bool
    is_quick: bool
    remarks: list[verdict.Remark]
    experiment: dict[str, str]
    machine: dict[str, str]
    versions: dict[str, str]
    equality: Table
    layers: Table
    cost: Table
    training: Table
    objectives: dict[str, str]
    first_trained: str
    is_timed: bool
    settings: dict[str, str]


def html(documents: Sequence[dict[str, Any]]) -> str:
    """The whole page."""
    known = entries(documents)
    there = frameworks(known)
    models = list(dict.fromkeys(entry.model for entry in known))
    script = "\n".join(_text(name) for name in SCRIPTS)
    return (
        _environment()
        .get_template("report.html")
        .render(
            overview=overview(known),
            shades=SHADES,
            dtypes=list(GATES),
            facets=facets(known),
            panels=[panel(entry) for entry in known],
            deviations=deviations(known),
            noise=noise_floors(known),
            frameworks=there,
            adapters=FRAMEWORKS,
            files=listings.files(models),
            costs=COSTS,
            lines=[lines_of_models(models), lines_of_adapters()],
            data=data(known),
            style=_text("report.css"),
            script=script,
            script_hash=base64.b64encode(
                hashlib.sha256(script.encode()).digest()
            ).decode(),
        )
    )


def panel(entry: Entry) -> Panel:
    """Everything that is said about one document."""
    document, rows = entry.document, entry.rows
    first = first_trained(rows)
    return Panel(
        anchor=entry.anchor,
        label=entry.label,
        sentence=verdict.sentence(document),
        is_all_equal=verdict.is_all_equal(document),
        is_quick=bool((document["request"] or {}).get("is_quick")),
        remarks=verdict.remarks(rows),
        experiment=_experiment(document),
        machine=_machine(document["machine"]),
        versions=_versions(rows),
        equality=equality(entry),
        layers=layers(entry),
        cost=cost(entry),
        training=training(entry),
        objectives={one: in_words(one) for one in objectives(rows)},
        first_trained=name(first, rows) if first else "the first",
        is_timed=is_timed(rows),
        settings=_settings(rows),
    )


def _settings(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What is worth knowing of how the frameworks run that were timed."""
    timed = dict.fromkeys(row["framework"] for row in rows if is_timed([row]))
    remarks = {n: ENVIRONMENTS[n].remark for n in timed if n in ENVIRONMENTS}
    return {name: remark for name, remark in remarks.items() if remark}


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


def _experiment(document: dict[str, Any]) -> dict[str, str]:
    """The experiment in words, and how it was timed."""
    facts: dict[str, Any] = dict(document["experiment"])
    is_native = facts.pop("is_native", None)
    if is_native is not None:
        facts["updates"] = "the framework's own" if is_native else "by one formula"
    names = {"lr": "learning rate"}
    words = {names.get(key, key): f"{value}" for key, value in facts.items()}
    request = document["request"] or {}
    if request.get("measure") and request.get("rounds"):
        words["timed in"] = f"{request['rounds']} rounds"
    return words


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
