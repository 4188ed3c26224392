"""Graphs in files: JSON for the structure, NumPy's format for the constants.

A file is a zip archive without compression, so `numpy.load` reads its constants. Its
members are `graph.json` and `constants/0.npy`, `constants/1.npy` ...; the comment of
the archive is `sha256:` and the SHA-256 of all bytes before the comment. The JSON is

    {"format": "reference_impl graph", "version": 1, "graph": G, "constants": [...]}

where a constant is `{"dtype": "float32", "shape": [2, 3]}`. The array in its member
broadcasts to this shape (ones take the bytes of a single one); bfloat16 is stored as
uint16, bit for bit. A graph G has

    name       a string
    inputs     [{"name": "x", "shape": [2, 3], "dtype": "float32"}, ...]
    nodes      [{"op": "add", "inputs": ["i0", "c1"], "attrs": {...}, "shape": [2, 3],
                "dtype": "float32"}, ...], and "name" where a node has one of its own
    outputs    [{"name": "loss", "from": "n4"}, ...]
    structure  of the result: "leaf", null, {"list": [...]}, {"tuple": [...]} or
               {"dict": [[key, structure], ...]}
    scopes     [["encoder", 0, 4], ...]: the nodes from the first up to the second

`i0`, `c0`, `n0` are the first input of G, constant of the file, node of G; a node reads
nodes before it. `shape` and `dtype` of an op with several results are lists of theirs.
Attributes are JSON where JSON has them, else an object with one key: "tuple", "list",
"dict", "slice", "float" (a number that is not finite), "complex", "dtype", "ellipsis",
"graph" (a G). A dataclass or named tuple in the result comes back as a dict or tuple;
"class" says which it was, and nothing is imported or run that a file names.
"""

from .archive import load_graph, save_graph

__all__ = ["load_graph", "save_graph"]
