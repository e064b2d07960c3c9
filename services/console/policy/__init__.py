"""The policy in force, as people read it."""
