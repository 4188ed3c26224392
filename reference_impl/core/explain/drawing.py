"""A graph on a page: as a drawing, and as a list with links from node to node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..graph import Graph
from ..show import (
    attribute,
    call,
    is_pick,
    labels,
    nested_graphs,
    operand,
    shown_nodes,
    type_of,
)
from ..tensor import Tensor
from .layers import layout
from .markup import element, escape, scrolling
from .numerals import shortened

# With more nodes nobody finds the way; the list has links.
MOST_NODES = 80

ROW, HEIGHT, LETTER = 68, 40, 7.0
MOST_LETTERS = 30


@dataclass(frozen=True)
class _Box:
    kind: str
    title: str
    type: str
    about: str

    @property
    def width(self) -> float:
        return LETTER * max(len(self.title), len(self.type), 4) + 18


def is_drawn(graph: Graph) -> bool:
    """Whether a graph is small enough for a drawing."""
    return 0 < len(shown_nodes(graph)) <= MOST_NODES


def as_drawing(graph: Graph, title: str) -> str:
    """The graph as SVG: sources above, readers below; a box pointed at tells all."""
    boxes, arrows = _parts(graph)
    places = layout({name: box.width for name, box in boxes.items()}, arrows)
    width, height = places.width + 20, places.layers * ROW + 10
    return scrolling(
        element(
            "svg",
            *(_arrow(path) for path in places.paths),
            *(_box(box, *places.centre[name]) for name, box in boxes.items()),
            viewBox=f"-10 -5 {width:.0f} {height}",
            style=f"width:{width:.0f}px;height:{height}px",
            class_="graph",
            role="img",
            aria_label=f"{title}: {len(shown_nodes(graph))} nodes, listed below",
        ),
        title,
    )


def _parts(graph: Graph) -> tuple[dict[str, _Box], list[tuple[str, str]]]:
    """Boxes by name, each after those that it depends on, and arrows between them."""
    label = labels(graph)
    home = {x.serial: f"in{i}" for i, x in enumerate(graph.inputs)}
    boxes = {
        home[x.serial]: _Box("input", _short(label[x.serial]), type_of(x), "input")
        for x in graph.inputs
    }
    arrows: list[tuple[str, str]] = []
    for node in graph.nodes():
        if is_pick(node):
            home[node.serial] = home[node.inputs[0].serial]
            continue
        name = home[node.serial] = f"n{node.serial}"
        about = f"{label[node.serial]} = {call(node, label)}"
        boxes[name] = _Box("op", _short(_title(node)), _short(type_of(node)), about)
        sources = (home[x.serial] for x in node.inputs if x.serial in home)
        arrows += [(source, name) for source in dict.fromkeys(sources)]
    ends = zip(graph.output_names, graph.outputs, strict=True)
    for i, (name, x) in enumerate(ends):
        about = f"result {name} = {operand(x, label)}"
        boxes[f"out{i}"] = _Box("output", _short(name), type_of(x), about)
        if x.serial in home:
            arrows.append((home[x.serial], f"out{i}"))
    return boxes, arrows


def _title(node: Tensor) -> str:
    """What a node does; of one with a graph inside, what is inside."""
    inside = [graph.name for _, graph in nested_graphs(node.attrs)]
    return f"{node.op.name}: {', '.join(inside)}" if inside else node.op.name


def _short(text: str) -> str:
    return shortened(text, MOST_LETTERS)


def _arrow(path: list[tuple[float, int]]) -> str:
    (x, layer), *others = path
    drawn = f"M{x:.1f} {layer * ROW + HEIGHT}"
    for end, below in others:
        top, bottom = (below - 1) * ROW + HEIGHT, below * ROW
        middle = (top + bottom) / 2
        drawn += f"C{x:.1f} {middle:g} {end:.1f} {middle:g} {end:.1f} {bottom}"
        if (end, below) != path[-1]:
            drawn += f"V{bottom + HEIGHT}"
        x = end
    return element("path", d=drawn, class_="arrow")


def _box(box: _Box, x: float, layer: int) -> str:
    y, left = layer * ROW, x - box.width / 2
    middle = {"x": f"{x:.1f}", "text_anchor": "middle"}
    return element(
        "g",
        element("title", escape(box.about)),
        element(
            "rect",
            x=f"{left:.1f}",
            y=y,
            width=f"{box.width:.1f}",
            height=HEIGHT,
            rx=18 if box.kind == "input" else 5,
        ),
        element("text", escape(box.title), y=y + 17, **middle),
        element("text", escape(box.type), y=y + 32, class_="type", **middle),
        class_=f"box {box.kind}",
    )


def as_list(graph: Graph, prefix: str) -> str:
    """The graph line by line; what a node reads is a link to where it is computed.

    Parameters
    ----------
    prefix : str
        Of the anchors, so that two graphs can be on one page.
    """
    label = labels(graph)
    lines = [
        _line(x, f"{escape(label[x.serial])}: input", prefix) for x in graph.inputs
    ]
    for node in shown_nodes(graph):
        reads = ", ".join(_links(node, label, prefix))
        text = f"{escape(label[node.serial])} = {escape(_title(node))}({reads})"
        lines.append(_line(node, text, prefix))
        for name, inner in nested_graphs(node.attrs):
            title = element("summary", escape(f"{name}: {inner.name}"))
            body = element("pre", escape(str(inner)), tabindex=0)
            lines.append(element("li", element("details", title, body), class_="inner"))
    for name, x in zip(graph.output_names, graph.outputs, strict=True):
        lines.append(_line(None, f"{escape(name)}: result = {_link(x, label, prefix)}"))
    return element("ol", *lines, class_="nodes")


def _line(x: Tensor | None, text: str, prefix: str = "") -> str:
    if x is None:
        return element("li", text)
    kind = element("span", escape(type_of(x)), class_="type")
    return element("li", text, " ", kind, id=f"{prefix}{x.serial}")


def _links(node: Tensor, label: Mapping[int, str], prefix: str) -> Iterator[str]:
    yield from (_link(x, label, prefix) for x in node.inputs)
    for name, value in node.attrs.items():
        yield escape(f"{name}={attribute(value)}")


def _link(x: Tensor, label: Mapping[int, str], prefix: str) -> str:
    if x.serial not in label:
        return escape(operand(x, label))
    source = x.inputs[0] if x.op is not None and is_pick(x) else x
    return element("a", escape(label[x.serial]), href=f"#{prefix}{source.serial}")
