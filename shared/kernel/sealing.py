"""Encryption as ports: rules say what is sealed and under whose key, never how.

Whoever has a data key has what it sealed. It is kept wrapped by a key-encryption key, which is in
no store.
"""

from typing import Protocol


class Unreadable(Exception):
    """Sealed under another key or name, or changed since: nothing of it is shown."""


class Cipher(Protocol):
    """One data key at work. `name` is bound to the ciphertext: it opens under no other name."""

    def seal(self, name: str, text: str) -> str: ...

    def open(self, name: str, sealed: str) -> str:
        """Raises Unreadable."""


class Keys(Protocol):
    """What holds the key-encryption key."""

    def create(self, key_id: str) -> tuple[str, Cipher]:
        """A new random data key: wrapped, to be stored under `key_id`, and at work."""

    def unlock(self, key_id: str, wrapped: str) -> Cipher:
        """Raises Unreadable for a key that was not wrapped here, or not under this id."""
