"""The explanation for a terminal: plain text, at most 100 columns wide."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..kernel import LLVM
from ..plan.timeline import as_text as timeline
from . import sentences
from .numerals import count, decimal, shortened, size, things
from .timings import timings
from .work import Execution, Work

if TYPE_CHECKING:
    from .explanation import Explanation, Written

WIDTH = 100
FIXED = "\N{NO-BREAK SPACE}"
# Of a graph, a memory map, a source: the object has the rest.
MOST_LINES = 60
# Of what is all alike.
FEW_LINES = 12
# Of kernels; a model with ten layers has as many.
MOST_KERNELS = 400
# So many are told in full; all of them are files.
MOST_SOURCES = 20


def as_text(explanation: Explanation, *, sources: bool) -> str:
    """The explanation in sections, each of which begins with what it is about."""
    sections = [
        (
            "captured graph",
            sentences.GRAPH,
            _graph(str(explanation.graph).splitlines()),
        ),
        ("passes", sentences.PASSES, _passes(explanation)),
        ("kernels in order of execution", sentences.KERNELS, _kernels(explanation)),
    ]
    if explanation.times is not None:
        sections.append(
            (
                "measured times",
                sentences.TIMES,
                _cut(list(timings(explanation)), "`.times`", MOST_KERNELS),
            )
        )
    if sources:
        sections.append(("sources", sentences.SOURCES, _sources(explanation)))
    sections.append(("memory", sentences.MEMORY, _memory(explanation)))
    lines = _wrapped(summary(explanation), 88)
    for number, (title, about, body) in enumerate(sections, 1):
        lines += [
            "",
            f"{number}. {title.upper()}",
            *textwrap.wrap(about.strip(), 88),
            "",
        ]
        lines += body
    return "\n".join(_clipped(line) for line in lines)


def summary(explanation: Explanation) -> str:
    """The explanation in a sentence."""
    kernels = explanation.kernels
    operations = sum(each.total.operations for each in kernels)
    libraries = sum(each.is_library for each in kernels)
    launches = sum(len(each.launches) for each in kernels) - libraries
    steps = f" and {things(libraries, 'step')} of libraries" if libraries else ""
    work, arena = (
        text.replace(" ", FIXED)
        for text in (count(operations), size(explanation.memory.arena_bytes))
    )
    groups = things(len(kernels) - libraries, "group")
    return (
        f"{explanation.graph.name}: {things(len(explanation.graph.nodes()), 'node')} "
        f"became {things(launches, 'kernel')} in {groups}{steps}, with {work} "
        f"operations a call, an arena of {arena} and "
        f"{things(explanation.threads, 'thread')}"
    )


def _clipped(line: str) -> str:
    line = line.expandtabs().rstrip()
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."


def _cut(lines: Sequence[str], where: str, most: int = MOST_LINES) -> list[str]:
    """The first lines, and where the others are."""
    if len(lines) <= most:
        return list(lines)
    return [*lines[:most], f"... and {len(lines) - most:,} more lines in {where}"]


def _graph(lines: Sequence[str]) -> list[str]:
    """The beginning of a graph: of its inputs, which are many, and of its nodes."""
    ends = [i for i, line in enumerate(lines) if line.startswith(")")]
    first = ends[0] if ends else 0
    return [
        *_cut(lines[:first], "`.graph.inputs`", FEW_LINES),
        *_cut(lines[first:], "`.graph`"),
    ]


def _passes(explanation: Explanation) -> Iterator[str]:
    yield f"{'pass':<22} {'nodes':>14} {'operations':>19}   what changed"
    for each in explanation.reports:
        nodes = f"{each.nodes_before} -> {each.nodes_after}"
        operations = (
            f"{count(each.operations_before)} -> {count(each.operations_after)}"
        )
        first, *others = _wrapped(unbroken(each.summary), WIDTH - 60)
        yield f"{each.name:<22} {nodes:>14} {operations:>19}   {first}"
        yield from (f"{'':<60}{line}" for line in others)
    yield ""
    for name in dict.fromkeys(each.name for each in explanation.reports):
        if name in sentences.OF_PASS:
            yield from textwrap.wrap(f"{name}: {sentences.OF_PASS[name]}", 88)


def _wrapped(text: str, width: int) -> list[str]:
    return [line.replace(FIXED, " ") for line in textwrap.wrap(text, width)]


def unbroken(summary: str) -> str:
    """What a pass changed, whose items are not broken: `-4 reshape` is on one line."""
    fixed = summary.replace(" ", FIXED)
    for mark in ",:":
        fixed = fixed.replace(mark + FIXED, f"{mark} ")
    return fixed


_HEAD = f"{'':<52} {'operations':>10} {'read':>9} {'written':>9} {'op/byte':>8}"


def _kernels(explanation: Explanation) -> Iterator[str]:
    if not explanation.kernels:
        yield sentences.NOTHING_RUNS
        return
    yield _HEAD
    yield from _cut(list(_executions(explanation)), "`.kernels`", MOST_KERNELS)
    total = sum(each.total.operations for each in explanation.kernels)
    yield _row("a call, with all iterations", Work(total, *_moved(explanation.kernels)))


def _executions(explanation: Explanation) -> Iterator[str]:
    loop = None
    for each in explanation.kernels:
        if each.loop is not None and each.loop != loop:
            often = f"{each.iterations:,} iterations"
            yield f"loop {each.loop}, {often}; the figures are those of one"
        loop = each.loop
        indent = "  " if each.loop else ""
        yield f"{indent}{heading(each)}"
        if each.why:
            yield from textwrap.wrap(
                f"since {each.why}",
                WIDTH,
                initial_indent=f"{indent}    ",
                subsequent_indent=f"{indent}    ",
            )
        for launch in each.launches:
            yield _row(f"{indent}    {launch.name}", launch.work)
        if len(each.launches) > 1:
            yield _row(f"{indent}    together", each.work)


def _moved(kernels: Sequence[Execution]) -> tuple[int, int]:
    totals = [each.total for each in kernels]
    return sum(t.bytes_read for t in totals), sum(t.bytes_written for t in totals)


def _row(name: str, work: Work) -> str:
    indent = len(name) - len(name.lstrip())
    short = " " * indent + shortened(name.lstrip(), 52 - indent)
    return (
        f"{short:<52} {count(work.operations):>10} {size(work.bytes_read):>9} "
        f"{size(work.bytes_written):>9} {decimal(work.intensity):>8}"
    )


def heading(each: Execution) -> str:
    """What runs, how it is cut, what it waits for, and whether one thread does it."""
    if each.is_library:
        return f"step {each.number}: {each.name}, by a library"
    told = [things(each.units, "unit")]
    if each.chunk < each.units:
        told[0] += f", {each.chunk:,} at a time"
    if each.waits:
        told.append("waits for all before")
    if each.is_serial:
        told.append("one thread does it")
    elif not each.waits:
        told.append("waits for nobody")
    return f"group {each.number}: {'; '.join(told)}"


def _sources(explanation: Explanation) -> Iterator[str]:
    for number, each in enumerate(explanation.sources):
        yield _ruled(each)
        yield f"  file: {each.path}"
        lines = each.source.text.splitlines()
        if number >= MOST_SOURCES:
            continue
        if each.source.language == LLVM:
            yield f"  {len(lines):,} lines, an instruction of the processor each"
        else:
            yield from _cut(lines, "the file")
        yield ""


def _ruled(each: Written) -> str:
    name = shortened(each.source.name, 60)
    return f"--- {name} ({each.source.language}), {things(each.kernels, 'kernel')}"


def _memory(explanation: Explanation) -> Iterator[str]:
    memory = explanation.memory
    for name, nbytes in (
        ("arena", memory.arena_bytes),
        ("lower bound", memory.lower_bound),
        ("inputs", memory.input_bytes),
        ("outputs of their own", memory.output_bytes),
        ("constants", memory.constant_bytes),
    ):
        yield f"{name:<22} {nbytes:>16,} B  {size(nbytes)}"
    yield f"{'arena / lower bound':<22} {memory.ratio:>16.3f}"
    if memory.in_place:
        yield from ("", "Outputs that are written in the place of given-up inputs:")
        yield from _cut(_in_place(memory.in_place), "`.memory.in_place`", FEW_LINES)
    if memory.rectangles:
        yield ""
        yield from _cut(_timeline(explanation), "`.memory`")


def _in_place(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """A line for each tree of outputs that lie where those of a tree of inputs lay."""
    trees = Counter(_without_common_end(*pair) for pair in pairs)
    return [
        f"  {out} in that of {given}" + (f" ({count} arrays)" if count > 1 else "")
        for (out, given), count in trees.items()
    ]


def _without_common_end(one: str, other: str) -> tuple[str, str]:
    """Two paths without the keys at their ends that are the same."""
    ours, theirs = one.split("."), other.split(".")
    while len(ours) > 1 and len(theirs) > 1 and ours[-1] == theirs[-1]:
        del ours[-1], theirs[-1]
    return ".".join(ours), ".".join(theirs)


def _timeline(explanation: Explanation) -> list[str]:
    """The table of buffers, with bars as long as there is room for."""
    for columns in (64, 48, 40, 32, 24):
        lines = timeline(explanation.memory.rectangles, columns=columns).splitlines()
        if max(map(len, lines)) <= WIDTH:
            break
    return lines
