"""Watching the patient: readings, alarms, and readings that did not come (SES-4, SES-12)."""
