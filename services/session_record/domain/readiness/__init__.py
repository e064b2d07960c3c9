"""May this patient have this dose now: everything that is missing, at once."""
