"""Builders for the demo network: its patients as the services would meet them."""
