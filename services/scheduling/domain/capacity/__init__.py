"""How full a clinic is, and what would still fit."""
