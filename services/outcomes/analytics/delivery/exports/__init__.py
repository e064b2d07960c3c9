"""The stream as it stands, as one file."""
