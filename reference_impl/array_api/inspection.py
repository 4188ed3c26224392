"""What a program can ask the namespace about itself."""

from __future__ import annotations

from typing import Any

from ..core.device import HOST, Device, as_device, devices
from ..core.dtype import DEFAULT, SUPPORTED, Dtype, bfloat16, float16
from .data_types import isdtype, of_kind

__all__ = ["__array_namespace_info__"]

MAX_DIMENSIONS = 64  # NumPy's

# Of the dtypes, those that the standard has a name for.
STANDARD = {
    dtype.name: dtype for dtype in SUPPORTED if dtype not in (float16, bfloat16)
}


class Info:
    """The answers; a device may be named in any question, and all answer alike."""

    def capabilities(self) -> dict[str, Any]:
        """What the standard leaves to a library, and what this one does."""
        return {
            "boolean indexing": True,
            "data-dependent shapes": True,
            "max dimensions": MAX_DIMENSIONS,
        }

    def default_device(self) -> Device:
        """Where tensors are made if nothing is said."""
        return HOST

    def default_dtypes(self, *, device: Any = None) -> dict[str, Dtype]:
        """The dtypes that Python's numbers become, and that of indices."""
        as_device(device)  # or an error
        return {
            "real floating": DEFAULT[float],
            "complex floating": DEFAULT[complex],
            "integral": DEFAULT[int],
            "indexing": DEFAULT[int],
        }

    def dtypes(
        self, *, device: Any = None, kind: str | tuple[str, ...] | None = None
    ) -> dict[str, Dtype]:
        """The dtypes by name, all of them or those of one kind or several."""
        as_device(device)  # or an error
        if kind is None:
            return dict(STANDARD)
        for each in kind if isinstance(kind, tuple) else (kind,):
            of_kind(each, who="dtypes")  # or an error
        return {name: dtype for name, dtype in STANDARD.items() if isdtype(dtype, kind)}

    def devices(self) -> list[Device]:
        """All devices that tensors can lie on."""
        return devices()


def __array_namespace_info__() -> Info:
    """What the namespace says about itself."""
    return Info()
