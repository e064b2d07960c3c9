"""outcomes: whether it helped, for whom it needs a person today, and the analysts' stream."""
