"""Words every room knows: identifiers, errors, the clock, the policy. Standard library only."""
