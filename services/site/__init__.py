"""What runs at a clinic: the agent with its durable spool, and the command line `kap`."""
