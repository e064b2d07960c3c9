"""Identifiers that a retry or a replay mints again to the letter: derived, never random."""

from uuid import UUID, uuid5

_NETWORK = UUID("5a0c1d0e-7b1f-5c52-9d0b-6a1f3f3f8a11")


def derive(cause: str, name: str) -> str:
    """The UUID of the thing called `name` that the event or document `cause` brings about."""
    return str(uuid5(_NETWORK, f"{cause}\n{name}"))
