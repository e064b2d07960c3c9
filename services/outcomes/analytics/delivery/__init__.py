"""What analysts fetch: the live stream with a cursor, and exports."""
