"""The models of `adapters.zoo` in TensorFlow, a file for each."""
