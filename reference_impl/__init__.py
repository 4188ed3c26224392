"""A deep-learning framework from scratch, written to be read.

    import reference_impl as ri

    gradient = ri.grad(lambda x: ri.sum(x * x))
    gradient(ri.tensor([1.0, 2.0]))  # tensor([2., 4.], dtype=float32)

The functions are those of the Array API standard where it has them.
"""

from . import array_api
from .core import random, tree
from .core.autodiff import backward, grad, jvp, value_and_grad, vjp
from .core.checkpoint import checkpoint
from .core.compile import compile
from .core.cond import cond
from .core.custom import custom_jvp, custom_vjp
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
from .core.elements import tensor
from .core.errors import (
    AxisError,
    CaptureError,
    CompileError,
    DeviceError,
    DtypeError,
    FileError,
    FreedError,
    GradientError,
    IndexRangeError,
    KeyReuseError,
    MappingError,
    NonFiniteError,
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
from .core.passes import optimise
from .core.passes.liveness import peak_bytes
from .core.passes.mixed_precision import mixed_precision
from .core.passes.rematerialise import rematerialise
from .core.scan import scan
from .core.scope import scope
from .core.tensor import Tensor, variable
from .core.threads import set_threads, threads
from .core.while_loop import while_loop
from .io import gradient, load_graph, primitives, save_graph, source

__version__ = "0.1.0"

__all__ = [
    "AxisError",
    "CPU",
    "CaptureError",
    "CompileError",
    "DeviceError",
    "DtypeError",
    "FileError",
    "FreedError",
    "GradientError",
    "Graph",
    "IndexRangeError",
    "KeyReuseError",
    "MappingError",
    "NoValueError",
    "NonFiniteError",
    "OutOfMemoryError",
    "RangeError",
    "ShapeError",
    "Tensor",
    "TreeError",
    "array_api",
    "backward",
    "bfloat16",
    "bool",
    "capture",
    "checkpoint",
    "compile",
    "complex128",
    "complex64",
    "cond",
    "custom_jvp",
    "custom_vjp",
    "device",
    "fft",
    "float16",
    "float32",
    "float64",
    "grad",
    "gradient",
    "hessian",
    "hvp",
    "int16",
    "int32",
    "int64",
    "int8",
    "jacobian",
    "jvp",
    "load_graph",
    "mixed_precision",
    "optimise",
    "peak_bytes",
    "primitives",
    "random",
    "register_device",
    "rematerialise",
    "save_graph",
    "scan",
    "scope",
    "source",
    "tensor",
    "set_threads",
    "threads",
    "tree",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "value_and_grad",
    "variable",
    "vjp",
    "while_loop",
    *_ops,
]
