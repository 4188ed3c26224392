"""The models of the comparison in MXNet and Gluon."""
