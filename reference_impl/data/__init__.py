"""Data sets, as NumPy arrays in a fixed order and a fixed split."""

from .real import Dataset, diabetes, digits

__all__ = ["Dataset", "diabetes", "digits"]
