"""A case: one call that a hidden test asks of a submission.

What would be the right answer is not part of it: the grader asks the library.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """One call of one function.

    Parameters
    ----------
    function : str
        The function's bare name.
    args : tuple
        Made of tuples, lists, numbers, strings and `None`.
    says : tuple of str
        Where the right answer is an error: words that its message must hold.
    """

    function: str
    args: tuple[object, ...]
    says: tuple[str, ...] = ()
