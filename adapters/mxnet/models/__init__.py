"""The models of `adapters.zoo` in MXNet, a file for each."""
