"""The audit trail: rows of who read what, and a chain that seals them and the journal."""
