"""Independent answers, by op, for what NumPy has no function of the op's name for.

Each module mirrors one of `reference_impl.core.ops` and has a table `ANSWERS`: from the
op's name to a function of NumPy arrays and the op's attributes.
"""

import importlib
import pkgutil

ANSWERS = {
    name: answer
    for module in pkgutil.iter_modules(__path__)
    for name, answer in importlib.import_module(
        f"{__name__}.{module.name}"
    ).ANSWERS.items()
}
