"""An empty answer says which constraint blocks, and what is to be done."""

from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest

from services.scheduling.domain.occupancy.day import Claim, Day
from services.scheduling.domain.occupancy.explaining import lacking
from services.scheduling.domain.occupancy.needs import wanted
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.resources.resource import Roster, SiteCertificate
from shared.kernel.errors import Reason
from tests.kit.scheduling import NINE, NOW, POLICY, a_resource, a_roster, hours

DOSE = wanted("dosing", "iv", 150, POLICY)
TALK = wanted("integration", "iv", 60, POLICY)
ESKETAMINE = wanted("dosing", "esketamine", 150, POLICY)
EVENING = NINE + 8 * 60


def a_diary(*claims: Claim, roster: Roster | None = None) -> Diary:
    return Diary(roster or a_roster(), [Day("2026-03-02", claims)], POLICY)


def reasons(diary: Diary, what: object = DOSE, until: int = EVENING) -> tuple[Reason, ...]:
    return lacking(diary, what, NINE, until, "dosing 1")  # type: ignore[arg-type]


def test_where_there_is_a_start_nothing_is_lacking() -> None:
    assert reasons(a_diary()) == ()


def test_a_kind_that_nobody_declared_is_named() -> None:
    [reason] = reasons(a_diary(roster=a_roster(without=["monitor"])))

    assert (reason.code, reason.source) == ("no-monitor", "SCH-6")
    assert "no monitor is declared" in reason.words


def test_people_without_a_licence_are_not_there() -> None:
    roster = a_roster()
    unlicensed = replace(
        roster,
        licences=tuple(each for each in roster.licences if each.practitioner != "nurse-1"),
    )

    [reason] = reasons(a_diary(roster=unlicensed))

    assert reason.code == "no-nurse"
    assert "licence" in reason.words


def test_what_is_open_at_another_time_says_from_when() -> None:
    late = a_resource("room", hours=hours("13:00", "17:00"))

    [reason] = reasons(a_diary(roster=a_roster(late)), until=NINE + 60)

    assert reason.code == "no-room"
    assert "the next is from 2026-03-02 13:00 America/New_York" in reason.words


def test_what_is_taken_says_until_when() -> None:
    claims = (Claim("a", "monitor-1", NINE - 60, NINE + 120), Claim("b", "room-1", NINE, NINE + 60))

    found = {each.code: each.words for each in reasons(a_diary(*claims), until=NINE + 60)}

    assert list(found) == ["no-room", "no-monitor"]
    assert "(monitor-1) is taken until 2026-03-02 11:00" in found["no-monitor"]


def test_a_full_ratio_is_called_so() -> None:
    claims = [Claim(name, "nurse-1", NINE, NINE + 150, "dosing", 2) for name in "ab"]

    [reason] = reasons(a_diary(*claims), until=NINE + 60)

    assert "full to its ratio until 2026-03-02 11:30" in reason.words


def test_kinds_that_are_never_free_together_are_told_together() -> None:
    claims = (
        Claim("a", "room-1", NINE, NINE + 240),
        Claim("b", "therapist-1", NINE + 240, NINE + 480),
    )

    [reason] = reasons(a_diary(*claims), TALK)

    assert reason.code == "no-common-time"
    assert "room, therapist are never free together" in reason.words


@pytest.mark.parametrize(("days", "codes"), [(10, []), (-10, ["site-not-certified"])])
def test_esketamine_is_given_only_where_the_site_is_certified(days: int, codes: list[str]) -> None:
    until = NOW + timedelta(days=days)
    roster = replace(a_roster(site="main"), certified=(SiteCertificate("main", until),))

    assert [each.code for each in reasons(a_diary(roster=roster), ESKETAMINE)] == codes


def test_one_time_is_explained_on_the_grid_or_not() -> None:
    diary = a_diary(Claim("a", "room-1", NINE, NINE + 60))

    assert [each.code for each in lacking(diary, TALK, NINE + 55, NINE + 56, "x")] == ["no-room"]
    assert lacking(diary, TALK, NINE + 65, NINE + 66, "x") == ()


def test_the_next_slots_are_found() -> None:
    diary = a_diary(Claim("a", "room-1", NINE, NINE + 60))

    found = islice(diary.slots(TALK, NINE, diary.end), 3)

    assert [each.start - NINE for each in found] == [60, 90, 120]
