"""The door's part of the audit: who reads what is written down before the answer goes out."""
