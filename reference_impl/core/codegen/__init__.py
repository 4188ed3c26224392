"""Loop nests, and the languages in which they are printed."""
