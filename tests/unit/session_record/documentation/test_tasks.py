"""Tasks: raised by an event, reminded by the clock once, closed by the event that does them."""

from datetime import date
from typing import Any

import pytest

from services.session_record.adapters.documentation.routes import followed
from services.session_record.domain.commands import AdministerDose
from shared.contracts import site
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Step
from tests.kit.documentation import (
    DOSE,
    GOAL,
    INTEGRATION,
    NAUSEA,
    POLICY,
    PREPARATION,
    SAE,
    SETTING,
    Clinic,
    a_finished,
    amended,
    an_encounter,
    answered,
    at,
    escalated,
    noted,
    posted,
    reported,
    retracted,
    signed,
    told,
)

CONTRACTS: tuple[Any, ...] = (
    site.MedicationAdministered,
    site.AdverseEventReported,
    site.PatientDischarged,
    site.EncounterFinished,
    site.EncounterAbandoned,
)


def dosed(route: Any = "esketamine", policy: Policy = POLICY) -> Step:
    """A dose that the room has taken: only what follows from it is done here."""
    data = site.MedicationAdministered(DOSE, route, 56.0)
    command = AdministerDose("dose-1", at(10), "", DOSE, route, 56.0, None, "", "")
    taken = Route(
        site.MedicationAdministered, lambda _e: command, lambda _c, _u: None, lambda _e: []
    )
    room: dict[str, Route[Any]] = dict.fromkeys((each.type for each in CONTRACTS), taken)
    return posted(data, at(10), "dose-1", followed(room, policy)[data.type])


def finished(encounter_id: str = "e-preparation-0") -> Step:
    return posted(site.EncounterFinished(encounter_id), at(60))


# ---- the REMS form -----------------------------------------------------------------------------


def test_ses_10_the_form_is_warned_of_at_five_days_and_overdue_at_seven() -> None:
    clinic = Clinic()
    clinic.take(dosed())
    assert (clinic.strike(at(9, days=5)), clinic.tasks()) == (0, {"rems-form": "open"})

    clinic.strike(at(10, days=5))
    assert clinic.tasks() == {"rems-form": "due-soon"}
    assert clinic.strike(at(9, days=7)) == 0
    clinic.strike(at(10, days=7))

    assert clinic.tasks() == {"rems-form": "overdue"}


def test_ses_10_each_word_of_a_task_is_said_once() -> None:
    clinic = Clinic()
    clinic.take(dosed())
    for days in (5, 6, 7, 8, 9):
        clinic.strike(at(10, days=days))

    kinds = [kind.removeprefix("session-record.encounter.") for kind, _ in clinic.said()]
    assert kinds == ["task-raised.v1", "task-due-soon.v1", "task-overdue.v1"]
    assert len({data["task_id"] for _, data in clinic.said()}) == 1


def test_a_clock_that_stood_still_says_overdue_and_not_that_it_is_due_soon() -> None:
    clinic = Clinic()
    clinic.take(dosed())

    clinic.strike(at(days=20))
    clinic.strike(at(days=20))

    assert clinic.tasks() == {"rems-form": "overdue"}


@pytest.mark.parametrize("route", ["iv", "im", "sl"])
def test_ses_10_only_esketamine_has_a_form(route: str) -> None:
    clinic = Clinic()
    clinic.take(dosed(route))

    assert clinic.tasks() == {}


# ---- unsigned records --------------------------------------------------------------------------


def test_ses_7_a_session_that_ended_is_signed_within_the_policys_hours() -> None:
    clinic = Clinic(an_encounter("preparation"))
    clinic.take(finished())

    clinic.strike(at(59, days=2))
    assert clinic.tasks() == {"record-unsigned": "open"}
    clinic.strike(at(60, days=2))

    assert clinic.tasks() == {"record-unsigned": "overdue"}


def test_a_session_without_a_dose_waits_for_a_signature_too() -> None:
    clinic = Clinic(an_encounter())

    clinic.take(posted(site.EncounterAbandoned(DOSE, "not-fasting"), at(20)))

    assert clinic.tasks() == {"record-unsigned": "open"}


def test_ses_7_signing_closes_the_task() -> None:
    clinic = Clinic(an_encounter("preparation"))
    clinic.take(
        finished(),
        noted(encounter_id=PREPARATION),
        told(PREPARATION, setting=SETTING),
        signed(PREPARATION, "therapist-1"),
    )

    assert clinic.tasks() == {"record-unsigned": "completed"}


# ---- serious adverse events --------------------------------------------------------------------


def test_ses_6_a_serious_adverse_event_is_escalated_within_24_hours() -> None:
    clinic = Clinic()
    clinic.take(reported())

    clinic.strike(at(59, days=1))
    assert clinic.tasks() == {"sae-escalation/ae-1": "open"}
    clinic.strike(at(60, days=1))

    assert clinic.tasks() == {"sae-escalation/ae-1": "overdue"}


def test_ses_6_telling_it_closes_the_task_and_is_kept() -> None:
    clinic = Clinic()

    clinic.take(reported(), escalated())

    assert clinic.tasks() == {"sae-escalation/ae-1": "completed"}
    [escalation] = clinic.record().escalations
    assert (escalation.entry, escalation.escalated_to) == ("ae-1", "medical-director")


def test_what_is_not_serious_is_no_task_and_is_not_escalated() -> None:
    clinic = Clinic()
    clinic.take(reported(serious=False))

    assert clinic.codes(escalated()) == ["not-serious"]
    assert clinic.tasks() == {}


def test_an_adverse_event_is_escalated_once_and_as_it_stands() -> None:
    clinic = Clinic()
    clinic.take(reported(), escalated(), reported("ae-2"))
    clinic.take(amended("ae-2", "amend-1", adverse_event=SAE))

    codes = clinic.codes(escalated(event_id="esc-2"), escalated("ae-2", "esc-3"))

    assert codes == ["already-escalated", "already-amended"]


def test_an_escalation_before_its_adverse_event_waits() -> None:
    clinic = Clinic()

    assert clinic.only(escalated()).verdict == "deferred"
    clinic.take(reported())
    clinic.sweep()

    assert clinic.tasks() == {"sae-escalation/ae-1": "completed"}


def test_a_correction_to_serious_is_escalated_and_one_to_less_is_not_any_more() -> None:
    clinic = Clinic()

    clinic.take(reported(serious=False), amended("ae-1", "up", adverse_event=SAE))
    assert clinic.tasks() == {"sae-escalation/up": "open"}
    clinic.take(amended("up", "down", 300, adverse_event=NAUSEA))

    assert clinic.tasks() == {"sae-escalation/up": "cancelled"}


def test_a_correction_does_not_win_time_for_the_escalation() -> None:
    clinic = Clinic()
    clinic.take(reported(), amended("ae-1", "amend-1", adverse_event=SAE))

    due = [data["due_at"] for data in clinic.told("task-raised")]

    assert due[0] == due[1]


# ---- integration goals -------------------------------------------------------------------------


def integrating(**goal: Any) -> Step:
    changed = site.IntegrationGoal(**{name: getattr(GOAL, name) for name in GOAL.__slots__} | goal)
    return told(INTEGRATION, goals=(changed,), integrates=DOSE, when=at(days=2))


@pytest.fixture
def clinic() -> Clinic:
    return Clinic(a_finished(), an_encounter("integration"))


def test_a_goal_is_asked_about_after_the_policys_days(clinic: Clinic) -> None:
    clinic.take(integrating())

    clinic.strike(at(-1, days=9))
    assert clinic.tasks() == {"integration-follow-up/goal-1": "open"}
    clinic.strike(at(days=9))

    assert clinic.tasks() == {"integration-follow-up/goal-1": "overdue"}


def test_a_goal_with_a_day_is_due_until_that_day_is_over_at_the_clinic(clinic: Clinic) -> None:
    clinic.take(integrating(follow_up_on=date(2026, 3, 10)))

    [raised] = clinic.told("task-raised")

    assert raised["due_at"] == "2026-03-11T07:00:00Z"  # after the clocks went forward


def test_telling_a_goal_again_follows_it_up_and_an_active_one_goes_on(clinic: Clinic) -> None:
    clinic.take(integrating(), integrating())

    outcomes = [each["outcome"] for each in clinic.told("task-closed")]

    assert (outcomes, len(clinic.told("task-raised"))) == (["completed"], 2)


def test_a_goal_that_is_achieved_is_not_asked_about_again(clinic: Clinic) -> None:
    clinic.take(integrating(), integrating(status="achieved"))

    assert clinic.tasks() == {"integration-follow-up/goal-1": "completed"}


def test_a_goal_entered_in_error_is_not_followed_up() -> None:
    clinic = Clinic()
    clinic.take(told(event_id="therapy-1", goals=(GOAL,)), retracted("therapy-1", "retract-1"))

    assert clinic.tasks() == {"integration-follow-up/goal-1": "cancelled"}


def test_what_is_no_goal_is_no_task() -> None:
    clinic = Clinic()
    clinic.take(noted(), answered(), told(themes=("grief",)))

    assert clinic.tasks() == {}
