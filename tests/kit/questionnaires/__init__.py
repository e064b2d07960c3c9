"""Builders for questionnaires."""
