"""Encryption as ports: the rules say what is sealed and under whose key, never how.

Each person has a data key. It is kept wrapped by the key-encryption key, which is in no store.
"""

from typing import Protocol


class Unreadable(Exception):
    """Sealed under another key, for another field or patient, or changed since."""


class Cipher(Protocol):
    """One data key at work. `name` is bound to the ciphertext: it opens under no other name."""

    def seal(self, name: str, text: str) -> str: ...

    def open(self, name: str, sealed: str) -> str:
        """Raises Unreadable."""


class Vault(Protocol):
    """What holds the key-encryption key."""

    def create(self, key_id: str) -> tuple[str, Cipher]:
        """A new random data key: wrapped, to be stored under `key_id`, and at work."""

    def unlock(self, key_id: str, wrapped: str) -> Cipher:
        """Raises Unreadable for a key that was not wrapped here, or not under this id."""

    def fingerprint(self, words: str) -> str:
        """The same for the same words; without the key nobody can guess words from it."""
