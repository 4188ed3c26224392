"""What was found in the reference framework: nothing so far."""
