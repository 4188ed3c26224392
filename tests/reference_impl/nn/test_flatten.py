import pytest

import reference_impl as ri
from reference_impl import nn


def test_a_sample_is_flattened_in_the_order_of_its_axes():
    x = ri.reshape(ri.arange(24), (2, 3, 2, 2))

    assert nn.Flatten()(x).tolist() == [list(range(12)), list(range(12, 24))]


def test_a_sample_of_one_number_and_an_empty_batch_are_flattened():
    assert nn.Flatten()(ri.ones((3,))).shape == (3, 1)
    assert nn.Flatten()(ri.ones((0, 3, 4))).shape == (0, 12)


def test_reshaping_undoes_flattening():
    x = ri.reshape(ri.arange(24), (2, 3, 2, 2))

    assert nn.Reshape((3, 2, 2))(nn.Flatten()(x)).tolist() == x.tolist()
    assert nn.Reshape((3, 4))(ri.ones((0, 12))).shape == (0, 3, 4)


@pytest.mark.parametrize("layer", [nn.Flatten(), nn.Reshape((2,))])
def test_a_tensor_without_samples_is_refused(layer):
    with pytest.raises(ri.ShapeError, match=r"samples \(N, ...\) are needed"):
        layer(ri.tensor(1.0))


@pytest.mark.parametrize("N", [0, 2])
def test_another_number_of_elements_is_refused(N):
    with pytest.raises(ri.ShapeError, match="samples of 6 elements are needed"):
        nn.Reshape((2, 3))(ri.ones((N, 7)))
