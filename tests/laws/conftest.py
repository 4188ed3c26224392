"""What the laws share: every op, every dtype, inputs from the op's domain.

A test that asks for `sample` runs for every op of the registry in every inexact dtype
that the op takes, so a new op is held to every law without a line here. `exact_sample`
leaves the dtypes in which finite differences tell something.
"""

import numpy as np
import pytest
from laws.sampling import (
    EXACT,
    INEXACT,
    NARROW,
    WITHOUT_FRACTIONS,
    Sample,
    cases,
    chosen,
)

import reference_impl as ri
from reference_impl.core.dtype import HALVES


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20240607)


@pytest.fixture(params=[ri.float32, ri.float64], ids=str)
def dtype(request) -> np.dtype:
    return request.param


@pytest.fixture(**cases(INEXACT))
def sample(request, rng) -> Sample:
    return chosen(request.param, rng)


@pytest.fixture(**cases(EXACT))
def exact_sample(request, rng) -> Sample:
    return chosen(request.param, rng)


@pytest.fixture(**cases(NARROW))
def narrow_sample(request, rng) -> Sample:
    return chosen(request.param, rng)


def depends_on_no_dtype(sample: Sample) -> bool:
    """The next number after another is another one among wider numbers."""
    return sample.op.name != "nextafter"


@pytest.fixture(**cases(sorted(HALVES, key=str), where=depends_on_no_dtype))
def half_sample(request, rng) -> Sample:
    return chosen(request.param, rng)


@pytest.fixture(**cases(INEXACT, where=lambda sample: len(sample.inexact) > 1))
def sample_with_several_inputs(request, rng) -> Sample:
    """Several that a derivative can be about."""
    return chosen(request.param, rng)


@pytest.fixture(**cases(INEXACT, where=lambda sample: len(sample.compute()) > 1))
def sample_with_several_results(request, rng) -> Sample:
    return chosen(request.param, rng)


@pytest.fixture(**cases(WITHOUT_FRACTIONS))
def integer_sample(request, rng) -> Sample:
    """Drawn as numbers with fractions that the dtype then cuts off."""
    return chosen(request.param, rng)


@pytest.fixture(**cases(INEXACT, "linear"))
def linear_samples(request, rng) -> tuple[Sample, Sample]:
    """Two with the same shapes and attributes."""
    return chosen(request.param, rng), chosen(request.param, rng)


@pytest.fixture(**cases(INEXACT, "bilinear"))
def bilinear_samples(request, rng) -> tuple[Sample, Sample]:
    """Two with the same shapes."""
    return chosen(request.param, rng), chosen(request.param, rng)
