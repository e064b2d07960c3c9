"""Reads what there is after the run: the spool, the services' journals, and their gap answers."""

from collections.abc import Mapping
from typing import Any

from services.outcomes.application.documents import TRAJECTORIES
from services.site.agent.home import Home, Identity
from services.site.agent.spool import MENDED, TAKEN, TRAY, WAITING, Row, Spool
from shared.client.calls import Calls
from shared.client.connection import Connection
from shared.client.site import SiteClient
from shared.contracts.topics import INTAKE, OUTCOMES
from shared.storage.journal import JOURNAL
from shared.storage.mongo import MongoStore
from shared.storage.steps import SITE
from shared.storage.store import Document
from tests.chaos.site.checker import Evidence, Kept, Said, Stored

POSTED_TO = (INTAKE, OUTCOMES)
STATES = (WAITING, TAKEN, TRAY, MENDED)
ROWS_MAX = 100_000


def evidence(
    network: Mapping[str, Any], home: Home, straight: Identity, said: list[Said]
) -> Evidence:
    """`straight`: the site's identity with the services' own addresses."""
    rows = spooled(home)
    client = SiteClient(
        Connection(straight.services, home.tokens(Calls()), Calls()), straight.source
    )
    last = dict.fromkeys(POSTED_TO, 0)
    for row in rows:
        last[row.service] = max(last[row.service], row.sequence)
    return Evidence(
        said,
        [each for name in POSTED_TO for each in _journal(network, name, straight.source)],
        [Kept(row.id, row.service, row.sequence, row.state, _answer(row)) for row in rows],
        {name: client.gaps(name, last[name] + 1) for name in POSTED_TO},
    )


def spooled(home: Home) -> list[Row]:
    with Spool(home.spool) as spool:
        return [row for state in STATES for row in spool.rows(state, ROWS_MAX)]


def waiting(home: Home) -> int:
    with Spool(home.spool) as spool:
        return spool.waiting()


def duplicates(home: Home) -> int:
    """How many were taken because the service said that it had them already."""
    return sum(row.verdict.get("verdict") == "duplicate" for row in spooled(home))


def known_to_outcomes(network: Mapping[str, Any]) -> int:
    return len(_all(network, OUTCOMES, TRAJECTORIES.name, {}))


def _journal(network: Mapping[str, Any], service: str, source: str) -> list[Stored]:
    found = _all(network, service, JOURNAL, {"reader": SITE, "source": source})
    return [
        Stored(
            each["event_id"],
            service,
            each["subject"],
            each["sequence"],
            each["recorded_at"],
            each["order"],
            each["verdict"],
        )
        for each in found
    ]


def _all(
    network: Mapping[str, Any], service: str, collection: str, equals: dict[str, object]
) -> list[Document]:
    store = MongoStore(network["mongodb"][service]["uri"])
    try:
        return list(store.session().where(collection, equals))
    finally:
        store.close()


def _answer(row: Row) -> str:
    return str(row.verdict.get("first") or row.verdict.get("verdict", ""))
