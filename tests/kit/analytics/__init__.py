"""Builders for the analytics process."""
