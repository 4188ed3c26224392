"""How many models are drawn: a few, always the same, or as many as one asks for.

    RANDOM_MODELS=300 .venv/bin/python -m pytest tests/random_models

The variable makes them new ones each time; a failure says how to get it back.
"""

import os

from hypothesis import HealthCheck, settings

FEW = 30
IS_NIGHTLY = "RANDOM_MODELS" in os.environ
MODELS = int(os.environ.get("RANDOM_MODELS", FEW))


def drawn(count: int) -> settings:
    """Hypothesis' settings for this many models."""
    return settings(
        max_examples=count,
        derandomize=not IS_NIGHTLY,
        database=None,
        deadline=None,  # compiling takes as long as it takes
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
