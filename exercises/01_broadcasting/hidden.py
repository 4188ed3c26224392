"""The hidden tests of broadcasting: each function draws the cases of one of them.

The right answers are not written down: the grader asks the library. Shapes that do
not fit come beside twins that do, so that a function which always raises passes
nothing.
"""

from __future__ import annotations

from random import Random

from exercises.case import Case
from reference_impl.core.shape import Shape


def equal_shapes_stay_as_they_are(rng: Random) -> list[Case]:
    """Twice the same shape, from that of a number up to four axes."""
    return [_call(*[_shape(rng, ndim)] * 2) for ndim in (0, 1, 2, 3, 4)]


def a_size_of_one_stretches(rng: Random) -> list[Case]:
    """Ones on either side, on both sides, and beside one another."""
    full = [_shape(rng, ndim) for ndim in (1, 2, 3, 4, 5)]
    return [_call(*_shuffled(rng, _thinned(rng, s), s)) for s in full] + [
        _call(_thinned(rng, s), _thinned(rng, s)) for s in full
    ]


def a_missing_axis_stretches(rng: Random) -> list[Case]:
    """A shape beside its own last axes, which may be none at all."""
    full = [_shape(rng, ndim) for ndim in (1, 2, 3, 4, 5)]
    return [_call(s, s[rng.randint(1, len(s)) :]) for s in full] + [
        _call(_thinned(rng, s[rng.randint(1, len(s)) :]), s) for s in full
    ]


def any_number_of_shapes_broadcasts(rng: Random) -> list[Case]:
    """None, one, and more than two."""
    return [_call()] + [
        _call(*_parts(rng, _shape(rng, 4), count)) for count in (1, 3, 3, 4, 4, 5, 5)
    ]


def a_size_of_zero_is_a_size_like_any_other(rng: Random) -> list[Case]:
    """Zero beside one fits, beside zero too; beside any other size it clashes."""
    empty = [_with_size(_shape(rng, 3), axis, 0) for axis in range(3)]
    ones = [_with_size(s, s.index(0), 1) for s in empty]
    twos = [_with_size(s, s.index(0), rng.randint(2, 9)) for s in empty]
    return [
        *(_call(*_shuffled(rng, s, one)) for s, one in zip(empty, ones, strict=True)),
        *(_call(*_shuffled(rng, s, two)) for s, two in zip(empty, twos, strict=True)),
        *(_call(s, s) for s in empty),
    ]


def sizes_that_differ_raise_a_shape_error(rng: Random) -> list[Case]:
    """A clash on any axis, between any two of the shapes, named in the message."""
    return [
        case
        for ndim in (1, 2, 3, 4)
        for between in (0, 2)
        for case in _clash_and_twin(rng, ndim, between)
    ]


def _clash_and_twin(rng: Random, ndim: int, between: int) -> tuple[Case, Case]:
    """Two shapes that clash, others that fit between them; and a twin that fits."""
    axis = rng.randrange(ndim)
    sizes = rng.sample(range(11, 100), 2)
    full = _shape(rng, ndim)
    first, second = (_with_size(full, axis, size) for size in sizes)
    others = _parts(rng, _with_size(full, axis, 1), between)
    return (
        _call(first, *others, second, says=tuple(map(str, sizes))),
        _call(first, *others, first),
    )


def _call(*shapes: Shape, says: tuple[str, ...] = ()) -> Case:
    return Case("broadcast_shapes", shapes, says=says)


def _shape(rng: Random, ndim: int) -> Shape:
    return tuple(rng.randint(2, 9) for _ in range(ndim))


def _thinned(rng: Random, shape: Shape) -> Shape:
    """The same shape with some sizes made one."""
    return tuple(rng.choice((1, size)) for size in shape)


def _parts(rng: Random, shape: Shape, count: int) -> list[Shape]:
    """Shapes that all stretch to this one."""
    return [_thinned(rng, shape[rng.randint(0, len(shape)) :]) for _ in range(count)]


def _with_size(shape: Shape, axis: int, size: int) -> Shape:
    return (*shape[:axis], size, *shape[axis + 1 :])


def _shuffled(rng: Random, *shapes: Shape) -> list[Shape]:
    return rng.sample(shapes, len(shapes))
