"""What a step allocates and frees in the reference framework, event by event."""

from collections.abc import Callable
from typing import Any

import reference_impl as ri

from ..contract import Recording


def recorded(prepare: Callable[[], Any], step: Callable[[Any], Any]) -> Recording:
    """All events of `step(prepare())`, on a device that accounts for every byte."""
    device = ri.device("cpu")
    with device.trace() as events:
        prepared = prepare()
        device.pool.collect()
        start = len(events)
        step(prepared)
    rows = [
        {
            "action": event.action,
            "offset": event.offset,
            "nbytes": event.nbytes,
            "live_bytes": event.live_bytes,
            "maker": event.label.maker,
            "dtype": str(event.label.dtype),
            "shape": list(event.label.shape),
        }
        for event in events
    ]
    return start, rows
