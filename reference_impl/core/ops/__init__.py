"""Every op and every function that is composed of ops.

Each module lists in `__all__` what it offers; together they are the public functions.
"""

from . import complex_numbers, contraction, creation, elementwise, movement, reduction
from .complex_numbers import *  # noqa: F403
from .contraction import *  # noqa: F403
from .creation import *  # noqa: F403
from .elementwise import *  # noqa: F403
from .movement import *  # noqa: F403
from .reduction import *  # noqa: F403

MODULES = (complex_numbers, contraction, creation, elementwise, movement, reduction)

__all__ = [name for module in MODULES for name in module.__all__]
