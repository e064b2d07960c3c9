"""The ports of encryption, with what only intake needs: to find again what it cannot read."""

from typing import Protocol

from shared.kernel.sealing import Cipher, Keys, Unreadable

__all__ = ["Cipher", "Unreadable", "Vault"]


class Vault(Keys, Protocol):
    """What holds the key-encryption key of the identities."""

    def fingerprint(self, words: str) -> str:
        """The same for the same words; without the key nobody can guess words from it."""
