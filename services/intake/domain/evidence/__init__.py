"""What is known of a patient's health: said by sites, kept for good, corrected by saying again."""
