"""Graphs as files, and graphs as Python source: what is written and read back."""

from .adjoint import gradient
from .graph_file import load_graph, save_graph
from .source import primitives, source

__all__ = ["gradient", "load_graph", "primitives", "save_graph", "source"]
