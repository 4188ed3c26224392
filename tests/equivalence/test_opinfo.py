"""PyTorch's own samples of its ops: values and gradients in float64.

PyTorch tests its ops with a database of inputs chosen by the people who know where ops
break. Each of these samples is computed here and there, and pulled back with a random
cotangent. The tables that say how an op is spelled here stand in `opinfo.py`.
"""

from __future__ import annotations

import functools
import warnings
from typing import Any

import pytest
from equivalence.agreement import assert_close, pulled_back
from equivalence.opinfo import TRANSLATIONS, Unsupported

import reference_impl as ri
from reference_impl.core.tensor import Tensor

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
database = pytest.importorskip(
    "torch.testing._internal.common_methods_invocations",
    reason="PyTorch's sample database needs the package expecttest",
)

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("opinfo")]

# What this file promises to compare.
LEAST_NAMES, LEAST_SAMPLES = 97, 2700

DTYPES = {
    torch.bool: ri.bool,
    torch.int64: ri.int64,
    torch.float32: ri.float32,
    torch.float64: ri.float64,
}


@functools.cache
def entries() -> dict[str, list[Any]]:
    """The database's entries for every name that has a translation."""
    found: dict[str, list[Any]] = {name: [] for name in TRANSLATIONS}
    for entry in database.op_db:
        if entry.name in found and torch.float64 in entry.dtypes:
            found[entry.name].append(entry)
    return found


def samples(name: str) -> list[tuple[Any, Any]]:
    """Pairs of a function of PyTorch's and a sample of its arguments."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            (entry, sample)
            for entry in entries()[name]
            for sample in entry.sample_inputs(
                "cpu", torch.float64, requires_grad=entry.supports_autograd
            )
        ]


def converted(argument: Any, leaves: list[tuple[Any, Tensor]]) -> Any:
    """Arguments in our types; those that a gradient is about go into `leaves`, too."""
    if isinstance(argument, torch.Tensor):
        x = ri.tensor(argument.numpy(force=True))
        if argument.requires_grad:
            x = ri.variable(x)
            leaves.append((argument, x))
        return x
    if isinstance(argument, (list, tuple, torch.Size)):
        kind = list if isinstance(argument, list) else tuple
        return kind(converted(each, leaves) for each in argument)
    if isinstance(argument, dict):
        return {key: converted(each, leaves) for key, each in argument.items()}
    return DTYPES.get(argument, argument) if argument.__hash__ else argument


def results(out: Any, kind: type) -> list[Any]:
    """The tensors among what a function returned."""
    if isinstance(out, kind):
        return [out]
    return [x for x in out if isinstance(x, kind)]


def compare(name: str, entry: Any, sample: Any) -> None:
    """One sample: the value, and the pullback of a random cotangent."""
    leaves: list[tuple[Any, Tensor]] = []
    args = converted((sample.input, *sample.args), leaves)
    options = converted(sample.kwargs, leaves)
    ours = results(TRANSLATIONS[name](*args, **options), Tensor)
    theirs = results(entry(sample.input, *sample.args, **sample.kwargs), torch.Tensor)
    assert len(ours) == len(theirs), f"{name}: {len(ours)} results, {len(theirs)}"
    what = f"{name}({sample.summary()})"
    for came, needed in zip(ours, theirs, strict=True):
        assert_close(came, needed, what)
    moved = [
        (came, needed)
        for came, needed in zip(ours, theirs, strict=True)
        if needed.requires_grad and needed.dtype == torch.float64
    ]
    if not (leaves and moved):
        return
    seeds = [torch.randn_like(needed) for _, needed in moved]
    expected = torch.autograd.grad(
        [needed for _, needed in moved],
        [x for x, _ in leaves],
        seeds,
        allow_unused=True,
    )
    flown = pulled_back(
        [came for came, _ in moved],
        [x for _, x in leaves],
        [g.numpy() for g in seeds],
    )
    for (x, _), came, needed in zip(leaves, flown, expected, strict=True):
        needed = torch.zeros_like(x) if needed is None else needed
        assert_close(came, needed, f"gradient of {what}")


@functools.cache
def compared(name: str) -> tuple[int, dict[str, int]]:
    """How many samples of a name agree, and how many were left out, by reason."""
    count, refused = 0, dict[str, int]()
    for entry, sample in samples(name):
        try:
            compare(name, entry, sample)
        except Unsupported as reason:
            refused[str(reason)] = refused.get(str(reason), 0) + 1
        else:
            count += 1
    return count, refused


@pytest.mark.parametrize("name", TRANSLATIONS)
def test_values_and_gradients_are_those_of_pytorch(name):
    count, refused = compared(name)

    assert count, f"{name}: no sample was compared; left out: {refused}"


def test_as_many_names_and_samples_as_promised():
    counts = [compared(name)[0] for name in TRANSLATIONS]

    assert len(counts) >= LEAST_NAMES
    assert sum(counts) >= LEAST_SAMPLES
