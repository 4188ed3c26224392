"""Functions that C's library of mathematics and Python's `math` call by one name."""

from __future__ import annotations

from collections.abc import Callable

from ...dtype import INEXACT
from ...kinds import elementwise
from ...op import Op, Rule


def libm(
    name: str, *, slope: Rule, domain: tuple[float, float], kinds: str = INEXACT
) -> Callable[[Rule], Op]:
    """Declare a function of one number by its derivative `slope(out, x)`."""
    return elementwise(
        partials=lambda out, x: (slope(out, x),),
        py=f"math.{name}({{0}})",
        c=f"{name}{{f}}({{0}})",
        domain=domain,
        kinds=kinds,
    )
