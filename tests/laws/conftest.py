"""What the laws share: ops, dtypes, and inputs from the ops' domains.

A test that asks for `sample` runs for every op of the registry whose domain has entries
(`sampling.WITHOUT_DOMAIN` names the others), so a new op is held to it without a line
here. `cases` says which entry runs in which dtype. A law about derivatives asks for
`inexact_sample`, or for `exact_sample`: the dtypes in which finite differences tell
something.
"""

import numpy as np
import pytest
from laws.sampling import (
    EVERY,
    EXACT,
    INEXACT,
    NARROW,
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


@pytest.fixture(**cases(EVERY))
def sample(request, rng) -> Sample:
    return chosen(request.param, rng)


@pytest.fixture(**cases(INEXACT))
def inexact_sample(request, rng) -> Sample:
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


@pytest.fixture(**cases(INEXACT, "linear"))
def linear_samples(request, rng) -> tuple[Sample, Sample]:
    """Two with the same shapes and attributes."""
    return chosen(request.param, rng), chosen(request.param, rng)


@pytest.fixture(**cases(INEXACT, "bilinear"))
def bilinear_samples(request, rng) -> tuple[Sample, Sample]:
    """Two with the same shapes."""
    return chosen(request.param, rng), chosen(request.param, rng)
