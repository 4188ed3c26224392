"""Functions of single elements: each result depends on one element of each operand.

One module for each family. What concerns complex numbers only is in
`complex_numbers`, and so are `abs` and `sign`, which treat them apart.
"""

from . import (
    arithmetic,
    bitwise,
    comparison,
    conversion,
    exponential,
    powers,
    rounding,
    selection,
    special,
    trigonometric,
)
from .arithmetic import *  # noqa: F403
from .bitwise import *  # noqa: F403
from .comparison import *  # noqa: F403
from .conversion import *  # noqa: F403
from .exponential import *  # noqa: F403
from .powers import *  # noqa: F403
from .rounding import *  # noqa: F403
from .selection import *  # noqa: F403
from .special import *  # noqa: F403
from .trigonometric import *  # noqa: F403

# No `__all__`: a type checker would have to be given every name once more.
FAMILIES = (
    arithmetic,
    bitwise,
    comparison,
    conversion,
    exponential,
    powers,
    rounding,
    selection,
    special,
    trigonometric,
)
