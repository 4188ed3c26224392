"""Run one experiment on several frameworks: equality first, then cost."""
