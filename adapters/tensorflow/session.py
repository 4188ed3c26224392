"""Graph and session, as in TensorFlow 1: first describe, then run.

A function is called once, with placeholders, and what it computes becomes part of a
graph. Nothing is computed unless a session is asked for it, so assignments, which
nobody reads, must be asked for as well.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from ..contract import Batch

_v1 = tf.compat.v1


class Session:
    """A graph, the variables in it, and a way to run functions there.

    Attributes
    ----------
    graph : tf.Graph
        Where models and the state of optimisers are made.
    """

    def __init__(self) -> None:
        threads = tf.config.threading
        self.graph = tf.Graph()
        self._initialised: set[str] = set()
        self._session = _v1.Session(
            graph=self.graph,
            config=_v1.ConfigProto(
                intra_op_parallelism_threads=threads.get_intra_op_parallelism_threads(),
                inter_op_parallelism_threads=threads.get_inter_op_parallelism_threads(),
            ),
        )

    def restart(self) -> None:
        """Give all variables their first values again."""
        with self.graph.as_default():
            self._initialised.clear()
            self._initialise()

    def compiled(self, function: Callable[[Batch], Any]) -> Callable[[Batch], Any]:
        """The function, built at its first call, run by the session at every call."""
        built: list[tuple[dict[str, tf.Tensor], Any]] = []

        def run(batch: Batch) -> Any:
            if not built:
                built.append(self._built(function, batch))
            placeholders, fetches = built[0]
            feed = {placeholders[n]: np.asarray(batch[n]) for n in placeholders}
            return self._session.run(fetches, feed)[0]

        return run

    def _built(self, function: Callable[[Batch], Any], batch: Batch) -> Any:
        """Placeholders, and what to run: the function's result and its assignments."""
        with self.graph.as_default():
            placeholders = {
                n: _v1.placeholder(x.dtype, (None, *x.shape[1:]))
                for n, x in batch.items()
            }
            before = set(self.graph.get_operations())
            result = function(placeholders)
            made = [o for o in self.graph.get_operations() if o not in before]
            initialisers = {v.initializer for v in _v1.global_variables()}
            assignments = [
                o for o in made if _assigns(o.type) and o not in initialisers
            ]
            self._initialise()
            fetches = () if result is None else result
            return placeholders, (fetches, tf.group(assignments))

    def _initialise(self) -> None:
        """Give variables that are new their first values."""
        new = [v for v in _v1.global_variables() if v.name not in self._initialised]
        self._session.run(_v1.variables_initializer(new))
        self._initialised |= {v.name for v in new}


def _assigns(kind: str) -> bool:
    """Whether operations of a kind change a variable."""
    return kind.startswith(("Assign", "ResourceApply"))
