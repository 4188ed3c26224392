"""Which arrays of a nest may share their memory, one being written over the other.

If what is written at a place depends on the element that was read there, it is written
later, in every language and after all that compilers do to it. So a kernel may work in
place: nothing is lost as long as no other array of the nest is in that memory too.
"""

from __future__ import annotations

from collections.abc import Iterator

from .nest import Load, Nest, Reduce, Store, operands


def in_place(nest: Nest) -> Iterator[tuple[int, int]]:
    """Pairs of arrays, read and written; their strides that are arguments must agree.

    A reduction depends on elements from many places, so it counts as depending on none.
    """
    origins: list[set[int]] = []  # the arrays that each value depends on
    for statement in nest.statements:
        found = set().union(*(origins[i] for i in operands(statement)))
        match statement:
            case Load(array):
                found = {array}
            case Reduce():
                found = set()
            case Store(array):
                alike = nest.arrays[array]
                yield from ((k, array) for k in found if nest.arrays[k] == alike)
        origins.append(found)
