"""Hands that tamper with an audit trail, as somebody with all rights on the database could."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from shared.storage.audit import chain
from shared.storage.audit.rows import digest
from shared.storage.memory import MemoryStore
from shared.storage.store import AUDIT, AUDIT_CHAIN, JOURNAL, LEASES, Document

Collections = dict[str, dict[Any, Document]]
FIELDS = {
    AUDIT: ("at", "who", "roles", "clinic", "act", "path", "subject", "status", "reason"),
    JOURNAL: ("time", "recorded_at", "sha256", "verdict", "code", "clinic", "subject", "source"),
    AUDIT_CHAIN: ("at", "before", "rows", "hash"),
}


@dataclass
class Hands:
    """Each method changes one thing that must be found."""

    held: Collections
    dice: Random

    def flip(self) -> None:
        """A field of a row, of a step or of a block becomes another value of its kind."""
        of = self.dice.choice((AUDIT, JOURNAL, AUDIT_CHAIN))
        document = self._some(of)
        name = self.dice.choice(FIELDS[of])
        document[name] = self._other(document.get(name))

    def delete(self) -> None:
        """Gone; of a block not the last, which is cutting the tail off."""
        of = self.dice.choice((AUDIT, JOURNAL, AUDIT_CHAIN))
        keys = sorted(self.held[of])
        del self.held[of][self.dice.choice(keys[:-1] if of == AUDIT_CHAIN else keys)]

    def insert(self) -> None:
        """A row that was never sealed, and says it was."""
        of = self.dice.choice((AUDIT, JOURNAL))
        name = f"forged-{self.dice.randrange(1000)}"
        self.held[of][name] = self._some(of) | {"_id": name}

    def swap(self) -> None:
        """Two documents change places: all but their ids."""
        of = self.dice.choice((AUDIT, AUDIT_CHAIN))
        one, other = self.dice.sample(sorted(self.held[of]), 2)
        first, second = self.held[of][one], self.held[of][other]
        self.held[of][one], self.held[of][other] = second | {"_id": one}, first | {"_id": other}

    def cut(self) -> None:
        """The last blocks, with the head and what they sealed, as if they had never been."""
        keep = self.dice.randrange(1, len(self.held[AUDIT_CHAIN]))
        for n in range(keep + 1, len(self.held[AUDIT_CHAIN]) + 1):
            for of, name, _ in self.held[AUDIT_CHAIN].pop(n)["rows"]:
                self.held[of].pop(name, None)
        self._close(keep)

    def fork(self) -> None:
        """One row is changed, and the chain is made anew from its block on, to the head."""
        n = self.dice.randrange(1, len(self.held[AUDIT_CHAIN]) + 1)
        of, name, _ = self.dice.choice(self.held[AUDIT_CHAIN][n]["rows"])
        document = dict(self.held[of][name]) | {"clinic": "elsewhere"}
        self.held[of][name] = document
        for block in self.held[AUDIT_CHAIN].values():
            block["rows"] = [
                [of, name, digest(of, document)] if row[:2] == [of, name] else row
                for row in block["rows"]
            ]
        self._chain_anew()

    def set_clock_back(self) -> None:
        """When a block was sealed, with every hash after it made right again."""
        block = self._some(AUDIT_CHAIN)
        block["at"] -= timedelta(milliseconds=self.dice.randrange(1, 10**9))
        self._chain_anew()

    def unseal(self) -> None:
        """A row is changed and marked to be sealed again, and the relay does so."""
        of = self.dice.choice((AUDIT, JOURNAL))
        document = self._some(of)
        document |= {"clinic": "elsewhere", "unsealed": True}
        store = MemoryStore()
        store.collections = self.held
        chain.seal(store, "intake", document["recorded_at" if of == JOURNAL else "at"])

    def _some(self, of: str) -> Document:
        key = self.dice.choice(sorted(self.held[of]))
        self.held[of][key] = dict(self.held[of][key])
        return self.held[of][key]

    def _other(self, value: Any) -> Any:
        match value:
            case str():
                place = self.dice.randrange(len(value) + 1)
                return (
                    value[:place] + self.dice.choice("abcdef0123456789~") * 2 + value[place + 1 :]
                )
            case int():
                return value + self.dice.choice((-1, 1)) * self.dice.randrange(1, 1000)
            case list():
                return value[:-1] if value and self.dice.random() < 0.5 else [*value, "one more"]
            case None:
                return "something"
        return value + timedelta(milliseconds=self.dice.randrange(1, 10**6))

    def _chain_anew(self) -> None:
        before = chain.genesis("intake")
        for n in sorted(self.held[AUDIT_CHAIN]):
            block = dict(self.held[AUDIT_CHAIN][n]) | {"before": before}
            before = block["hash"] = chain.hash_of(block)
            self.held[AUDIT_CHAIN][n] = block
        self._close(len(self.held[AUDIT_CHAIN]))

    def _close(self, n: int) -> None:
        """The head says what the last block is."""
        last = self.held[AUDIT_CHAIN][n]
        head = self.held[LEASES][chain.HEAD]
        self.held[LEASES][chain.HEAD] = head | {"n": n, "hash": last["hash"], "at": last["at"]}


MUTATIONS: tuple[Callable[[Hands], None], ...] = (
    *(Hands.flip, Hands.delete, Hands.insert, Hands.swap),
    *(Hands.cut, Hands.fork, Hands.set_clock_back, Hands.unseal),
)
