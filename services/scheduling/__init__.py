"""Scheduling: decides what happens when, with whom and where."""
