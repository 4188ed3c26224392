"""The explanation for a terminal: plain text, at most 100 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..kernel import LLVM
from ..passes import AFTERWARDS, PASSES
from ..passes.fusion import fuse
from ..plan.timeline import as_text as timeline
from .numerals import count, decimal, duration, shortened, size
from .work import Execution, Work

if TYPE_CHECKING:
    from .explanation import Explanation, Written
    from .limits import Limits

WIDTH = 100
# Of a graph, a memory map, a source: the object has the rest.
MOST_LINES = 60
# Of what is all alike; of a language in which a line is an instruction.
FEW_LINES = 12

GRAPH = """
What the function does, as it was recorded while it ran once on symbols: a line for each
node, which is an operation on whole tensors, with the type of its result at the right.
"""
PASSES_ = """
A pass rewrites the graph into one that computes the same with less work. Each line
tells how many nodes and operations on single numbers there were before and after. The
last one, fusion, joins neighbours that walk over the same elements into one kernel.
"""
KERNELS = """
A kernel is a compiled function that runs over arrays. Kernels of a group work on the
same rows: a chunk of rows goes through all of them, then the next chunk, so that what
one kernel has written is still in the cache when the next one reads it. Operations and
bytes are estimates. Operations for each byte are the arithmetic intensity: the lower it
is, the more a kernel waits for memory. The figures of a group leave out the reading of
what its kernels hand to each other. A group that waits begins when all threads have
done everything before it.
"""
TIMES = """
Each group by itself while everything runs in order; a median of rounds. Of the limit:
of what this machine can reach at that intensity, by its peak or by a bandwidth, which
is that of the cache where a group reads and writes no more than 512 KiB. What takes
less than a microsecond is mostly the way to it and back. Kernels of a group are timed
once more one by one, each on all rows: what they take longer in sum than the group is
what going chunk by chunk saves.
"""
SOURCES = """
The generated functions. Sizes and strides are arguments, so one function serves many
shapes. It computes elements begin to end of the axis that threads share.
"""
MEMORY = """
Values between inputs and outputs lie in one arena, allocated once. Buffers that are not
needed at the same time share bytes. The lower bound is what is needed at the fullest
step; a step lasts from one wait for all threads to the next.
"""

SENTENCES = {
    each.__name__: " ".join((each.__doc__ or "").split("\n\n")[0].split())
    for each in (*PASSES, *AFTERWARDS, fuse)
}


def as_text(explanation: Explanation, *, sources: bool) -> str:
    """The explanation in sections, each of which begins with what it is about."""
    sections = [
        (
            "captured graph",
            GRAPH,
            _cut(str(explanation.graph).splitlines(), "`.graph`"),
        ),
        ("passes", PASSES_, _passes(explanation)),
        ("kernels in order of execution", KERNELS, _kernels(explanation)),
    ]
    if explanation.times is not None:
        sections.append(("measured times", TIMES, _times(explanation)))
    if sources:
        sections.append(("sources", SOURCES, _sources(explanation)))
    sections.append(("memory", MEMORY, _memory(explanation)))
    lines = textwrap.wrap(summary(explanation), 88)
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
    steps = f" and {_of(libraries, 'step')} of libraries" if libraries else ""
    return (
        f"{explanation.graph.name}: {_of(len(explanation.graph.nodes()), 'node')} "
        f"became {_of(launches, 'kernel')} in {_of(len(kernels) - libraries, 'group')}"
        f"{steps}, with {count(operations)} operations a call, an arena of "
        f"{size(explanation.memory.arena_bytes)} and "
        f"{_of(explanation.threads, 'thread')}"
    )


def _clipped(line: str) -> str:
    line = line.expandtabs().rstrip()
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."


def _cut(lines: Sequence[str], where: str, most: int = MOST_LINES) -> list[str]:
    """The first lines, and where the others are."""
    if len(lines) <= most:
        return list(lines)
    return [*lines[:most], f"... and {len(lines) - most:,} more lines in {where}"]


def _of(count: int, noun: str) -> str:
    """A number of things."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _passes(explanation: Explanation) -> Iterator[str]:
    yield f"{'pass':<22} {'nodes':>14} {'operations':>19}   what changed"
    for each in explanation.reports:
        nodes = f"{each.nodes_before} -> {each.nodes_after}"
        operations = (
            f"{count(each.operations_before)} -> {count(each.operations_after)}"
        )
        first, *others = textwrap.wrap(each.summary, WIDTH - 60)
        yield f"{each.name:<22} {nodes:>14} {operations:>19}   {first}"
        yield from (f"{'':<60}{line}" for line in others)
    yield ""
    for name in dict.fromkeys(each.name for each in explanation.reports):
        if name in SENTENCES:
            yield from textwrap.wrap(f"{name}: {SENTENCES[name]}", 88)


_HEAD = f"{'':<52} {'operations':>10} {'read':>9} {'written':>9} {'op/byte':>8}"


def _kernels(explanation: Explanation) -> Iterator[str]:
    if not explanation.kernels:
        yield "Nothing runs: the results are inputs or constants."
        return
    yield _HEAD
    loop = None
    for each in explanation.kernels:
        if each.loop is not None and each.loop != loop:
            yield f"loop {each.loop}, {each.turns} turns; the figures are a turn's"
        loop = each.loop
        indent = "  " if each.loop else ""
        yield f"{indent}{heading(each)}"
        for launch in each.launches:
            yield _row(f"{indent}    {launch.name}", launch.work)
        if len(each.launches) > 1:
            yield _row(f"{indent}    together", each.work)
    total = sum(each.total.operations for each in explanation.kernels)
    yield _row("a call, with all turns", Work(total, *_moved(explanation.kernels)))


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
    """What runs, how it is cut, and what it waits for."""
    if each.is_library:
        return f"step {each.number}: {each.name}, by a library; waits for all before"
    waits = "waits for all before" if each.waits else "waits for nobody"
    parts = _of(each.units, "unit")
    if each.chunk < each.units:
        parts += f", {each.chunk:,} at a time"
    return f"group {each.number}: {parts}; {waits}"


def _times(explanation: Explanation) -> Iterator[str]:
    assert explanation.times is not None
    limits, times = explanation.limits, explanation.times
    assert limits is not None
    yield (
        f"The limits with {_of(explanation.threads, 'thread')}: peak "
        f"{decimal(limits.peak / 1e9)} GFLOP/s, memory "
        f"{decimal(limits.bandwidth / 1e9)} GB/s, cache "
        f"{decimal(limits.cache_bandwidth / 1e9)} GB/s."
    )
    yield ""
    yield f"{'#':>4} {'us':>10} {'share':>6} {'GFLOP/s':>8} {'GB/s':>6} {'of limit':>9}"
    total = sum(times.seconds)
    for each, seconds, parts in zip(
        explanation.kernels, times.seconds, times.kernel_seconds, strict=True
    ):
        head = (
            f"{each.number:>4} {duration(seconds):>10} {seconds / (total or 1):>6.1%}"
        )
        is_single = len(parts) == 1
        yield f"{head} {_speeds(each.total, seconds, limits)}  " + (
            shortened(each.name, 50) if is_single else f"{len(parts)} kernels"
        )
        for launch, spent in zip(
            each.launches, [] if is_single else parts, strict=False
        ):
            speeds = _speeds(launch.work * each.turns, spent, limits)
            name = shortened(launch.name, 48)
            yield f"{'':>4} {duration(spent):>10} {'':>6} {speeds}    {name}"
    yield f" sum {duration(total):>10}"
    yield f"call {duration(times.call_seconds):>10}   all at once, as it is called"


def _speeds(work: Work, seconds: float, limits: Limits) -> str:
    operations, nbytes, of_limit = rates(work, seconds, limits)
    return f"{operations:>8} {nbytes:>6} {of_limit:>9}"


def rates(work: Work, seconds: float, limits: Limits) -> tuple[str, str, str]:
    """GFLOP/s, GB/s, and the part of what can be reached."""
    operations, nbytes = (
        each / seconds if seconds else 0.0 for each in (work.operations, work.nbytes)
    )
    attainable = limits.attainable(work)
    of_limit = f"{operations / attainable:.0%}" if attainable else "-"
    return decimal(operations / 1e9), decimal(nbytes / 1e9), of_limit


def _sources(explanation: Explanation) -> Iterator[str]:
    for each in explanation.sources:
        yield _ruled(each)
        yield f"  file: {each.path}"
        most = FEW_LINES if each.source.language == LLVM else MOST_LINES
        yield from _cut(each.source.text.splitlines(), "the file", most)
        yield ""


def _ruled(each: Written) -> str:
    name = shortened(each.source.name, 60)
    return f"--- {name} ({each.source.language}), {_of(each.kernels, 'kernel')}"


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
        lines = [f"  {out} in that of {given}" for out, given in memory.in_place]
        yield from _cut(lines, "`.memory.in_place`", FEW_LINES)
    if memory.rectangles:
        yield ""
        yield from _cut(_timeline(explanation), "`.memory`")


def _timeline(explanation: Explanation) -> list[str]:
    """The table of buffers, with bars as long as there is room for."""
    for columns in (64, 48, 40, 32, 24):
        lines = timeline(explanation.memory.rectangles, columns=columns).splitlines()
        if max(map(len, lines)) <= WIDTH:
            break
    return lines
