"""Is the site well: its folder, its clock, its credentials, its way to the network, its numbers."""
