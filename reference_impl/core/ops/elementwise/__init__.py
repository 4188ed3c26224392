"""Functions of single elements: each result depends on one element of each operand.

One module for each family. What concerns complex numbers only is in
`complex_numbers`, and so are `abs` and `sign`, which treat them apart.
"""
# ruff: noqa: F403

from .arithmetic import *
from .bitwise import *
from .comparison import *
from .conversion import *
from .exponential import *
from .gamma import *
from .powers import *
from .rounding import *
from .selection import *
from .special import *
from .trigonometric import *
