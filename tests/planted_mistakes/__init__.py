"""Mistakes that people make in adapters, as changes of their source."""

from . import float32, forward, modes, training

PLANTS = forward.PLANTS | training.PLANTS | modes.PLANTS | float32.PLANTS
