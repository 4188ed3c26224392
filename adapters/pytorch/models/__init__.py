"""The models of `adapters.zoo` in PyTorch, a file for each."""
