"""The clinic's day as its own people see it: who is in the room, what is due, what waits."""
