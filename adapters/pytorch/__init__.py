"""The models of the comparison in PyTorch."""
