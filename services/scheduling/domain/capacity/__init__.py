"""How full a clinic is, how much more would fit, and what limits it."""
