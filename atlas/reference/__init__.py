"""The witnesses of the atlas in the framework that this book builds."""
