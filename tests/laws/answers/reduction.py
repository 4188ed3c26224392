import numpy as np


def over_axes(function):
    """A NumPy function that says `axis` where the op says `axes`."""
    return lambda x, *, axes, **options: function(x, axis=axes, **options)


ANSWERS = {
    "all": over_axes(np.all),
    "any": over_axes(np.any),
    "mean": over_axes(np.mean),
    "sum": over_axes(np.sum),
}
