"""A mistake that is planted in an adapter, and where the check must find it."""

from typing import NamedTuple

FORWARD = "forward differs first in "
GRADIENT = "gradient differs first in "
TRAINING = "training differs "


class Plant(NamedTuple):
    """A mistake: a text that stands once in a file of an adapter, and another one.

    `found` is a regular expression for the place that the check must name, in `dtype`.
    Without a `mode` it is found in the framework's first; else there only. What is
    costly takes over 15 seconds to load, trace and compile; others of its kind are not.
    """

    model: str
    framework: str
    file: str
    text: str
    instead: str
    found: str
    mode: str = ""
    dtype: str = "float64"
    is_costly: bool = False
