"""How scheduling takes each event type: contract, command, use case, and what is read ahead."""
