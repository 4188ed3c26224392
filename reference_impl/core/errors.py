"""The errors that a user can cause, one class for each kind of mistake.

Every message says who complains, what was needed and what came. Where Python has
a class for the kind of mistake (`ValueError`, `TypeError`), ours derives from it.
"""


class MappingError(Exception):
    """Base of every error that this framework raises on purpose.

    Python's own `TypeError` remains where a tensor or an op is used as Python's syntax
    does not allow: a wrong number of operands, `len` of a number, `x[i] = y`.
    """


class ShapeError(MappingError, ValueError):
    """Sizes or axes do not fit together."""


class AxisError(ShapeError, IndexError):
    """An axis is named that a tensor does not have."""


class RangeError(MappingError, ValueError):
    """A value lies outside of what is allowed."""


class IndexRangeError(RangeError, IndexError):
    """An index lies outside of an axis, or does not fit the axes that there are."""


class DtypeError(MappingError, TypeError):
    """Element types do not fit together, or a function has no meaning for one."""


class TreeError(MappingError, ValueError):
    """Two trees that must have equal structure differ."""


class DeviceError(MappingError, ValueError):
    """A device does not exist, or tensors of several meet."""


class OutOfMemoryError(MappingError, MemoryError):
    """A pool has no room within its capacity, or the system refuses memory."""


class FreedError(MappingError, RuntimeError):
    """Something was read, or freed again, after it had been freed by hand."""


class NoValueError(MappingError, TypeError):
    """A value was asked of a tensor that stands for one that is not known yet."""


class GradientError(MappingError, ValueError):
    """A derivative was asked of something that has none."""


class CaptureError(MappingError, TypeError):
    """A function cannot be turned into a graph, or a graph cannot be run."""


class CompileError(MappingError, RuntimeError):
    """Generated text cannot be made machine code, or that cannot be made a function.

    The message names the function, the file that holds its text, and the reason.
    """


class FileError(MappingError, ValueError):
    """A file is damaged, or does not hold what its format says."""


class KeyReuseError(MappingError, RuntimeError):
    """A random key was used a second time, which would repeat its numbers."""


class NonFiniteError(MappingError, ArithmeticError):
    """A number is infinite or none where training needs a finite one."""
