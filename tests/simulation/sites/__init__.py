"""What the sites of a simulated network are, and what they tell."""
