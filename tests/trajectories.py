"""What the tests of optimisers share: a parameter's way, and a function to go down."""

import reference_impl as ri


def path(optimiser, grads, start=0.0):
    """The places of one parameter after each of its gradients."""
    x = ri.tensor(start, dtype="float64")
    state, places = optimiser.init(x), []
    for g in grads:
        x, state = optimiser.update(ri.tensor(g, dtype="float64"), state, x)
        places.append(x.item())
    return places


def rosenbrock(x):
    """A curved valley; the minimum is 0 where all coordinates are 1."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
