"""What the layers of a model compute, and how long, in JAX.

A model like it is asked, with an observer around every layer.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import jax

from ..clock import Clock
from ..contract import in_order

_Run = Callable[[Mapping], object]


def activations(
    model: Mapping, names: Collection[str], run: _Run
) -> dict[str, jax.Array]:
    """The first result of each of these layers while `run` uses the model, by name."""
    seen: dict[str, jax.Array] = {}

    def after(name: str, out: Any) -> None:
        # A batch normalisation returns its next statistics beside the result.
        seen.setdefault(name, out[0] if isinstance(out, tuple) else out)

    run(_observed(model, lambda name, inputs: None, after))
    return in_order("jax", seen, names)


def layer_seconds(
    model: Mapping, names: Collection[str], run: _Run
) -> dict[str, float]:
    """The seconds of the first call of each of these layers, by name.

    JAX computes behind the program's back: each layer starts when its inputs are there,
    and is waited for.
    """
    clock = Clock(wait=jax.block_until_ready)
    run(_observed(model, clock.before, clock.after))
    return clock.seconds(names)


def _observed(
    model: Mapping,
    before: Callable[[str, Any], None],
    after: Callable[[str, Any], None],
    path: str = "",
) -> dict[str, Any]:
    """A model like this one, with `before` and `after` around every layer's call."""

    def around(name: str, apply: Callable[..., Any]) -> Callable[..., Any]:
        def observed(*inputs: Any) -> Any:
            before(name, inputs)
            out = apply(*inputs)
            after(name, out)
            return out

        return observed

    return {
        name: _observed(part, before, after, f"{path}{name}.")
        if isinstance(part, Mapping)
        else part._replace(apply=around(f"{path}{name}", part.apply))
        for name, part in model.items()
    }
