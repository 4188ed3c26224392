"""Random models are equal in every framework: values, cotangents and gradients."""

import pytest
from hypothesis import given
from random_models.comparison import GATES
from random_models.failure import check
from random_models.kinds import KINDS
from random_models.profile import MODELS, drawn
from random_models.strategies import models, models_of_one

LEAST_KINDS = 25

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.xdist_group("random models"),
    pytest.mark.timeout(60 + 20 * MODELS),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_alone_is_equal_everywhere(frameworks, kind):
    @drawn(2)
    @given(models_of_one(kind))
    def is_equal(model):
        check(model, frameworks)

    is_equal()


def test_there_are_enough_kinds():
    assert len(KINDS) >= LEAST_KINDS


@drawn(MODELS)
@given(model=models(("float64", "float64", "float64", "float32")))
def test_a_model_is_equal_everywhere(frameworks, model):
    check(model, frameworks)


@pytest.mark.parametrize("kind", KINDS)
def test_the_reference_compiles_what_it_computes(frameworks, kind):
    @drawn(1)
    @given(models_of_one(kind))
    def is_equal(model):
        eager = frameworks.run("reference", model)
        compiled = frameworks.run("reference", model, is_compiled=True)

        assert (eager.raised, compiled.raised) == (None, None)
        for name, value in (eager.values | eager.gradients).items():
            found = (compiled.values | compiled.gradients)[name]
            assert abs(found - value).max() <= GATES["float64"].forward

    is_equal()
