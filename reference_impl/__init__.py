"""A deep-learning framework from scratch, written to be read.

    import reference_impl as ri

    gradient = ri.grad(lambda x: ri.sum(x * x))
    gradient(ri.tensor([1.0, 2.0]))  # tensor([2., 4.], dtype=float32)

The functions are those of the Array API standard where it has them.
"""

from . import array_api
from .core import random, tree
from .core.autodiff import backward, grad, jvp, value_and_grad, vjp
from .core.compile import compile
from .core.control import cond, scan, while_loop
from .core.custom import checkpoint, custom_jvp, custom_vjp
from .core.device import CPU, device, register_device
from .core.dtype import (
    bfloat16,
    complex64,
    complex128,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from .core.dtype import bool_ as bool
from .core.errors import (
    AxisError,
    CaptureError,
    DeviceError,
    DtypeError,
    FileError,
    FreedError,
    GradientError,
    IndexRangeError,
    KeyReuseError,
    MappingError,
    NoValueError,
    OutOfMemoryError,
    RangeError,
    ShapeError,
    TreeError,
)
from .core.graph import Graph, capture
from .core.jacobian import hessian, hvp, jacobian
from .core.ops import *  # noqa: F403
from .core.ops import __all__ as _ops
from .core.ops import fourier as fft
from .core.scope import scope
from .core.tensor import Tensor, tensor, variable
from .io import gradient, load_graph, primitives, save_graph, source

__version__ = "0.1.0"

__all__ = [
    "cond",
    "scan",
    "while_loop",
    "checkpoint",
    "custom_jvp",
    "custom_vjp",
    "hessian",
    "hvp",
    "jacobian",
    "KeyReuseError",
    "uint64",
    "uint32",
    "uint16",
    "uint8",
    "int16",
    "int8",
    "float16",
    "complex128",
    "complex64",
    "bfloat16",
    "AxisError",
    "CPU",
    "CaptureError",
    "DeviceError",
    "DtypeError",
    "FileError",
    "FreedError",
    "GradientError",
    "Graph",
    "IndexRangeError",
    "MappingError",
    "NoValueError",
    "OutOfMemoryError",
    "RangeError",
    "ShapeError",
    "Tensor",
    "TreeError",
    "array_api",
    "bool",
    "capture",
    "compile",
    "device",
    "fft",
    "float32",
    "float64",
    "backward",
    "vjp",
    "variable",
    "grad",
    "int32",
    "int64",
    "jvp",
    "gradient",
    "load_graph",
    "primitives",
    "random",
    "register_device",
    "save_graph",
    "scope",
    "source",
    "tensor",
    "tree",
    "value_and_grad",
    *_ops,
]
