"""The extension for Fourier transforms."""

from __future__ import annotations

from typing import Any

from ..core.ops import fourier
from .signatures import like

__all__ = fourier.__all__


def _of_lines(
    x: Any, /, *, n: Any = None, axis: int = -1, norm: str = "backward"
) -> Any: ...


def _of_grids(
    x: Any, /, *, s: Any = None, axes: Any = None, norm: str = "backward"
) -> Any: ...


def _frequencies(
    n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None
) -> Any: ...


def _shift(x: Any, /, *, axes: Any = None) -> Any: ...


fft, ifft, rfft, irfft, hfft, ihfft = like(
    _of_lines, "fft", "ifft", "rfft", "irfft", "hfft", "ihfft", of=fourier
)
fftn, ifftn, rfftn, irfftn = like(
    _of_grids, "fftn", "ifftn", "rfftn", "irfftn", of=fourier
)
fftfreq, rfftfreq = like(_frequencies, "fftfreq", "rfftfreq", of=fourier)
fftshift, ifftshift = like(_shift, "fftshift", "ifftshift", of=fourier)
