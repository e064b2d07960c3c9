"""The command line: each command translates arguments, calls the agent or the client, prints."""
