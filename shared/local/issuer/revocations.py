"""Who is not believed any more: a list that every service reads, and keeps if it cannot."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from shared.local.issuer.ledger import Ledger
from shared.local.issuer.refusal import must

LISTED_S = 24 * 3600
"""Longer than any token lives: what was issued before is refused for its age by then."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")


@dataclass(frozen=True)
class Revocations:
    """`known`: the clients and people of the demo; the sites are in the ledger."""

    ledger: Ledger
    known: Collection[str]
    now: Callable[[], float]

    def add(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Its tokens and its key are refused from now on; a person may sign in again."""
        client_id = wanted.get("client_id")
        is_id = isinstance(client_id, str) and _ID.fullmatch(client_id) is not None
        must(is_id, "invalid_request", "client_id is needed")
        sub = str(client_id)
        with self.ledger.change() as state:
            is_known = sub in state.sites or sub in self.known
            must(is_known, "not_found", "no such client: `kap ops sites list` names the sites", 404)
            state.revoked[sub] = before = int(self.now())
            kept = state.sessions.items()
            state.sessions = {key: each for key, each in kept if each.person != sub}
        return {"client_id": sub, "before": before}

    def listed(self) -> dict[str, Any]:
        oldest = self.now() - LISTED_S
        with self.ledger.look() as state:
            recent = [(sub, before) for sub, before in state.revoked.items() if before > oldest]
        return {"revoked": [{"sub": sub, "before": before} for sub, before in sorted(recent)]}

    def sites(self) -> dict[str, Any]:
        """The sites that were enrolled, for operations."""
        with self.ledger.look() as state:
            rows = [
                {
                    "client_id": each.client_id,
                    "clinic": each.clinic,
                    "site": each.site,
                    "client_name": each.client_name,
                    "since": each.since,
                    "key": each.jwk["kid"],
                    "revoked": state.revoked.get(each.client_id),
                }
                for each in state.sites.values()
            ]
        return {"items": sorted(rows, key=lambda row: (row["clinic"], row["site"], row["since"]))}
