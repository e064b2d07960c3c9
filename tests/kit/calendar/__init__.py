"""Calendars as the tests and the bench need them: swept for overlaps, and full of appointments."""
