"""The models of `adapters.zoo` in the reference framework, a file for each."""
