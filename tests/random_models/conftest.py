"""The frameworks, started once for all tests of this folder."""

import pytest
from random_models import profile
from random_models.frameworks import started


@pytest.fixture(scope="session")
def frameworks():
    with started(is_quick=not profile.IS_NIGHTLY) as running:
        if len(list(running)) < 2:
            reasons = "; ".join(f"{n}: {r}" for n, r in running.missing.items())
            pytest.skip(f"nothing to compare with: {reasons}")
        yield running
