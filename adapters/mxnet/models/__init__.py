"""The models of `adapters.zoo`, in MXNet and Gluon."""
