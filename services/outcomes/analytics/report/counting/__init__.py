"""Who is counted in what: people of the frames, and how many of each group are in each state."""
