"""What a service's door does for operations: how it stands, and who may take how much of it."""
