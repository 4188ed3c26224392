"""Graphs as files, and graphs as Python source: what is written and read back.

`checkpoint` is for trees of tensors. It is not imported here, so that what needs no
checkpoints does not load safetensors.
"""

from .graph_file import load_graph, save_graph
from .source import gradient, source
from .spelling import primitives

__all__ = ["gradient", "load_graph", "primitives", "save_graph", "source"]
