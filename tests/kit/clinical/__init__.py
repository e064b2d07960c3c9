"""What intake is told of a patient's health, and a patient's file built from it."""
