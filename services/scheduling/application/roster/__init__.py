"""The use cases of the roster: what changes it, what that displaces, what one may read of it."""
