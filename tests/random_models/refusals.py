"""What a framework cannot do by itself; the other ones are compared without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from random_models.model import Model

from adapters.contract import Unsupported

Settings = dict[str, Any]


class Refusal(NamedTuple):
    """Kinds of layers that a framework lacks, with some settings or with any."""

    framework: str
    kinds: tuple[str, ...]
    when: Callable[[Settings], bool]
    reason: str


def always(settings: Settings) -> bool:
    """Whatever the settings are."""
    return True


def _leaves_padding_out(settings: Settings) -> bool:
    return any(settings["padding"]) and not settings["counts_padding"]


def _strides_and_dilates(settings: Settings) -> bool:
    return max(settings["stride"]) > 1 and max(settings["dilation"]) > 1


REFUSALS = (
    Refusal(
        "tensorflow",
        ("average_pool1d", "average_pool2d"),
        _leaves_padding_out,
        "windows leave out only the padding that is called same",
    ),
    Refusal(
        "tensorflow",
        ("conv1d", "conv2d"),
        _strides_and_dilates,
        "a convolution has either a stride or a dilation",
    ),
    Refusal("mxnet", ("rms_norm",), always, "there is none"),
)


def refuse(framework: str, model: Model) -> None:
    """Raise where the framework lacks a layer of the model.

    Raises
    ------
    Unsupported
    """
    for layer in model.layers:
        for refusal in REFUSALS:
            concerns = refusal.framework == framework and layer.kind in refusal.kinds
            if concerns and refusal.when(layer.settings):
                raise Unsupported(framework, layer.kind, refusal.reason)
