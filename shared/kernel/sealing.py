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


class RecordKey(Protocol):
    """One subject's key at work: whole records, each a JWE (RFC 7516, compact, A256GCM)."""

    def seal(self, type_: str, payload: bytes) -> str:
        """`type_`: what is within, readable without the key."""

    def open(self, jwe: str) -> tuple[str, bytes]:
        """(type within, payload). Raises Unreadable, also for another subject's record."""

    def jwk(self) -> dict[str, str]:
        """The key itself (RFC 7517): whoever gets it reads every record of the subject."""


class RecordKeys(Protocol):
    """What holds the key-encryption key of the subjects' keys."""

    def create(self, token: str) -> tuple[str, RecordKey]:
        """A new random key for a subject: wrapped, to be stored under `token`, and at work."""

    def unlock(self, token: str, wrapped: str) -> RecordKey:
        """Raises Unreadable for a key that was not wrapped here, or not for this subject."""
