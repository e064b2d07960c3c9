"""May this dose be given, in this route and amount, out of this vial, by these two people."""
