"""What analysts are told, and under which token, key and class of people."""
