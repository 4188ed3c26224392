"""A process with one framework in it, which computes random models.

    python -m random_models.worker FRAMEWORK CORE,CORE

`workbench.worker` says how it is asked.
"""

from __future__ import annotations

import importlib.util
import runpy
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache, partial
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from random_models.model import ROUNDING, TAP, from_json, wired
from random_models.refusals import refuse

from adapters.contract import Arrays, Unsupported
from workbench.worker import serve

LAYERS = Path(__file__).resolve().parent / "layers"
WITNESSES = LAYERS.parent / "witnesses"
ADAPTED = LAYERS.parent / "adapted"


def functions(framework: str, folder: Path) -> ModuleType:
    """The framework's functions in a folder: its table of layers, or its witnesses.

    It is loaded by its path: as `jax.py` it must not hide JAX.
    """
    place = folder / f"{framework}.py"
    name = f"{folder.name}_of_{framework}"
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Jobs:
    """What can be asked of a framework."""

    def __init__(self, framework: str, tensor: ModuleType, threads: int) -> None:
        tensor.configure(threads)
        self._framework, self._tensor = framework, tensor
        self._functions = cache(partial(functions, framework))

    def versions(self) -> dict[str, str]:
        """The versions that results depend on."""
        return self._tensor.versions()

    def run(
        self,
        *,
        model: dict[str, Any],
        computed_in: str | None = None,
        perturbed: int | None = None,
        layers: str | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """The model's values and gradients, or why there are none.

        Parameters
        ----------
        computed_in : str, optional
            Another dtype than that in which the model's arrays are drawn.
        perturbed : int, optional
            The seed of roundings of float32 that every array and every result gets.
        layers : str, optional
            A folder with other tables of layers than those of `layers`.
        options
            Of the framework's `differentiated`.
        """
        wanted = from_json(model)
        try:
            refuse(self._framework, wanted)
        except Unsupported as unsupported:
            return {"unsupported": str(unsupported)}
        arrays = wanted.arrays()
        if computed_in is not None:
            arrays = {n: _cast(array, computed_in) for n, array in arrays.items()}
        tables = self._functions(Path(layers or LAYERS))
        wiring = partial(wired, wanted, tables)

        def computed() -> tuple[Arrays, Arrays]:
            results = tables.differentiated(wiring, arrays, **options)
            if perturbed is None:
                return results
            rng = np.random.default_rng(perturbed)
            rounded = _rounded(arrays, results[0], rng)
            return tables.differentiated(wiring, rounded, **options)

        return _answer(computed)

    def adapted(self, *, model: dict[str, Any]) -> dict[str, Any]:
        """What a chain of the adapter's own layers computes, as `run` says it."""
        wanted = from_json(model)
        chain = self._functions(ADAPTED)
        return _answer(lambda: chain.differentiated(wanted, wanted.arrays()))

    def witness(self, *, name: str) -> dict[str, float]:
        """How far something is from what is right, as a finding says."""
        return {"apart": float(getattr(self._functions(WITNESSES), name)())}

    def program(self, *, path: str) -> dict[str, str]:
        """What a program prints that is run in this process."""
        with redirect_stdout(StringIO()) as printed:
            runpy.run_path(path)
        return {"printed": printed.getvalue()}


def _answer(computed: Callable[[], tuple[Arrays, Arrays]]) -> dict[str, Any]:
    """Values and gradients, or an exception: a finding like any other."""
    try:
        values, gradients = computed()
    except Exception as error:
        return {"raised": f"{type(error).__name__}: {str(error)[:500]}"}
    return {"values": _plain(values), "gradients": _plain(gradients)}


def _cast(array: np.ndarray, dtype: str) -> np.ndarray:
    return array.astype(dtype) if array.dtype.kind == "f" else array


def _rounded(arrays: Arrays, values: Arrays, rng: np.random.Generator) -> Arrays:
    """Arrays as if rounded to float32; taps do that to what they are added to."""
    found = dict(arrays)
    for name, array in arrays.items():
        if array.dtype.kind == "f":
            noise = ROUNDING["float32"] * rng.uniform(-1, 1, array.shape)
            is_tap = name.endswith(TAP)
            found[name] = (
                noise * values[name.removesuffix(TAP)]
                if is_tap
                else array * (1 + noise)
            )
    return found


def _plain(arrays: Arrays) -> dict[str, Any]:
    """Arrays as JSON has them; its numbers are exact."""
    return {
        name: {"shape": a.shape, "dtype": a.dtype.name, "elements": a.ravel().tolist()}
        for name, a in arrays.items()
    }


def main(framework: str, cores: str) -> None:
    """Answer what `Jobs` can be asked."""
    serve(f"adapters.{framework}.tensor", partial(Jobs, framework), cores)


if __name__ == "__main__":
    main(*sys.argv[1:])
