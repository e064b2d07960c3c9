"""The record of a session as something written: entries, signature, amendments, tasks."""
