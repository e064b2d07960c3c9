"""What the four services share, bottom up: each room may import only the rooms below it."""
