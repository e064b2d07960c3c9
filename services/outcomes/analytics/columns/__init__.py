"""The rows as columns: fed from the topics, kept as Parquet, rebuilt at any time."""
