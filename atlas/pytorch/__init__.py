"""The witnesses of the atlas in PyTorch."""
