"""The explanation as one page of HTML: no other file, no network, no script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..graph import Graph
from ..plan.timeline import as_svg as timeline
from ..show import shown_nodes
from . import roofline, sentences, text
from .drawing import as_drawing, as_list, is_drawn
from .limits import IMAGINED
from .markup import element, escape, scrolling, table
from .memory import Memory
from .numerals import count, decimal, duration, shortened, size
from .style import STYLE
from .timings import rates
from .work import Execution, Launch, Work

if TYPE_CHECKING:
    from .explanation import Explanation

_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'


def as_html(explanation: Explanation) -> str:
    """The page."""
    title = f"{explanation.graph.name}, explained"
    sections = list(_sections(explanation))
    links = (
        element("li", element("a", name, href=f"#{anchor}"))
        for anchor, name, _ in sections
    )
    head = element(
        "head",
        '<meta charset="utf-8"/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
        element("title", escape(title)),
        element("style", STYLE),
    )
    body = element(
        "body",
        _header(explanation, title),
        element("nav", element("ol", *links), aria_label="Contents"),
        element("main", *(_section(*each) for each in sections)),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _section(anchor: str, name: str, body: str) -> str:
    return element("section", element("h2", name), body, id=anchor)


def _sections(explanation: Explanation) -> Iterator[tuple[str, str, str]]:
    makers: tuple[tuple[str, Callable[[Explanation], str]], ...] = (
        ("Graph before", _captured),
        ("Passes", _passes),
        ("Graph after", _optimised),
        ("Kernels", _kernels),
        ("Roofline", _roofline),
        ("Memory", _memory),
        ("Sources", _sources),
    )
    for name, maker in makers:
        yield name.lower().replace(" ", "-"), name, maker(explanation)


def _about(sentence: str) -> str:
    return element("p", sentence.strip())


def _header(explanation: Explanation, title: str) -> str:
    memory, kernels = explanation.memory, explanation.kernels
    figures = {
        "nodes": f"{len(explanation.graph.nodes()):,}",
        "groups and steps": f"{len(kernels):,}",
        "operations a call": count(sum(x.total.operations for x in kernels)),
        "arena": size(memory.arena_bytes),
        "threads": f"{explanation.threads}",
    }
    if explanation.times is not None:
        figures["microseconds a call"] = duration(explanation.times.call_seconds)
    cells = (
        element("div", element("dt", name), element("dd", value))
        for name, value in figures.items()
    )
    return element(
        "header",
        element("h1", escape(title)),
        element("p", escape(text.summary(explanation)), "."),
        element("dl", *cells, class_="figures"),
    )


def _captured(explanation: Explanation) -> str:
    return _about(sentences.BEFORE) + _graph(explanation.graph, "before", "Captured")


def _optimised(explanation: Explanation) -> str:
    return _about(sentences.AFTER) + _graph(
        explanation.optimised, "after", "After all passes"
    )


def _graph(graph: Graph, prefix: str, title: str) -> str:
    found = as_list(graph, f"{prefix}-")
    if not is_drawn(graph):
        head = element(
            "summary", f"All {len(shown_nodes(graph)):,} nodes, line by line"
        )
        return element("details", head, found)
    listed = element("details", element("summary", "The same, line by line"), found)
    return as_drawing(graph, title) + listed


def _passes(explanation: Explanation) -> str:
    rows = [
        (
            _text(escape(each.name)),
            f"{each.nodes_before:,} → {each.nodes_after:,}",
            f"{count(each.operations_before)} → {count(each.operations_after)}",
            _sentence(escape(text.unbroken(each.summary))),
            _sentence(escape(sentences.OF_PASS.get(each.name, ""))),
        )
        for each in explanation.reports
    ]
    head = (_text("pass"), "nodes", "operations", _text("changes"), _text("what it is"))
    return _about(escape(sentences.PASSES)) + table(
        "Every pass that did something", head, rows
    )


def _text(content: str, kind: str = "") -> str:
    return element("span", content, class_=f"text {kind}".strip())


def _sentence(content: str) -> str:
    return _text(content, "sentence")


def _kernels(explanation: Explanation) -> str:
    about = _about(escape(sentences.KERNELS))
    if not explanation.kernels:
        return about + _about(sentences.NOTHING_RUNS)
    head = [_text("what runs"), "operations", "read", "written", "op/byte"]
    if explanation.times is not None:
        about += _about(escape(sentences.TIMES))
        head += ["µs", "share", "GFLOP/s", "GB/s", "of limit"]
    rows = [row for each in explanation.kernels for row in _rows(explanation, each)]
    return about + table("In order of execution", head, rows)


def _rows(explanation: Explanation, each: Execution) -> Iterator[list[str]]:
    times = explanation.times
    loop = f"; loop {each.loop}, {each.iterations:,} iterations" if each.loop else ""
    why = f", since {each.why}" if each.why else ""
    title = _text(escape(f"{text.heading(each)}{why}{loop}"), "group")
    names = [_text(_linked(launch), "inside") for launch in each.launches]
    if len(names) == 1:
        title, names = title + names[0], []
    spent = times.seconds[each.number - 1] if times else 0.0
    yield [title, *_numbers(each.work), *_rates(explanation, each.total, spent)]
    for index, (launch, name) in enumerate(zip(each.launches, names, strict=False)):
        spent = times.kernel_seconds[each.number - 1][index] if times else 0.0
        rates = _rates(
            explanation, launch.work * each.iterations, spent, is_inside=True
        )
        yield [name, *_numbers(launch.work), *rates]


def _linked(launch: Launch) -> str:
    """The name of a kernel, which leads to its source."""
    name = element("code", escape(shortened(launch.name, 60)))
    if launch.source is None:
        return name
    return element("a", name, href=f"#{launch.source.name}")


def _numbers(work: Work) -> list[str]:
    return [
        count(work.operations),
        size(work.bytes_read),
        size(work.bytes_written),
        decimal(work.intensity),
    ]


def _rates(
    explanation: Explanation, work: Work, seconds: float, *, is_inside: bool = False
) -> list[str]:
    times, limits = explanation.times, explanation.limits
    if times is None or limits is None:
        return []
    share = seconds / (sum(times.seconds) or 1)
    bar = element("span", class_="bar", style=f"width:{min(share, 1):.1%}")
    shown = "" if is_inside else f"{share:.1%}{bar}"
    return [duration(seconds), shown, *rates(work, seconds, limits)]


def _roofline(explanation: Explanation) -> str:
    limits = explanation.limits or IMAGINED
    dots = [
        _dot(explanation, each)
        for each in explanation.kernels
        if each.work.operations and each.work.nbytes
    ]
    left_out = len(explanation.kernels) - len(dots)
    note = f"{left_out} groups only move data and are not shown." if left_out else ""
    return (
        _about(escape(sentences.ROOFLINE))
        + _about(sentences.MEASURED if limits.is_measured else sentences.ASSUMED)
        + scrolling(roofline.as_svg(dots, limits), "Roofline")
        + _about(note)
    )


def _dot(explanation: Explanation, each: Execution) -> roofline.Dot:
    limits = explanation.limits or IMAGINED
    intensity, share = each.work.intensity, 0.0
    speed, told = limits.attainable(each.work), "at most"
    if explanation.times is not None:
        seconds, told = explanation.times.seconds[each.number - 1], "reached"
        speed = each.total.operations / seconds if seconds else 0.0
        share = seconds / (sum(explanation.times.seconds) or 1)
        told = f"{duration(seconds)} µs ({share:.1%}), {told}"
    names = [shortened(launch.name, 50) for launch in each.launches[:5]]
    if len(each.launches) > 5:
        names.append(f"and {len(each.launches) - 5} more")
    lines = (
        f"{'step' if each.is_library else 'group'} {each.number}: "
        f"{decimal(intensity)} op/byte",
        f"{told} {decimal(speed / 1e9)} GFLOP/s",
        *names,
    )
    return roofline.Dot(lines, intensity, speed, share)


def _memory(explanation: Explanation) -> str:
    memory = explanation.memory
    rows = [
        (_text(name), f"{nbytes:,}", size(nbytes))
        for name, nbytes in (
            ("arena", memory.arena_bytes),
            ("lower bound of the arena", memory.lower_bound),
            ("inputs", memory.input_bytes),
            ("outputs of their own", memory.output_bytes),
            ("constants", memory.constant_bytes),
        )
    ]
    parts = [
        _about(escape(sentences.MEMORY)),
        table("Bytes", (_text("what"), "bytes", "size"), rows),
        _about(f"The arena is {memory.ratio:.3f} times its lower bound."),
    ]
    if memory.in_place:
        parts.append(_in_place(memory))
    if memory.rectangles:
        drawn = timeline(memory.rectangles, title="Arena")
        parts += [
            _about(sentences.ARENA),
            scrolling(_inline(drawn), "Memory timeline"),
            element(
                "details", element("summary", "Table of buffers"), _buffers(explanation)
            ),
        ]
    return "".join(parts)


def _in_place(memory: Memory) -> str:
    rows = [(_text(escape(out)), _text(escape(x))) for out, x in memory.in_place]
    head = (_text("output"), _text("input"))
    title = f"{len(rows)} outputs are written in the place of given-up inputs"
    return element("details", element("summary", title), table("By output", head, rows))


def _inline(svg: str) -> str:
    """A drawing as a part of this page, whose style is the page's."""
    before, _, rest = svg.replace(_NAMESPACE, "").partition("<style>")
    return before + rest.partition("</style>")[2]


def _buffers(explanation: Explanation) -> str:
    rows = [
        (
            _text(escape(each.name)),
            f"{each.offset:,}",
            f"{each.lifetime.nbytes:,}",
            f"{each.lifetime.first}",
            f"{each.lifetime.last}",
        )
        for each in sorted(
            explanation.memory.rectangles, key=lambda x: (x.offset, x.lifetime.first)
        )
    ]
    head = (_text("buffer"), "offset", "bytes", "first step", "last step")
    return table("By offset", head, rows)


def _sources(explanation: Explanation) -> str:
    parts = [_about(escape(sentences.SOURCES))]
    for each in explanation.sources:
        source = each.source
        title = element(
            "summary",
            element("code", escape(shortened(source.name, 80))),
            f" ({source.language}), {each.kernels} kernels",
        )
        path = element("p", escape(str(each.path)), class_="path")
        # A link to what is inside of it opens it.
        listing = element("pre", escape(source.text), tabindex=0, id=source.name)
        parts.append(element("details", title, path, listing))
    return "".join(parts)
