"""Every record that was read, as it came: Parquet segments on this process's own disk."""
