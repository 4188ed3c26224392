"""The witnesses of the atlas in MXNet and Gluon."""
