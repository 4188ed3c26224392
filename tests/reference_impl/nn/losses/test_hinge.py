import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn


def test_a_score_beyond_the_margin_costs_nothing():
    scores, signs = ri.tensor([2.0, 0.5, -1.0]), ri.tensor([1.0, 1.0, 1.0])
    loss = lambda x: nn.hinge(x, signs, reduction="none")  # noqa: E731

    assert loss(scores).tolist() == [0, 0.5, 2]
    assert loss(-scores).tolist() == [3, 1.5, 0]


def test_the_slope_at_the_margin_is_zero():
    slope = ri.grad(lambda x: nn.hinge(x, ri.tensor(1.0)))

    assert [slope(ri.tensor(x)).item() for x in (0.5, 1.0, 1.5)] == [-1, 0, 0]


@pytest.mark.parametrize("dtype", ["int8", "int64", "float64"])
def test_signs_are_of_any_dtype_that_has_them(dtype):
    scores = ri.tensor([2.0, 0.5, -1.0])

    losses = nn.hinge(scores, ri.tensor([1, -1, 1], dtype=dtype), reduction="none")

    assert losses.dtype == ri.float32
    assert losses.tolist() == [0, 1.5, 2]


@pytest.mark.parametrize("sign", [0, 2, -3, np.nan])
def test_a_sign_that_is_none_is_refused(sign):
    with pytest.raises(
        ri.RangeError, match=rf"^hinge: signs must be 1 or -1, {sign}.* at \(1,\)"
    ):
        nn.hinge(ri.tensor([-3.0, 3.0]), ri.tensor([1.0, sign]))
    with pytest.raises(ri.RangeError, match=rf"^hinge: .*, {sign}.* came$"):
        nn.hinge(ri.tensor(3.0), ri.tensor(float(sign)))


@pytest.mark.parametrize("squared", [False, True])
def test_every_class_that_comes_too_near_counts(squared):
    rng = np.random.default_rng(0)
    scores, labels = rng.normal(size=(5, 4)), rng.integers(0, 4, size=5)
    weight = rng.uniform(size=4)
    needed = [
        sum(max(0, 0.5 - row[y] + s) ** (1 + squared) for s in np.delete(row, y)) / 4
        for row, y in zip(scores, labels, strict=True)
    ]

    came = nn.multi_class_hinge(
        *map(ri.tensor, (scores, labels)),
        margin=0.5,
        squared=squared,
        weight=ri.tensor(weight),
        reduction="none",
    )

    np.testing.assert_allclose(came, np.array(needed) * weight[labels], rtol=1e-14)


def test_classes_stand_on_axis_1_or_any_other():
    rng = np.random.default_rng(0)
    scores = ri.tensor(rng.normal(size=(2, 3, 4)))
    labels = ri.tensor(rng.integers(0, 3, size=(2, 4)))

    needed = [
        nn.multi_class_hinge(scores[n, :, i], labels[n, i]).item()
        for n in range(2)
        for i in range(4)
    ]

    for came in (
        nn.multi_class_hinge(scores, labels),
        nn.multi_class_hinge(scores.mT, labels, axis=-1),
    ):
        assert came.item() == pytest.approx(np.mean(needed), rel=1e-14)


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ri.ShapeError, match=r"^multi_class_hinge: 3 classes"):
        nn.multi_class_hinge(ri.ones((2, 3)), ri.tensor([0, 1, 2]))
    with pytest.raises(ri.AxisError, match=r"^multi_class_hinge"):
        nn.multi_class_hinge(ri.ones((2, 3)), ri.tensor([0, 1]), axis=2)
    with pytest.raises(ri.RangeError, match=r"labels must lie in \[0, 3\)"):
        nn.multi_class_hinge(ri.ones((2, 3)), ri.tensor([0, 3]))
