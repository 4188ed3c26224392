"""Whether a law notices a mutant."""

import functools
from collections.abc import Callable, Iterator

import numpy as np
from laws import test_derivative, test_structural_zeros
from laws.edges import test_16_bits, test_complex_numbers, test_slopes
from laws.mutation.mutants import Mutant, planted
from laws.sampling import EXACT, INEXACT, NARROW, Sample, cases, chosen

from reference_impl.core.op import Op

SEED = 20240607

# The laws about rules, cheap ones first, and the dtypes in which each holds.
LAWS = [
    (test_derivative.test_jvp_and_vjp_are_adjoint, INEXACT),
    (test_derivative.test_a_cotangent_is_none_or_like_its_input, INEXACT),
    (test_derivative.test_a_tangent_is_none_or_like_the_result, INEXACT),
    (test_derivative.test_a_cotangent_is_that_of_a_wider_dtype, NARROW),
    (test_structural_zeros.test_a_missing_tangent_counts_as_zero, INEXACT),
    (test_structural_zeros.test_a_missing_cotangent_counts_as_zero, INEXACT),
    (test_structural_zeros.test_a_cotangent_asked_for_alone_is_the_same, INEXACT),
    (test_derivative.test_the_derivative_of_vjp_by_its_cotangent_is_jvp, INEXACT),
    (test_derivative.test_vjp_equals_finite_differences, EXACT),
    (
        test_derivative.test_second_derivative_equals_finite_differences_of_the_first,
        EXACT,
    ),
]

Check = Callable[[], None]


def noticed_by(mutant: Mutant) -> type[Exception] | None:
    """The error of a law, or of a rule that cannot run; `None` for a survivor."""
    with planted(mutant), np.errstate(all="ignore"):
        for check in (*checks(mutant), *edges()):
            try:
                check()
            except Exception as error:  # whatever the mistake led to
                return type(error)
    return None


def checks(mutant: Mutant) -> Iterator[Check]:
    """The laws, on samples of the ops that a mutant concerns."""
    applied = [sample for op in mutant.ops for sample in samples(op)]
    for law, dtypes in LAWS:
        for sample in applied:
            if sample.dtype in dtypes:
                yield functools.partial(law, sample, np.random.default_rng(1))


@functools.cache
def samples(op: Op) -> list[Sample]:
    """Of every dtype in which there is a derivative."""
    made = [
        chosen(case, np.random.default_rng(SEED))
        for case in every_case()
        if case[0] is op
    ]
    return [sample for sample in made if sample.inexact]


@functools.cache
def every_case() -> list[tuple[Op, int, np.dtype]]:
    return cases(INEXACT)["params"]


def edges() -> Iterator[Check]:
    """The laws about slopes where there are several or none, and about 16 bits."""
    for law, table in (*test_slopes.LAWS, *test_16_bits.LAWS):
        for case in table.values():
            yield functools.partial(law, *case)
    yield from test_complex_numbers.SLOPE_LAWS
