"""Judges of our output that are Java programs, in this process."""
