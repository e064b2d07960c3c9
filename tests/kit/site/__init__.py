"""What a site's programs are tested against: a whole network in one process, with bad links."""
