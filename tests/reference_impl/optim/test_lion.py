import numpy as np

import reference_impl as ri
from reference_impl import optim


def test_every_step_is_as_long_as_lr_or_nothing():
    x, g = ri.zeros(3), ri.tensor([1e-30, -5.0, 0.0])
    optimiser = optim.lion(lr=0.5)

    after, _ = optimiser.update(g, optimiser.init(x), x)

    np.testing.assert_array_equal(after.numpy(), [-0.5, 0.5, 0.0])


def test_the_sign_is_that_of_one_mean_and_another_is_kept():
    x, one = ri.tensor(0.0), ri.tensor(1.0)
    optimiser = optim.lion(lr=1.0, betas=(0.75, 0.5))
    state = optimiser.init(x)

    x, state = optimiser.update(one, state, x)
    x, state = optimiser.update(-one, state, x)

    # 0.75 of the kept 0.5 and 0.25 of -1: the mean is still above zero.
    assert x.item() == -2.0
    assert state["m"].item() == 0.5 * 0.5 - 0.5


def test_its_decay_is_decoupled():
    x = ri.tensor(8.0)
    optimiser = optim.lion(lr=0.5, weight_decay=0.25)

    after, _ = optimiser.update(ri.tensor(0.0), optimiser.init(x), x)

    assert after.item() == 8 * (1 - 0.125)
