"""What operations ask of a service's store: who was seen, which processes live, what waits."""
