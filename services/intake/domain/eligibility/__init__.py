"""Who may be treated: one rule per named line of the registry, all of them asked at once."""
