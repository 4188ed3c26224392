"""The models in the reference framework: one file each, found by its name."""
