"""The models in PyTorch: one file each, found by its name."""
