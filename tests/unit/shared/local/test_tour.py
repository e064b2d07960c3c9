"""One of each: where to look, short enough to be read, and the same after the start."""

import json
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from uuid import UUID

from rich.console import Console

from shared.local import tour
from shared.local.tour import SIGHTS, Sight

PATIENT = str(UUID(int=7))
URLS = {"intake": "http://127.0.0.1:44001", "session-record": "http://127.0.0.1:44003"}
NETWORK = {"services": {name: {"url": url} for name, url in URLS.items()}}
LONGEST = Sight(
    "form", "serious adverse event", "riverside", PATIENT, "session-record",
    f"encounters/{PATIENT}/rems-form",
)  # fmt: skip
HOLD = Sight("hold", "safety hold, lifted", "summit", PATIENT, "intake", f"patients/{PATIENT}/fhir")


def test_no_line_is_longer_than_a_hundred_characters() -> None:
    assert max(len(each) for each in tour.lines([LONGEST, HOLD], URLS)) <= 100
    assert max(len(each.what) for each in SIGHTS.values()) <= len(LONGEST.what)


def test_each_service_is_named_once_and_what_it_shows_under_it() -> None:
    shown = list(tour.lines([LONGEST, HOLD], URLS))

    assert shown == [
        "intake: GET http://127.0.0.1:44001/v1/...",
        f"  safety hold, lifted   summit    00000000 patients/{PATIENT}/fhir",
        "session-record: GET http://127.0.0.1:44003/v1/...",
        f"  serious adverse event riverside 00000000 encounters/{PATIENT}/rems-form",
    ]


def test_what_a_start_has_found_is_shown_again(tmp_path: Path) -> None:
    kept = {HOLD.name: asdict(HOLD) | {"url": "http://127.0.0.1:44001/v1/patients"}}
    (tmp_path / tour.FILE).write_text(json.dumps(kept))
    page = StringIO()

    tour.print_kept(NETWORK, tmp_path, Console(file=page, width=100))

    assert "safety hold, lifted   summit    00000000 patients/" in page.getvalue()


def test_before_the_first_start_nothing_is_shown(tmp_path: Path) -> None:
    page = StringIO()

    tour.print_kept(NETWORK, tmp_path, Console(file=page))

    assert not page.getvalue()
