"""What operations does at a running network: lanes, and the replay of a projection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2

from shared.client.calls import Calls
from shared.client.connection import Connection, connect, raise_for

ANALYTICS = "analytics"


@dataclass(frozen=True)
class Operations:
    """Each call raises NotAllowed, Refused or NotAnswering."""

    connection: Connection

    @classmethod
    def of(
        cls, network: Mapping[str, Any], client_id: str = "operations", calls: Calls | None = None
    ) -> "Operations":
        return cls(connect(network, client_id, calls))

    def lanes(self, service: str) -> list[dict[str, Any]]:
        """The parked ones: `lane`, `code`, `reason`, `since`."""
        items: list[dict[str, Any]] = self.connection.get(service, "lanes")["items"]
        return items

    def lane(self, service: str, lane: str) -> dict[str, Any]:
        """One with its `letters` in order; with `body` for who may change them."""
        found: dict[str, Any] = self.connection.get(service, _path(lane))
        return found

    def repair(
        self, service: str, lane: str, letter: str, value: object, reason: str
    ) -> dict[str, Any]:
        """`{verdict, applied}`; Refused where it would make it no better: nothing was changed."""
        asked = {"letter": letter, "value": value, "reason": reason}
        return self._posted(service, f"{_path(lane)}/repair", asked)

    def try_again(self, service: str, lane: str) -> int:
        """How many letters could be applied."""
        return int(self._posted(service, f"{_path(lane)}/replay")["applied"])

    def discard(self, service: str, lane: str, reason: str) -> int:
        """How many letters were given up; their bytes are kept."""
        return int(self._posted(service, f"{_path(lane)}/discard", {"reason": reason})["discarded"])

    def replay(self, swap: str, reason: str) -> dict[str, Any]:
        """Starts one of outcomes' projection. `swap`: no, equal, any."""
        return self._posted(ANALYTICS, "replay", {"swap": swap, "reason": reason})

    def replayed(self, replay_id: str, wait: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """How it ended. `wait` is called between two looks with how far it is."""
        while True:
            found: dict[str, Any] = self.connection.get(ANALYTICS, f"replay/{replay_id}")
            if found["state"] != "running":
                return found
            wait(found)

    def _posted(self, service: str, path: str, asked: object | None = None) -> dict[str, Any]:
        answer: httpx2.Response = self.connection.send(service, "POST", path, json=asked)
        raise_for(answer)
        told: dict[str, Any] = answer.json()
        return told


def _path(lane: str) -> str:
    return f"lanes/{quote(lane, safe='')}"
