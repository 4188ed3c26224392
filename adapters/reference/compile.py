"""Ways to run in the reference framework: a captured graph, or op by op."""

import reference_impl as ri


def compiled(function, model, mode):
    """The function, run in this mode."""
    return ri.compile(function) if mode == "compiled" else function
