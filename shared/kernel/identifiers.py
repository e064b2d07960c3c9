"""Identifiers that a retry or a replay mints again to the letter: derived, never random."""

from hashlib import blake2b


def derive(cause: str, name: str) -> str:
    """The id of the thing called `name` that the event or document `cause` brings about.

    32 hexadecimal digits; blake2b, because one is made for every event.
    """
    return blake2b(f"{cause}\n{name}".encode(), digest_size=16, person=b"kap").hexdigest()
