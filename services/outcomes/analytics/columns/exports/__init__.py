"""The stream's tables as files for whatever an analyst works with."""
