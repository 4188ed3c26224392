"""Random programs for "eager = captured = optimised = planned", drawn by Hypothesis.

A program is a list of instructions, each an op of values that are there already: the
arguments, and the results of instructions before it. Shapes are small, sizes of 1 are
common. After each instruction values are brought back into a safe domain, [-4, 4] or
so, by ops that are smooth and do not enlarge differences, so that a rounding error
stays one and comparisons are never a matter of the last bit.

    @given(programs())
    def test_a_compiled_program_computes_what_it_does_eagerly(program):
        ...
        program(*program.arguments(ri.float64))
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

import reference_impl as ri

Shape = tuple[int, ...]

SIZES = st.sampled_from([1, 1, 2, 3, 4])
SHAPES = st.lists(SIZES, max_size=3).map(tuple)

# Of one operand that may be any number of the domain, or what is made of it.
UNARY: dict[str, Callable[[Any], Any]] = {
    "exp": lambda x: ri.exp(x * 0.25),
    "tanh": ri.tanh,
    "sigmoid": ri.sigmoid,
    "sin": ri.sin,
    "relu": ri.relu,
    "negative": lambda x: -x,
    "twice_negative": lambda x: ri.negative(-x),
    "abs": ri.abs,
    "square": lambda x: x * x * 0.25,
    "sqrt": lambda x: ri.sqrt(ri.abs(x) + 0.5),
    "log": lambda x: ri.log(ri.abs(x) + 0.5),
    "halved": lambda x: x / 2.0,
    "times_one": lambda x: x * 1.0,
    "less_nothing": lambda x: x - 0.0,
    "gelu": lambda x: 0.5 * x * (1.0 + ri.tanh(0.8 * x)),
    "softmax": lambda x: ri.softmax(x, axis=-1) if x.ndim else x,
    "log_softmax": lambda x: ri.log_softmax(x, axis=-1) if x.ndim else x,
    "logsumexp": lambda x: ri.logsumexp(x, axis=0) if x.ndim else x,
    "clip": lambda x: ri.clip(x, -1.25, 1.75),
}

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda x, y: (x + y) * 0.5,
    "subtract": lambda x, y: (x - y) * 0.5,
    "multiply": lambda x, y: x * y * 0.25,
    "divide": lambda x, y: x / (ri.abs(y) + 1.0),
    "maximum": ri.maximum,
    "where": lambda x, y: ri.where(y > 0.0, x, y),
}


@dataclass(frozen=True)
class Instruction:
    """An op of earlier values, and its text for a falsifying example."""

    text: str
    apply: Callable[..., Any]
    operands: tuple[int, ...]

    def __repr__(self) -> str:
        return f"{self.text}{list(self.operands)}"


@dataclass(frozen=True)
class Program:
    """A function of arrays; `results` are the positions of the values it returns."""

    shapes: tuple[Shape, ...]
    instructions: tuple[Instruction, ...]
    results: tuple[int, ...]
    seed: int

    def __call__(self, *arguments: Any) -> list[Any]:
        """What the program computes, eagerly or in a capture."""
        values = list(arguments)
        for each in self.instructions:
            values.append(each.apply(*(values[i] for i in each.operands)))
        return [values[i] for i in self.results]

    def arguments(self, dtype: Any = ri.float64) -> list[ri.Tensor]:
        """Random arguments, the same each time."""
        rng = np.random.default_rng(self.seed)
        drawn = (rng.uniform(-2, 2, size=shape) for shape in self.shapes)
        return [ri.tensor(np.asarray(x), dtype=dtype) for x in drawn]


@st.composite
def programs(draw: Any, most: int = 12, *, has_loops: bool = True) -> Program:
    """Programs of up to `most` instructions."""
    shapes = draw(st.lists(SHAPES, min_size=1, max_size=3))
    known: list[Shape] = list(shapes)
    instructions = []
    kinds = list(_KINDS if has_loops else _KINDS[:-2])
    for _ in range(draw(st.integers(1, most))):
        instruction = draw(st.sampled_from(kinds))(draw, known)
        if instruction is None:
            continue
        like = [ri.zeros(known[i], dtype=ri.float64) for i in instruction.operands]
        known.append(ri.capture(instruction.apply, *like).outputs[0].shape)
        instructions.append(instruction)
    last = len(known) - 1
    also = draw(st.lists(st.integers(0, last), max_size=2))
    seed = draw(st.integers(0, 2**16))
    return Program(tuple(shapes), tuple(instructions), (last, *also), seed)


def _any(draw: Any, known: list[Shape]) -> int:
    """The position of some value, rather a late one."""
    back = draw(st.integers(0, min(len(known) - 1, 5)))
    return len(known) - 1 - back


def _unary(draw: Any, known: list[Shape]) -> Instruction:
    name = draw(st.sampled_from(sorted(UNARY)))
    return Instruction(name, UNARY[name], (_any(draw, known),))


def _binary(draw: Any, known: list[Shape]) -> Instruction:
    name = draw(st.sampled_from(sorted(BINARY)))
    i, j = _any(draw, known), _any(draw, known)
    try:
        np.broadcast_shapes(known[i], known[j])
    except ValueError:
        j = i
    return Instruction(name, BINARY[name], (i, j))


def _reduction(draw: Any, known: list[Shape]) -> Instruction | None:
    i = _any(draw, known)
    if not known[i]:
        return None
    axis, keepdims = draw(st.integers(0, len(known[i]) - 1)), draw(st.booleans())
    name = draw(st.sampled_from(["sum", "mean", "max", "norm"]))
    count = known[i][axis]

    def apply(x: Any) -> Any:
        if name == "norm":
            return ri.norm(x, axis=axis, keepdims=keepdims) / math.sqrt(count)
        out = getattr(ri, name)(x, axis=axis, keepdims=keepdims)
        return out / float(count) if name == "sum" else out

    return Instruction(f"{name}(axis={axis}, keepdims={keepdims})", apply, (i,))


def _movement(draw: Any, known: list[Shape]) -> Instruction | None:
    i = _any(draw, known)
    shape = known[i]
    name = draw(st.sampled_from(["permute", "reshape", "flip", "slice", "broadcast"]))
    if name == "permute":
        axes = tuple(draw(st.permutations(range(len(shape)))))
        return Instruction(f"permute{axes}", lambda x: ri.permute_dims(x, axes), (i,))
    if name == "reshape":
        target = draw(st.sampled_from([(-1,), (*shape, 1), (1, *shape), shape[::-1]]))
        return Instruction(f"reshape{target}", lambda x: ri.reshape(x, target), (i,))
    if name == "broadcast":
        if len(shape) > 2:
            return None
        target = (draw(SIZES), *shape)
        return Instruction(
            f"broadcast_to{target}", lambda x: ri.broadcast_to(x, target), (i,)
        )
    if not shape:
        return None
    if name == "flip":
        return Instruction("flip(axis=0)", lambda x: ri.flip(x, axis=0), (i,))
    start = draw(st.integers(0, shape[0] - 1))
    stop = draw(st.integers(start + 1, shape[0]))
    return Instruction(f"[{start}:{stop}]", lambda x: x[start:stop], (i,))


def _joining(draw: Any, known: list[Shape]) -> Instruction | None:
    i = _any(draw, known)
    if not known[i] or math.prod(known[i]) > 64:
        return None
    if draw(st.booleans()):
        return Instruction("concat", lambda x: ri.concat([x, -x]), (i,))

    def halves(x: Any) -> Any:
        rows = ri.split(x, x.shape[0])
        return rows[0] * 0.5 + rows[-1] * 0.5

    return Instruction("split", halves, (i,))


def _product(draw: Any, known: list[Shape]) -> Instruction | None:
    i = _any(draw, known)
    if not known[i]:
        return None
    K = known[i][-1]
    matching = [j for j, s in enumerate(known) if len(s) == 2 and s[0] == K]
    if matching and draw(st.booleans()):
        j = draw(st.sampled_from(matching))
        return Instruction("matmul", lambda x, y: (x @ y) / float(K), (i, j))

    def gram(x: Any) -> Any:
        rows = ri.reshape(x, (-1, K))
        return (rows.T @ rows) / float(max(rows.shape[0], 1))

    return Instruction("gram", gram, (i,))


def _loop(draw: Any, known: list[Shape]) -> Instruction | None:
    """A recurrence over the first axis, of a matrix that is made of a value."""
    i = _any(draw, known)
    if not known[i] or math.prod(known[i]) > 64:
        return None
    reverse, reads_sum = draw(st.booleans()), draw(st.booleans())
    weight = _any(draw, known)

    def apply(x: Any, w: Any) -> Any:
        xs = ri.reshape(x, (x.shape[0], 1, -1))
        D = xs.shape[-1]
        matrix = ri.broadcast_to(ri.reshape(w, (-1,))[:1] * 0.25, (D, D))

        def step(carry: Any, x: Any) -> Any:
            h, total = carry
            h = ri.tanh(x @ ri.permute_dims(matrix, (1, 0)) + h * 0.5)
            return (h, total + h.T @ x), h @ matrix

        begin = ri.zeros((1, D), dtype=x.dtype), ri.zeros((D, D), dtype=x.dtype)
        (_, total), ys = ri.scan(step, begin, xs, reverse=reverse)
        return ri.tanh(total) if reads_sum else ys * 0.25

    text = f"scan(reverse={reverse}, {'sum' if reads_sum else 'ys'})"
    return Instruction(text, apply, (i, weight))


def _gradient(draw: Any, known: list[Shape]) -> Instruction | None:
    """The gradient of a loop: it holds a second loop, and a third in reverse."""
    loop = _loop(draw, known)
    if loop is None:
        return None

    def apply(x: Any, w: Any) -> Any:
        gradient = ri.grad(lambda x: ri.mean(ri.sin(loop.apply(x, w))))(x)
        return ri.tanh(gradient)

    return Instruction(f"gradient of {loop.text}", apply, loop.operands)


# Those of loops stand last.
_KINDS = [
    *(_unary, _unary, _binary, _binary),
    *(_reduction, _movement, _movement, _joining, _product, _loop, _gradient),
]
