"""A digit from its image, by residual blocks with batch normalisation (He et al. 2016).

A block is relu(norm2(conv2(relu1(norm1(conv1(x))))) + x); where channels change, conv1
and a shortcut of one pixel halve the image, and `pool` averages each channel.
"""

from . import metrics, shapes
from .model import Arrays, Model, Shapes, momentum


def images(samples: Arrays) -> Arrays:
    """Images of one channel; x: (N, 64) to (N, 1, 8, 8)."""
    return {"x": samples["x"].reshape(-1, 1, 8, 8), "y": samples["y"]}


def _block(name: str, C: int, F: int) -> Shapes:
    """The parameters of a residual block from C channels to F."""
    found = shapes.filters(f"{name}.conv1", C, F, 3, 3, bias=False)
    found |= shapes.norm(f"{name}.norm1", F)
    found |= shapes.filters(f"{name}.conv2", F, F, 3, 3, bias=False)
    found |= shapes.norm(f"{name}.norm2", F)
    if C != F:
        found |= shapes.filters(f"{name}.shortcut", C, F, 1, 1, bias=False)
        found |= shapes.norm(f"{name}.shortcut_norm", F)
    return found


def _statistics(parameters: Shapes) -> Shapes:
    """What the normalisations among the layers remember."""
    found: Shapes = {}
    for name, shape in parameters.items():
        layer, _, kind = name.rpartition(".")
        if "norm" in layer and kind == "weight":
            found |= shapes.statistics(layer, *shape)
    return found


_SAME = ("conv1", "norm1", "relu1", "conv2", "norm2", "relu2")
_CHANGING = (*_SAME[:-1], "shortcut", "shortcut_norm", "relu2")
_SHAPES = (
    shapes.filters("stem", 1, 16, 3, 3, bias=False)
    | shapes.norm("stem_norm", 16)
    | _block("block1", 16, 16)
    | _block("block2", 16, 32)
    | _block("block3", 32, 64)
    | shapes.linear("output", 64, 10)
)

MODEL = Model(
    about="ResNet-8: three residual blocks of 16, 32 and 64 channels",
    layers=(
        *("stem", "stem_norm", "relu"),
        *(f"block1.{part}" for part in _SAME),
        *(f"block2.{part}" for part in _CHANGING),
        *(f"block3.{part}" for part in _CHANGING),
        *("pool", "output"),
    ),
    shapes=_SHAPES,
    statistics=_statistics(_SHAPES),
    data="digits",
    prepare=images,
    metric=metrics.accuracy,
    optimiser=momentum(lr=2**-5),
    steps=200,
    batch=64,
    reaches=0.975,
    higher_is_better=True,
)
