"""A graph as a drawing: source text for Mermaid and for Graphviz.

Both are printed from one `Drawing`: boxes, arrows, and frames around boxes. Scopes and
graphs inside of nodes are frames. Boxes are called as in the graph's text.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .show import call, labels, nested_graphs, shown_nodes, type_of, uniform_value
from .tensor import Tensor

if TYPE_CHECKING:
    from .graph import Graph


@dataclass(frozen=True, slots=True)
class Box:
    """An input, constant, op or output: its kind, its name, its lines of text."""

    kind: str
    name: str
    lines: tuple[str, ...]


@dataclass
class Frame:
    """A line around boxes and frames, with a title."""

    name: str
    title: str
    boxes: list[Box] = field(default_factory=list)
    frames: dict[str, Frame] = field(default_factory=dict)


class Drawing:
    """The boxes and arrows of a graph.

    Attributes
    ----------
    root : Frame
        Around everything; it is not drawn.
    arrows : list of (str, str, bool)
        From which box to which, and whether the line is dotted.
    """

    def __init__(self, graph: Graph) -> None:
        self.root = Frame("graph", graph.name)
        self.arrows: list[tuple[str, str, bool]] = []
        self._names = (f"n{i}" for i in itertools.count())
        self._add(graph, self.root)

    def _add(self, graph: Graph, frame: Frame) -> list[str]:
        """Draw a graph inside a frame; the names of its outputs' boxes."""
        label, scopes = labels(graph), graph.scope_names()
        box: dict[int, str] = {}
        for x in graph.inputs:
            box[x.serial] = self._box(frame, "input", label[x.serial], type_of(x))
        for x in graph.constants():
            if uniform_value(x) is None:  # a number is written where it is read
                box[x.serial] = self._box(frame, "constant", type_of(x))
        for node in shown_nodes(graph):
            inside = self._scope(frame, scopes.get(node.serial, ""))
            text = f"{label[node.serial]} = {call(node, label)}"
            box[node.serial] = self._box(inside, "op", text, type_of(node))
            for x in node.inputs:
                self._arrow(box, x, box[node.serial])
            for name, inner in nested_graphs(node.attrs):
                own = Frame(next(self._names), f"{name}: {inner.name}")
                inside.frames[own.name] = own
                ends = self._add(inner, own)
                self.arrows += [(end, box[node.serial], True) for end in ends]
        ends = []
        for name, x in zip(graph.output_names, graph.outputs, strict=True):
            number = uniform_value(x)
            text = name if number is None else f"{name} = {number}"
            ends.append(self._box(frame, "output", text, type_of(x)))
            self._arrow(box, x, ends[-1])
        return ends

    def _box(self, frame: Frame, kind: str, *lines: str) -> str:
        name = next(self._names)
        frame.boxes.append(Box(kind, name, lines))
        return name

    def _arrow(self, box: dict[int, str], x: Tensor, end: str) -> None:
        # The result of an op with several comes from that op's box.
        source = x if x.serial in box or not x.inputs else x.inputs[0]
        if source.serial in box:
            self.arrows.append((box[source.serial], end, False))

    def _scope(self, frame: Frame, path: str) -> Frame:
        """The frame of a scope, made where it is needed first."""
        for title in filter(None, path.split("/")):
            if title not in frame.frames:
                frame.frames[title] = Frame(next(self._names), title)
            frame = frame.frames[title]
        return frame


_MERMAID_BOX = {
    "input": '(["{}"])',
    "constant": '[("{}")]',
    "op": '["{}"]',
    "output": '[["{}"]]',
}
_MERMAID_COLOUR = {
    "input": "fill:#dbeafe,stroke:#1e40af,color:#000",
    "constant": "fill:#f3f4f6,stroke:#6b7280,color:#000",
    "op": "fill:#ffffff,stroke:#111827,color:#000",
    "output": "fill:#dcfce7,stroke:#166534,color:#000",
}


def as_mermaid(graph: Graph) -> str:
    """The graph as the source text of a Mermaid flowchart."""
    drawing = Drawing(graph)
    lines = ["flowchart TD", *_mermaid_frame(drawing.root, "    ")]
    for start, end, is_dotted in drawing.arrows:
        lines.append(f"    {start} {'-.->' if is_dotted else '-->'} {end}")
    for kind, style in _MERMAID_COLOUR.items():
        lines.append(f"    classDef {kind} {style}")
    return "\n".join(lines)


def _mermaid_frame(frame: Frame, indent: str) -> Iterator[str]:
    for box in frame.boxes:
        text = "<br/>".join(map(_mermaid_text, box.lines))
        shape = _MERMAID_BOX[box.kind].format(text)
        yield f"{indent}{box.name}{shape}:::{box.kind}"
    for inner in frame.frames.values():
        yield f'{indent}subgraph {inner.name}["{_mermaid_text(inner.title)}"]'
        yield from _mermaid_frame(inner, indent + "    ")
        yield f"{indent}end"


def _mermaid_text(text: str) -> str:
    """Text between quotation marks; what is more than text goes by its number."""
    return "".join(
        x if x.isalnum() or x in " _.,=%:+-/()[]{}'" else f"#{ord(x)};" for x in text
    )


_DOT_BOX = {
    "input": "shape=box, style=rounded, color=blue",
    "constant": "shape=note, color=gray40",
    "op": "shape=box",
    "output": "shape=box, peripheries=2, color=darkgreen",
}


def as_dot(graph: Graph) -> str:
    """The graph as the source text of a drawing in Graphviz's language DOT."""
    drawing = Drawing(graph)
    lines = [f'digraph "{_dot_text(graph.name)}" {{']
    lines += ['    node [fontname="monospace"];', *_dot_frame(drawing.root, "    ")]
    for start, end, is_dotted in drawing.arrows:
        lines.append(f"    {start} -> {end}{' [style=dotted]' if is_dotted else ''};")
    return "\n".join([*lines, "}"])


def _dot_frame(frame: Frame, indent: str) -> Iterator[str]:
    for box in frame.boxes:
        text = r"\n".join(map(_dot_text, box.lines))
        yield f'{indent}{box.name} [label="{text}", {_DOT_BOX[box.kind]}];'
    for inner in frame.frames.values():
        yield f"{indent}subgraph cluster_{inner.name} {{"
        yield f'{indent}    label="{_dot_text(inner.title)}";'
        yield from _dot_frame(inner, indent + "    ")
        yield f"{indent}}}"


def _dot_text(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
