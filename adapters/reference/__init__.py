"""The models of the comparison in the reference framework."""
