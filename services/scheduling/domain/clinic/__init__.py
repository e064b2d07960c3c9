"""What a clinic keeps beside its courses: who waits, what time is free for them, and its groups."""
