"""What a compiled function returns."""

import numpy as np

import reference_impl as ri

X = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


def test_a_result_is_a_tree_like_that_of_the_function():
    compiled = ri.compile(lambda x: {"double": x + x, "parts": [x, None, 1]})

    came = compiled(X)

    assert ri.tree.names(came) == ["double", "parts.0", "parts.2"]
    np.testing.assert_array_equal(came["double"], X + X)
    assert came["parts"][1] is None
    assert came["parts"][2].item() == 1


def test_a_function_without_inputs_computes_once_more_at_each_call():
    compiled = ri.compile(lambda: ri.exp(ri.ones(3)))

    np.testing.assert_array_equal(compiled(), ri.exp(ri.ones(3)))
    np.testing.assert_array_equal(compiled(), compiled())


def test_an_output_may_be_repeated():
    def function(x):
        y = ri.exp(x)
        return y, y, x + y

    first, second, third = ri.compile(function)(X)

    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(third, X + first.numpy())


def test_an_output_may_be_an_input():
    x = ri.tensor(X)

    came, doubled, again = ri.compile(lambda x: (x, x + x, x))(x)

    np.testing.assert_array_equal(came, X)
    np.testing.assert_array_equal(again, X)
    np.testing.assert_array_equal(doubled, X + X)


def test_an_output_may_be_a_constant():
    constant = ri.ones((2, 2))

    came = ri.compile(lambda x: (constant, 5.0, np.arange(3)))(X)

    np.testing.assert_array_equal(came[0], constant)
    assert (came[1].item(), came[1].dtype) == (5, ri.float32)
    np.testing.assert_array_equal(came[2], [0, 1, 2])


def test_results_of_two_calls_do_not_share_memory():
    compiled = ri.compile(lambda x: (x * 2.0, x.T))
    first = compiled(ri.tensor(X))
    compiled(ri.tensor(-X))

    np.testing.assert_array_equal(first[0], 2 * X)
    np.testing.assert_array_equal(first[1], X.T)
