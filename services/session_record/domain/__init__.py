"""Room 1: pure decisions over encounters. No framework, clock or environment."""
