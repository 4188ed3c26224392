"""Mutants that no law can notice, each with the reason: they change no derivative.

The key is the file in core, the function, and the source before and after.
"""

NOT_ASKED_FOR = "it computes a cotangent that nobody asked for"
ZERO_IN_NUMBERS = "it says in numbers what may be a structural zero"
SLOWER = "it takes a longer way to the same numbers"
SAME_DTYPE = "promotion, or the weakness of Python scalars, leads to the same dtype"
UNDERFLOW = "minus infinity stays, whatever number is taken from it"
NOT_THERE = "what it excludes does not occur"
AS_GOOD = "the reader takes what is not converted too"

EQUIVALENT = {
    (
        "kinds.py",
        "_vjp",
        "_scaled_by_conjugate if out.dtype.kind == 'c' else _scaled",
        "_scaled_by_conjugate",
    ): SLOWER,  # real numbers are their own conjugates
    (
        "kinds.py",
        "_vjp",
        "scaled(g, slope) if needs is None or needs[i] else None",
        "scaled(g, slope)",
    ): NOT_ASKED_FOR,
    (
        "kinds.py",
        "_uniform_vjp",
        "-g if is_needed else None",
        "-g",
    ): NOT_ASKED_FOR,
    (
        "kinds.py",
        "_scaled_by_conjugate",
        "if slope.__class__ is Tensor:",
        "if True:",
    ): NOT_THERE,  # a partial of a function of complex numbers that is none
    (
        "kinds.py",
        "_linear_jvp",
        "if all((t is None for t in tangents[:count])):",
        "if False:",
    ): ZERO_IN_NUMBERS,
    (
        "kinds.py",
        "_bilinear_vjp",
        "needs or (True, True)",
        "(True, True)",
    ): NOT_ASKED_FOR,
    (
        "kinds.py",
        "_bilinear_vjp",
        "left(g, x, y, **attrs) if of_x else None",
        "left(g, x, y, **attrs)",
    ): NOT_ASKED_FOR,
    (
        "kinds.py",
        "_bilinear_vjp",
        "right(g, x, y, **attrs) if of_y else None",
        "right(g, x, y, **attrs)",
    ): NOT_ASKED_FOR,
    (
        "ops/complex_numbers.py",
        "<lambda>",
        "astype(g, x.dtype)",
        "g",
    ): SAME_DTYPE,  # times 1j
    (
        "ops/dft.py",
        "_occurrences",
        "real_type(like.dtype)",
        "like.dtype",
    ): SLOWER,  # divides by complex numbers that are real
    (
        "ops/dft.py",
        "_occurrences",
        "known(like.device.put(counts), like.device)",
        "like.device.put(counts)",
    ): AS_GOOD,  # on the host
    (
        "ops/elementwise/conversion.py",
        "_cast_back",
        "g.dtype in COMPLEX and dtype not in COMPLEX",
        "dtype not in COMPLEX",
    ): AS_GOOD,  # `real` passes real numbers on
    (
        "ops/elementwise/exponential.py",
        "_logaddexp_partials",
        "where(is_tied, 0, y)",
        "where(is_tied, 1, y)",
    ): UNDERFLOW,
    (
        "ops/elementwise/exponential.py",
        "_logaddexp_partials",
        "where(is_tied, 0, x)",
        "where(is_tied, 1, x)",
    ): UNDERFLOW,
    (
        "ops/elementwise/powers.py",
        "_log_or_zero",
        "if x.dtype in COMPLEX:",
        "if True:",
    ): "NumPy warns of the logarithm of a negative number",
    (
        "ops/elementwise/selection.py",
        "_where_vjp",
        "needs or (True, True, True)",
        "(True, True, True)",
    ): NOT_ASKED_FOR,
    (
        "ops/elementwise/selection.py",
        "_where_vjp",
        "_where(condition, g, nothing) if of_x else None",
        "_where(condition, g, nothing)",
    ): NOT_ASKED_FOR,
    (
        "ops/elementwise/selection.py",
        "_where_vjp",
        "_where(condition, nothing, g) if of_y else None",
        "_where(condition, nothing, g)",
    ): NOT_ASKED_FOR,
    (
        "ops/elementwise/selection.py",
        "_where_jvp",
        "if of_x is None and of_y is None:",
        "if False:",
    ): ZERO_IN_NUMBERS,
    (
        "ops/inverse.py",
        "_solve_jvp",
        "None if moved is None else _solve(x, moved)",
        "_solve(x, moved)",
    ): "a walk passes by where nothing flows in",
    (
        "ops/permuting.py",
        "<lambda>",
        "tuple(np.argsort(axes).tolist())",
        "np.argsort(axes).tolist()",
    ): AS_GOOD,
    (
        "ops/permuting.py",
        "<lambda>",
        "np.argsort(axes).tolist()",
        "np.argsort(axes)",
    ): AS_GOOD,
    (
        "ops/reduction.py",
        "_averaged_back",
        "if x.dtype in HALVES:",
        "if True:",
    ): SLOWER,
    (
        "ops/reduction.py",
        "_averaged_back",
        "float(count(x, axes))",
        "count(x, axes)",
    ): SAME_DTYPE,
    (
        "ops/reshaping.py",
        "_summed_back",
        "total if total.shape == x.shape else total.reshape(x.shape)",
        "total.reshape(x.shape)",
    ): SLOWER,
}
