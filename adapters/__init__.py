"""The same models in five frameworks; `contract.py` says what all of them offer."""
