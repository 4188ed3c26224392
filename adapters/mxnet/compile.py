"""Ways to run in MXNet: blocks turned into cached graphs, or op by op."""

from collections.abc import Callable

from mxnet.gluon import HybridBlock


def compiled(function: Callable, model: HybridBlock, mode: str) -> Callable:
    """The function, run in this mode: what is compiled is the model that it calls."""
    if mode == "hybridized":
        model.hybridize(static_alloc=True, static_shape=True)
    return function
