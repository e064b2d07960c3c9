"""The issuer's HTTP face: the server, what it answers where, and the page to sign in."""
