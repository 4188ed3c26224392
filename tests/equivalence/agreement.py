"""One module of PyTorch's and its translation: do they compute the same?

Values, gradients with a random cotangent by every parameter and input, and running
statistics, in float64. Parameters and statistics are random first, for those that
PyTorch begins with, such as ones and zeros, hide mistakes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn
from reference_impl.core.tensor import UNTRACKED

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

# Of the largest element of a result (DESIGN, tier 1); correct code stays below 1e-13.
TOLERANCE = 1e-12

# Samples are of the size of 1 to 10; what is smaller than this is left of cancellation.
LEAST_SCALE = 1e-2

# Statistics of PyTorch's modules, and the fields of ours that hold them.
STATISTICS = {"running_mean": "mean", "running_var": "variance"}


class Leaves:
    """Turns tensors of PyTorch's into ours, and remembers what gradients are about.

    A parameter that is taken twice is the same variable. What a translation does to it,
    such as transposing it, is differentiated as well, so the gradient that is compared
    is that by PyTorch's own parameter.
    """

    def __init__(self) -> None:
        self.pairs: dict[int, tuple[Any, ri.Tensor]] = {}

    def __call__(self, given: Any) -> Any:
        """What is given, in our types; containers of tensors as well."""
        if isinstance(given, torch.Tensor):
            return self._tensor(given)
        if isinstance(given, (list, tuple)):
            return type(given)(self(each) for each in given)
        if isinstance(given, dict):
            return {key: self(each) for key, each in given.items()}
        return given

    def _tensor(self, given: Any) -> ri.Tensor:
        if id(given) in self.pairs:
            return self.pairs[id(given)][1]
        x = ri.tensor(given.numpy(force=True).copy())
        if given.requires_grad:
            x = ri.variable(x)
            self.pairs[id(given)] = given, x
        return x


Translation = Callable[[Any, Leaves], Any]


def randomise(module: Any) -> None:
    """Random values for parameters and statistics; variances stay positive."""
    for x in module.parameters():
        x.data = torch.randn_like(x)
    for x in module.buffers():
        if x.is_floating_point():
            x.data = torch.rand_like(x) + 0.5


def assert_agreement(
    module: Any, translation: Translation, *args: Any, **options: Any
) -> None:
    """The module and its translation have the same values, gradients and statistics."""
    randomise(module)
    if "input" in options:  # the one name that PyTorch and a layer do not share
        args = (options.pop("input"), *args)
    leaves, what = Leaves(), str(module).replace("\n", " ")
    layer = translation(module, leaves)
    given, named = leaves(list(args)), leaves(options)
    if module.training and isinstance(layer, nn.Layer):
        out, layer = layer.training(*given, **named)
    else:
        out = layer(*given, **named)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = module(*args, **options)
    ours, theirs = list(tensors(out)), list(tensors(expected))
    assert len(ours) == len(theirs), f"{what}: {len(ours)} results, {len(theirs)}"
    for came, needed in zip(ours, theirs, strict=True):
        assert_close(came, needed, what)
    for name, buffer in module.named_buffers():
        if name in STATISTICS:
            came = getattr(layer, STATISTICS[name])
            assert_close(came, buffer, f"{name} of {what}")
    _assert_equal_gradients(ours, theirs, leaves, what)


def _assert_equal_gradients(
    ours: list[ri.Tensor], theirs: list[Any], leaves: Leaves, what: str
) -> None:
    outs = [
        pair
        for pair in zip(ours, theirs, strict=True)
        if pair[1].requires_grad and pair[1].is_floating_point()
    ]
    if not (leaves.pairs and outs):
        return
    by_theirs, by_ours = zip(*leaves.pairs.values(), strict=True)
    seeds = [torch.randn_like(needed) for _, needed in outs]
    expected = torch.autograd.grad(
        [needed for _, needed in outs], by_theirs, seeds, allow_unused=True
    )
    flown = pulled_back([came for came, _ in outs], by_ours, [g.numpy() for g in seeds])
    for x, came, needed in zip(by_theirs, flown, expected, strict=True):
        needed = torch.zeros_like(x) if needed is None else needed
        assert_close(came, needed, f"gradient by {tuple(x.shape)} of {what}")


def tensors(results: Any) -> Iterator[Any]:
    """The tensors among what was returned, in order; `None` has none."""
    if isinstance(results, (torch.Tensor, ri.Tensor)):
        yield results
    elif results is not None:
        for each in results:
            yield from tensors(each)


def assert_close(ours: ri.Tensor, theirs: Any, what: str) -> None:
    """Equal shapes, and elements that differ by rounding; others are equal."""
    came, needed = ours.numpy(), theirs.numpy(force=True)
    assert came.shape == needed.shape, f"{what}: {came.shape}, {needed.shape}"
    if needed.dtype.kind != "f":
        np.testing.assert_array_equal(came, needed, err_msg=what)
        return
    finite = needed[np.isfinite(needed)]
    scale = np.abs(finite).max(initial=LEAST_SCALE)
    np.testing.assert_allclose(
        came, needed, rtol=0, atol=TOLERANCE * scale, equal_nan=True, err_msg=what
    )


def pulled_back(outs: Any, variables: Any, seeds: Any) -> Any:
    """The gradients of the sum of products with the seeds."""
    parts = [ri.sum(out * ri.tensor(g)) for out, g in zip(outs, seeds, strict=True)]
    loss = parts[0]
    for part in parts[1:]:
        loss = loss + part
    if loss.root == UNTRACKED:  # such as the zeroth power of a matrix
        return [ri.zeros_like(x) for x in variables]
    return ri.backward(loss, variables)
