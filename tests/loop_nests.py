"""Loop nests for tests: evaluated by NumPy, called with arrays, drawn at random."""

import ctypes
import functools
import itertools

import numpy as np
from hypothesis import strategies as st

import reference_impl as ri
from reference_impl.core.codegen.nest import (
    Apply,
    Array,
    Literal,
    Load,
    Nest,
    Reduce,
    Store,
)
from reference_impl.core.op import PRIMITIVES

WORDS = ctypes.POINTER(ctypes.c_int64)
HALVES = (ri.float16, ri.bfloat16)
REDUCTIONS = {
    "sum": np.sum,
    "prod": np.prod,
    "max": np.max,
    "min": np.min,
    "any": np.any,
    "all": np.all,
}


def wide(values):
    return values.astype(np.float32) if values.dtype in HALVES else values


class Walk:
    """A nest with sizes and, for each array, its memory and its strides."""

    def __init__(self, nest, sizes, memory, strides):
        self.nest, self.sizes, self.memory, self.strides = nest, sizes, memory, strides

    def arguments(self):
        """The words with which a function for the nest is called."""
        words = [array.ctypes.data for array in self.memory]
        words += self.sizes[1:]
        words += [self.strides[k][place] for k, place in self.nest.strides()]
        return np.array(words, np.int64)

    def call(self, function, parts=1):
        """Call a compiled function for parts of the first axis, the last one first."""
        arguments = self.arguments()
        ends = np.linspace(0, self.sizes[0], parts + 1).astype(int).tolist()
        for begin, end in reversed(list(itertools.pairwise(ends))):
            function(arguments.ctypes.data_as(WORDS), begin, end)

    def places(self, k):
        """Where in memory the elements of an array lie, for all positions on axes."""
        result = np.zeros(self.sizes, np.int64)
        for axis, index in enumerate(np.indices(self.sizes, sparse=True)):
            result = result + index * self.strides[k][axis]
        return result

    def evaluate(self):
        """Compute the nest by NumPy, into the memory."""
        values = []
        for statement in self.nest.statements:
            values.append(self.value(statement, values))

    def value(self, statement, values):
        match statement:
            case Load(k):
                return wide(self.memory[k][self.places(k)])
            case Literal(value, dtype):
                return wide(np.asarray(value, dtype))
            case Apply(op, operands, dtype):
                return self.applied(op, [values[i] for i in operands], dtype)
            case Reduce(kind, operand, dtype):
                over = tuple(a for a, each in enumerate(self.nest.reduced) if each)
                given = np.broadcast_to(values[operand], self.sizes)
                kinds = {"dtype": wide(np.empty(0, dtype)).dtype}
                kinds = kinds if kind in ("sum", "prod") else {}
                return REDUCTIONS[kind](given, axis=over, keepdims=True, **kinds)
            case Store(k, value):
                memory = self.memory[k]
                given = values[value].astype(memory.dtype)
                memory[self.places(k)] = np.broadcast_to(given, self.sizes)

    def applied(self, op, operands, dtype):
        if op == "where":
            return np.where(*operands)
        if op == "astype":
            return wide(operands[0].astype(dtype))
        return PRIMITIVES[op].compute(*operands)


def contiguous(nest, sizes, memory):
    """The walk over arrays whose elements lie without gaps, the last axis first."""
    strides = []
    for array in nest.arrays:
        step, row = 1, []
        for stride, size in reversed(list(zip(array.strides, sizes, strict=True))):
            row.insert(0, 0 if stride == 0 else step)
            step *= 1 if stride == 0 else size
        strides.append(row)
    return Walk(nest, sizes, memory, strides)


def walk_of(nest, sizes, memory=(), rng=None):
    """A contiguous walk; arrays that are not given are random, or zero."""
    arrays = list(memory)
    for array in nest.arrays[len(arrays) :]:
        shape = [n for n, each in zip(sizes, array.strides, strict=True) if each != 0]
        count = int(np.prod(shape))
        made = np.zeros(count, array.dtype)
        arrays.append(
            made if rng is None else rng.normal(size=count).astype(array.dtype)
        )
    return contiguous(nest, list(sizes), arrays)


def random_elements(dtype, count, rng):
    """Elements for which ops have values in most cases, zeros among them."""
    if dtype.kind == "b":
        return rng.integers(0, 2, count).astype(dtype)
    if dtype.kind in "iu":
        return rng.integers(0 if dtype.kind == "u" else -7, 8, count).astype(dtype)
    return (2 * rng.normal(size=count)).astype(dtype)


def integer_pairs(dtype):
    """Integers where ops have something to decide, every one with every other one."""
    limits = np.iinfo(dtype)
    numbers = {
        *(limits.min, limits.min + 1, limits.max, -8, -7, -2, -1, 0, 1, 2, 7, 8),
        *range(limits.bits - 2, 2 * limits.bits + 1, 5),
        *(limits.bits - 1, limits.bits, limits.bits + 1, 2 * limits.bits),
    }
    there = sorted(x for x in numbers if limits.min <= x <= limits.max)
    return np.array(list(itertools.product(there, repeat=2)), dtype).T.copy()


def every_op(dtype):
    """The names of all elementwise ops for a dtype, and a nest that computes each."""
    names, arrays = [], [Array(dtype, (1,))] * 2
    statements = [Load(0), Load(1)]
    for op in PRIMITIVES.values():
        if op.kind != "elementwise" or dtype.kind not in op.kinds:
            continue
        if op.name == "pow" and dtype.kind in "iu":
            continue  # left to a library, which refuses negative exponents
        count = len(op.__signature__.parameters)
        result = op.dtype(*[np.ones(1, dtype)] * count)
        statements.append(Apply(op.name, (0, 1)[:count], result))
        statements.append(Store(len(arrays), len(statements) - 1))
        arrays.append(Array(result, (1,)))
        names.append(op.name)
    return names, Nest("every_op", (False,), tuple(arrays), tuple(statements))


class _Written:
    """A nest of float32, written statement by statement."""

    def __init__(self):
        self.arrays, self.statements = [], []

    def load(self, *strides):
        self.arrays.append(Array(ri.float32, strides))
        return self.put(Load(len(self.arrays) - 1))

    def store(self, value, *strides):
        self.arrays.append(Array(ri.float32, strides))
        return self.put(Store(len(self.arrays) - 1, value))

    def put(self, statement):
        self.statements.append(statement)
        return len(self.statements) - 1

    def op(self, name, *operands):
        numbers = [
            each if isinstance(each, int) else self.put(Literal(each, ri.float32))
            for each in operands
        ]
        return self.put(Apply(name, tuple(numbers), ri.float32))

    def reduce(self, kind, value):
        return self.put(Reduce(kind, value, ri.float32))

    def nest(self, stem, *reduced):
        return Nest(stem, reduced, tuple(self.arrays), tuple(self.statements))


@functools.cache
def typical():
    """Kernels that models are made of, by name."""
    kernels = {}

    w = _Written()
    w.store(w.op("relu", w.op("add", w.load(None, 1), w.load(0, 1))), None, 1)
    kernels["bias_relu"] = w.nest("bias_relu", False, False)

    w = _Written()
    x = w.load(None, 1)
    bell = w.op("erf", w.op("multiply", x, 0.5**0.5))
    half = w.op("multiply", x, 0.5)
    w.store(w.op("multiply", half, w.op("add", bell, 1.0)), None, 1)
    kernels["gelu"] = w.nest("gelu", False, False)

    w = _Written()
    i, f, g, o, cell = (w.load(None, 1) for _ in range(5))
    kept = w.op("multiply", w.op("sigmoid", f), cell)
    cell = w.op("add", kept, w.op("multiply", w.op("sigmoid", i), w.op("tanh", g)))
    w.store(cell, None, 1)
    w.store(w.op("multiply", w.op("sigmoid", o), w.op("tanh", cell)), None, 1)
    kernels["lstm_gates"] = w.nest("lstm_gates", False, False)

    w = _Written()
    w.store(w.reduce("sum", w.load(None, 1)), 1, 0)
    kernels["sum_of_rows"] = w.nest("sum_of_rows", False, True)

    w = _Written()
    w.store(w.reduce("sum", w.op("square", w.load(None, 1))), 1, 0)
    kernels["sum_of_squares"] = w.nest("sum_of_squares", False, True)

    w = _Written()
    w.store(w.reduce("max", w.load(None, 1)), 1, 0)
    kernels["max_over_rows"] = w.nest("max_over_rows", False, True)

    w = _Written()
    w.store(w.reduce("sum", w.load(None, None, 1)), None, 0, 1)
    kernels["sum_of_columns"] = w.nest("sum_of_columns", False, True, False)

    w = _Written()
    x = w.load(None, 1)
    power = w.op("exp", w.op("subtract", x, w.load(1, 0)))
    w.store(power, None, 1)
    w.store(w.reduce("sum", power), 1, 0)
    kernels["exponentials"] = w.nest("exponentials", False, True)

    w = _Written()
    p, g, m, v = (w.load(1) for _ in range(4))
    m = w.op("add", w.op("multiply", m, 0.9), w.op("multiply", g, 0.1))
    square = w.op("square", g)
    v = w.op(
        "add", w.op("multiply", w.op("abs", v), 0.999), w.op("multiply", square, 0.001)
    )
    size = w.op("add", w.op("sqrt", v), 1e-8)
    w.store(w.op("subtract", p, w.op("multiply", w.op("divide", m, size), 0.01)), 1)
    w.store(m, 1)
    w.store(v, 1)
    kernels["adam"] = w.nest("adam", False)
    return kernels


# Small whole numbers: sums and products of a few are exact in every dtype, so that
# results are equal however they are computed.
LARGEST = 3
ARITHMETIC = ("add", "subtract", "multiply", "maximum", "minimum", "relu", "negative")
QUESTIONS = ("less", "greater_equal", "equal")
DTYPES = (
    *(ri.float32, ri.float64, ri.float16, ri.bfloat16),
    *(ri.int8, ri.int16, ri.int32, ri.int64),
    *(ri.uint8, ri.uint16, ri.uint32, ri.uint64),
)


@st.composite
def walks(draw):
    """Random nests, with random arrays."""
    return _Drawing(draw).walk()


class _Drawing:
    def __init__(self, draw):
        self.draw = draw
        rank = draw(st.integers(1, 4))
        self.sizes = [draw(st.integers(1, 5)) for _ in range(rank)]
        self.sizes[draw(st.integers(0, rank - 1))] = draw(st.sampled_from([1, 9, 37]))
        self.reduced = [False] + [draw(st.booleans()) for _ in range(rank - 1)]
        self.dtype = draw(st.sampled_from(DTYPES))
        self.rng = np.random.default_rng(draw(st.integers(0, 2**32)))
        self.arrays, self.memory, self.strides = [], [], []
        self.statements = []
        self.depends = []

    @property
    def in_memory(self):
        first = self.reduced.index(True) if any(self.reduced) else len(self.reduced)
        return not all(self.reduced[first:])

    def array(self, axes, dtype):
        """An array that varies on some axes."""
        rank = len(self.sizes)
        order = self.draw(st.permutations(axes))
        strides, step = [0] * rank, 1
        for axis in order:
            strides[axis] = step
            step *= self.sizes[axis] + self.draw(st.integers(0, 2))
        shown = [
            stride
            if stride == 0 or (stride == 1 and self.draw(st.booleans()))
            else None
            for stride in strides
        ]
        low = 0 if dtype.kind in "ub" else -LARGEST
        high = 1 if dtype.kind == "b" else LARGEST
        self.memory.append(self.rng.integers(low, high + 1, step).astype(dtype))
        self.arrays.append(Array(dtype, tuple(shown)))
        self.strides.append(strides)
        return len(self.arrays) - 1

    def put(self, statement):
        self.statements.append(statement)
        return len(self.statements) - 1

    def some_axes(self, axes):
        return [axis for axis in axes if self.draw(st.booleans())]

    def load(self, axes):
        return self.put(Load(self.array(self.some_axes(axes), self.dtype)))

    def leaf(self, axes):
        if self.draw(st.sampled_from(["load", "load", "literal"])) == "load":
            return self.load(axes)
        return self.put(Literal(self.draw(st.integers(0, LARGEST)), self.dtype))

    def value(self, leaves, axes):
        """A few ops on given values and leaves."""
        values = [*leaves, self.leaf(axes), self.leaf(axes)]
        for _ in range(self.draw(st.integers(1, 2))):
            x, y = (self.draw(st.sampled_from(values)) for _ in range(2))
            op = self.draw(st.sampled_from((*ARITHMETIC, "where")))
            if op == "where":
                question = self.draw(st.sampled_from(QUESTIONS))
                asked = self.put(Apply(question, (x, y), ri.bool))
                values.append(self.put(Apply("where", (asked, x, y), self.dtype)))
                continue
            count = len(PRIMITIVES[op].__signature__.parameters)
            values.append(self.put(Apply(op, (x, y)[:count], self.dtype)))
        return values[-1]

    def walk(self):
        rank = len(self.sizes)
        everywhere = list(range(rank))
        kept = [axis for axis in everywhere if not self.reduced[axis]]
        values = [
            self.value([], everywhere) for _ in range(self.draw(st.integers(1, 2)))
        ]
        for value in values:
            if not any(self.reduced) or self.draw(st.booleans()):
                self.put(Store(self.array(everywhere, self.dtype), value))
        if any(self.reduced):
            for value in values:
                self.reduction(value, kept)
        nest = Nest(
            "drawn", tuple(self.reduced), tuple(self.arrays), tuple(self.statements)
        )
        return Walk(nest, self.sizes, self.memory, self.strides)

    def reduction(self, value, kept):
        kind = self.draw(st.sampled_from(["sum", "max", "min", "any", "all"]))
        dtype = self.dtype
        if kind == "sum":
            dtype = {"i": ri.int64, "u": ri.uint64}.get(dtype.kind, dtype)
            dtype = ri.float32 if dtype in HALVES else dtype
        if kind in ("any", "all"):
            zero = self.put(Literal(0, dtype))
            value = self.put(Apply("not_equal", (value, zero), ri.bool))
            dtype = ri.bool
        result = self.put(Reduce(kind, value, dtype))
        if not self.in_memory and dtype == self.dtype:
            result = self.value([result, result], kept)
        self.put(Store(self.array(kept, dtype), result))
