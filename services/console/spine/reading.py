"""Asks every service how it stands, at once; none of them can hold up the others."""

from typing import Any

from services.console.reading import Answer, Reader, understood
from services.console.spine.needs import Need, needs_of
from services.console.spine.rows import Row, row_of
from services.console.spine.sites import Site, sites_of
from shared.contracts.topics import SCHEDULING, SERVICES

ANALYTICS = "analytics"
ASKED = (
    *((service, "/v1/operations") for service in SERVICES),
    (ANALYTICS, "/health/ready"),
    (SCHEDULING, "/v1/openings"),
)


def board(reader: Reader) -> dict[str, Any]:
    """What the operations page shows: `rows`, `analytics`, `sites`, `needs`."""
    *told, analytics, openings = reader.several(ASKED)
    answers = [understood(each, row_of, _sites) for each in told]
    rows = [row_of(each) for each in answers]
    sites = sites_of(answers, _open(understood(openings, _open)))
    return {
        "rows": rows,
        "analytics": analytics,
        "sites": sites,
        "needs": needs_of(rows, sites, analytics),
        "totals": totals(rows, sites, analytics),
    }


def totals(rows: list[Row], sites: list[Site], analytics: Answer) -> dict[str, float]:
    up = [row for row in rows if not row.fault]
    return {
        "services": len(rows) + 1,
        "answering": len(up) + (analytics.status == 200),
        "waiting": sum(row.waiting for row in up),
        "oldest_s": max((row.oldest_s for row in up), default=0),
        "behind": sum(row.behind for row in up),
        "behind_s": max((row.behind_s for row in up), default=0),
        "parked": sum(row.parked for row in up),
        "letters": sum(row.letters for row in up),
        "sites": len(sites),
        "silent": sum(site.state == "bad" for site in sites),
        "missing": sum(site.missing for site in sites),
    }


def pressing(reader: Reader) -> list[Need]:
    """What needs somebody now; empty on a good day."""
    found: list[Need] = board(reader)["needs"]
    return found


def _sites(answer: Answer) -> list[Site]:
    return sites_of([answer], {})


def _open(openings: Answer) -> dict[str, bool]:
    """Which clinics have a site open now, as far as scheduling tells."""
    clinics = openings.data["items"] if openings.status == 200 and not openings.fault else []
    return {each["clinic"]: each["open"] for each in clinics}
