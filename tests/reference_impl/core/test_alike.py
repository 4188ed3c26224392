"""What an error says about two trees that are not alike."""

from dataclasses import dataclass, field

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.alike import Pair, check_alike
from reference_impl.core.errors import ShapeError, TreeError

TWINS = Pair("twins", "the two", "here", "there", "convert one")
X = ri.tensor(np.ones(3))


@dataclass(frozen=True)
class Layer:
    weight: object
    rate: float = field(default=0.5, metadata={"static": True})


def test_trees_that_are_alike_are_accepted():
    check_alike(TWINS, {"a": [X, None]}, {"a": [X + 1.0, None]})


@pytest.mark.parametrize(
    ("here", "there", "message"),
    [
        (X, None, "value is a tensor here and None there"),
        ({}, {"a": X}, "value is a dict of nothing here and a dict of a there"),
        ({"a": ([X],)}, {"a": ((X,),)}, "a.0 is a list of 1 here and a tuple of 1"),
        (
            [X, Layer(X)],
            [X, Layer(X, rate=0.1)],
            "1 is a Layer of weight, rate=0.5 here and a Layer of weight, rate=0.1",
        ),
    ],
    ids=["leaf", "keys", "container", "static"],
)
def test_the_first_place_where_structures_differ_is_named(here, there, message):
    with pytest.raises(TreeError, match=f"twins: the two .* one structure; {message}"):
        check_alike(TWINS, here, there)


def test_every_leaf_that_differs_is_named():
    here = {"a": X, "b": X, "c": X}
    there = {"a": X, "b": X[0], "c": X > 0.0}

    with pytest.raises(ShapeError) as caught:
        check_alike(TWINS, here, there)

    assert str(caught.value) == (
        "twins: the two must have equal shapes and dtypes; "
        "b is float64[3] here and float64[] there, "
        "c is float64[3] here and bool[3] there; convert one"
    )


def test_advice_about_dtypes_is_given_only_where_they_differ():
    with pytest.raises(ShapeError, match=r"float64\[\] there$"):
        check_alike(TWINS, X, X[0])
