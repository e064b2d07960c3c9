"""The roster, and opening hours that stay on the wall clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.domain.occupancy.day import moment
from services.scheduling.domain.resources.commands import DeclareResource
from services.scheduling.domain.resources.declaring import declare
from services.scheduling.domain.resources.openings import open_times
from services.scheduling.domain.resources.resource import Roster
from shared.contracts.site import ResourceDeclared
from shared.kernel.errors import Malformed
from tests.kit.scheduling import BERLIN, NEW_YORK, NOW, hours


def declaring(**changes: object) -> DeclareResource:
    fields = {"kind": "room", "zone": NEW_YORK, "hours": hours(), "active": True} | changes
    said = ResourceDeclared(**fields)  # type: ignore[arg-type]
    return DeclareResource("event", NOW, "room-1", said)


def opened(zone: str, day: date, opens: str, closes: str) -> list[tuple[datetime, datetime]]:
    """In UTC, on this day alone."""
    [*found] = open_times(zone, hours(opens, closes, [day.weekday()]), day, 1)
    return [(moment(start), moment(end)) for start, end in found]


def test_a_resource_declared_again_replaces_what_was_known() -> None:
    once = declare(declaring(), Roster())

    again = declare(declaring(active=False, zone=BERLIN), once)

    assert [(each.zone, each.active) for each in again.resources] == [(BERLIN, False)]


@pytest.mark.parametrize("zone", ["Nowhere/Atlantis", "America", "../etc/passwd", "leapseconds"])
def test_a_zone_that_does_not_exist_breaks_the_contract(zone: str) -> None:
    with pytest.raises(Malformed) as fault:
        declare(declaring(zone=zone), Roster())

    assert fault.value.path == "/data/zone"


def test_hours_that_close_before_they_open_break_the_contract() -> None:
    with pytest.raises(Malformed) as fault:
        declare(declaring(hours=(*hours(), *hours("17:00", "09:00", [5]))), Roster())

    assert fault.value.path == "/data/hours/5/closes"


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        (NEW_YORK, date(2026, 3, 7), date(2026, 3, 8)),
        (NEW_YORK, date(2026, 10, 31), date(2026, 11, 1)),
        (BERLIN, date(2026, 3, 28), date(2026, 3, 29)),
        (BERLIN, date(2026, 10, 24), date(2026, 10, 25)),
    ],
)
def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change(
    zone: str, before: date, after: date
) -> None:
    for day in (before, after):
        [(start, end)] = opened(zone, day, "09:00", "17:00")

        assert start.astimezone(ZoneInfo(zone)).hour == 9
        assert end.astimezone(ZoneInfo(zone)).hour == 17

    assert opened(zone, before, "09:00", "17:00")[0][0].hour != start.hour


def test_a_skipped_opening_time_opens_when_the_clock_has_moved_on() -> None:
    [(start, _)] = opened(NEW_YORK, date(2026, 3, 8), "02:30", "12:00")

    assert start == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # 03:30, the first half past there is


def test_of_an_ambiguous_hour_the_shorter_opening_is_taken() -> None:
    [(start, _)] = opened(NEW_YORK, date(2026, 11, 1), "01:30", "12:00")
    [(_, end)] = opened(NEW_YORK, date(2026, 11, 1), "00:00", "01:30")

    assert start == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # the second 01:30
    assert end == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # the first 01:30


def test_a_clinic_open_around_the_clock_has_no_seam_at_midnight() -> None:
    [(start, end)] = open_times(BERLIN, hours("00:00", "24:00", range(7)), date(2026, 3, 27), 4)

    assert (end - start) / 60 == 6 * 24 - 1  # with the days around, less the hour that is skipped
