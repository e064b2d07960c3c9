"""Who the patients and practitioners are: sealed identities, persons, duplicates, transfers."""
