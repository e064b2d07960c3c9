"""How somebody is signed in: the sealed session, and the identity provider behind it."""
