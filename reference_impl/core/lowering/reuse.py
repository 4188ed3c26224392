"""Results in the place of operands that nobody reads any more.

An op on single elements needs no second buffer if its operand is not needed again: it
may write each element where it has read one. That halves what the cache has to hold.
A copy of an operand, of which a part will be written over, is then no work at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ..kernel import Buffer, Kernel, Loop, Ref
from .step import Step, buffers_read, buffers_touched


def reusing(steps: Sequence[Step], fixed: Collection[Buffer]) -> list[Step]:
    """The steps, in which buffers that are not fixed are used again where possible."""
    found = [_inside(step, steps, fixed) for step in steps]
    return _busy(renamed(found, _places(found, fixed)))


def _inside(step: Step, steps: Sequence[Step], fixed: Collection[Buffer]) -> Step:
    """A loop whose iterations use those buffers again that nothing else touches."""
    if not isinstance(step, Loop):
        return step
    others = {
        buffer for each in steps if each is not step for buffer in buffers_touched(each)
    }
    first = {
        buffer: buffer in buffers_read(kernel)
        for kernel in reversed(step.body)
        for buffer in buffers_touched(kernel)
    }
    lasting = {buffer for buffer, is_read in first.items() if is_read}
    places = _places(step.body, {*fixed, *others, *lasting})
    body = _busy(renamed(step.body, places))
    return Loop(tuple(each for each in body if isinstance(each, Kernel)), step.count)


def _places(steps: Sequence[Step], fixed: Collection[Buffer]) -> dict[Buffer, Buffer]:
    """Which buffer takes the place of which."""
    first: dict[Buffer, int] = {}
    last: dict[Buffer, int] = {}
    for number, step in enumerate(steps):
        for buffer in buffers_touched(step):
            first.setdefault(buffer, number)
            last[buffer] = number
    places: dict[Buffer, Buffer] = {}
    for number, step in enumerate(steps):
        for read, written in _pairs(step, places):
            old, new = places.get(read.buffer, read.buffer), written.buffer
            if {old, new} & set(fixed) or old.nbytes != new.nbytes:
                continue
            if last[old] == number and first[new] == number:
                places[new] = old
                last[old] = last[new]
                break
    return places


def _pairs(step: Step, places: Mapping[Buffer, Buffer]) -> Iterator[tuple[Ref, Ref]]:
    """What a kernel reads and what may be written over it, element by element."""
    if not isinstance(step, Kernel):
        return
    for number, place in step.in_place:
        read, written = step.args[number], step.args[place]
        if not isinstance(read, Ref) or not isinstance(written, Ref):
            continue
        old = places.get(read.buffer, read.buffer)
        # All that is read of it, for another look at it would come too late.
        looks = [
            (i, ref)
            for i in step.reads
            if isinstance(ref := step.args[i], Ref)
            and places.get(ref.buffer, ref.buffer) is old
        ]
        is_whole = not any(ref.offset for ref in (written, *(ref for _, ref in looks)))
        if is_whole and all((i, place) in step.in_place for i, _ in looks):
            yield read, written


def _busy(steps: Sequence[Step]) -> list[Step]:
    """The steps without copies of elements to where they are."""
    return [step for step in steps if not _is_idle(step)]


def _is_idle(step: Step) -> bool:
    """Whether a kernel does nothing but write elements where it has read them."""
    if not isinstance(step, Kernel) or step.operations:
        return False
    same = {out for x, out in step.in_place if step.args[x] == step.args[out]}
    return bool(same) and same.issuperset(step.writes)


def renamed(steps: Sequence[Step], places: dict[Buffer, Buffer]) -> list[Step]:
    """The steps on other buffers; `places` says which is in the place of which."""
    return [_in_places(step, places) for step in steps] if places else list(steps)


def _in_places(step: Step, places: dict[Buffer, Buffer]) -> Step:
    if isinstance(step, Loop):
        return Loop(tuple(_kernel(each, places) for each in step.body), step.count)
    if isinstance(step, Kernel):
        return _kernel(step, places)
    inputs, outputs = (
        tuple(
            replace(view, buffer=places.get(view.buffer, view.buffer)) for view in views
        )
        for views in (step.inputs, step.outputs)
    )
    return replace(step, inputs=inputs, outputs=outputs)


def _kernel(kernel: Kernel, places: dict[Buffer, Buffer]) -> Kernel:
    args = tuple(
        replace(arg, buffer=places.get(arg.buffer, arg.buffer))
        if isinstance(arg, Ref)
        else arg
        for arg in kernel.args
    )
    return replace(kernel, args=args)
